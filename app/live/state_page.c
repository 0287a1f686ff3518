/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * httpd asks for files by name; these are made when they are opened ("custom files", lwip/apps/fs.h).
 */
#include "live/state_page.h"

#include <stdlib.h>
#include <string.h>

#include "end/sock_diag.h"
#include "lab/lwip_addr.h"
#include "lab/settings.h"
#include "live/table.h"
#include "lwip/apps/fs.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h" /* tcp_input_pcb */
#include "show/markup.h"

static struct live *host;

/* The connection whose segment lwIP is at work on: the one that asks. */
static const struct table_line *asking(const struct table *table)
{
	struct endpoint local, remote;

	if (tcp_input_pcb == NULL)
		return NULL;
	local = lwip_addr_endpoint(&tcp_input_pcb->local_ip, tcp_input_pcb->local_port);
	remote = lwip_addr_endpoint(&tcp_input_pcb->remote_ip, tcp_input_pcb->remote_port);
	return table_find(table, &local, &remote);
}

/* -- HTML */

static void put_side(const struct table_side *side, FILE *out)
{
	const struct table_row *row = &side->row;

	if (!side->there) {
		fputs("<td class=\"none\">–<td><td><td><td>", out);
		return;
	}
	fprintf(out, "<td><b class=\"s%d\">%s</b><td class=\"n\">", (int)row->state,
		state_name(row->state));
	if (side->age_known)
		fprintf(out, "%.1f s", (double)side->age_ns / 1e9);
	fprintf(out, "<td class=\"n\">%u<td class=\"n\">%u<td>", row->recv_q, row->send_q);
	if (row->timer != NULL)
		fprintf(out, "%s %.1f s", row->timer, row->timer_ms / 1000.0);
	if (row->timer != NULL && row->expired > 0)
		fprintf(out, " · %u×", row->expired);
}

static void put_line(const struct table_line *line, bool asks, FILE *out)
{
	char text[TABLE_ADDRESS_STRLEN];

	fprintf(out, "<tr%s><th>%s<td>", asks ? " class=\"asks\" title=\"this page's own\"" : "",
		line->name == NULL ? "" : line->name);
	markup_text(out, table_address(&line->lwip, text));
	put_side(&line->side[WHO_LWIP], out);
	fputs("<td class=\"kernel\">", out);
	markup_text(out, table_address(&line->kernel, text));
	put_side(&line->side[WHO_KERNEL], out);
	putc('\n', out);
}

static void put_counts(const struct table *table, enum who who, FILE *out)
{
	fprintf(out, "<p><span class=\"who %s\">%s</span>", who_name(who), who_name(who));
	for (int state = 0; state < ST_COUNT; state++)
		if (table->in_state[who][state] > 0)
			fprintf(out, " <span class=\"count\"><b class=\"s%d\">%s</b> %u</span>",
				state, state_name((enum state)state), table->in_state[who][state]);
	fputs("</p>\n", out);
}

#define COLUMNS "<th>state<th>for<th>Recv-Q<th>Send-Q<th>timer"

static void write_table(const struct table *table, FILE *out)
{
	const struct table_line *asks = asking(table);

	put_counts(table, WHO_LWIP, out);
	if (!table->on_segment)
		put_counts(table, WHO_KERNEL, out);
	fprintf(out,
		"<p class=\"sub\">lwIP's pcbs: %u of %u in use, %u at most</p>\n"
		"<table><thead><tr><td><th colspan=\"6\" class=\"lwip\">lwIP"
		"<th colspan=\"6\" class=\"kernel\">%s\n"
		"<tr><td><th>address" COLUMNS "<th class=\"kernel\">address" COLUMNS "<tbody>\n",
		table->pcbs, table->pcbs_room, table->pcbs_most, table_far_end(table));
	for (size_t i = 0; i < table->count; i++)
		put_line(&table->line[i], asks != NULL && &table->line[i] == asks, out);
	fputs("</table>\n", out);
}

static void write_page(const struct table *table, FILE *out)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<noscript><meta http-equiv=\"refresh\" content=\"1\"></noscript>\n"
	      "<title>lwIP: connections</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n",
	      out);
	markup_colours(out);
	fprintf(out,
		"%s</style></head>\n<body>\n<h1>Connections of this lwIP host</h1>\n"
		"<p class=\"sub\">lwIP %s serves this page: the shaded row is its own connection. "
		"The "
		"same for programs: <a href=\"/state.json\">state.json</a>, <a "
		"href=\"/state.txt\">state.txt</a> <span id=\"gone\"></span></p>\n<main>\n",
		markup_state_css, settings_lwip_version());
	write_table(table, out);
	fprintf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", markup_state_js);
}

/* -- Files */

static const struct page {
	const char *path;
	void (*write)(const struct table *table, FILE *out);
} pages[] = {
	{ "/", write_page },
	{ "/index.html", write_page },
	{ "/table.html", write_table },
	{ "/state.json", table_json },
	{ "/state.txt", table_text },
};

/* The kernel's side of the table is missing when the kernel does not answer: the page says so by its dashes. */
static struct table take(void)
{
	struct mnl_socket *diag;
	struct table table;
	struct why why;

	if (sock_diag_open(&diag, &why) < 0)
		diag = NULL;
	table_take(&table, host, diag);
	sock_diag_close(diag);
	return table;
}

static bool make(const struct page *page, struct fs_file *file)
{
	struct table table;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return false;
	table = take();
	page->write(&table, out);
	table_free(&table);
	if (fclose(out) != 0) {
		free(text);
		return false;
	}
	memset(file, 0, sizeof(*file));
	file->data = text;
	file->len = (int)size;
	file->index = (int)size;
	file->flags = FS_FILE_FLAGS_HEADER_PERSISTENT; /* its length goes before it */
	return true;
}

#if LWIP_VERSION_MAJOR == 2 && \
	LWIP_VERSION_MINOR < 2 /* it does not declare what it asks for here */
int fs_open_custom(struct fs_file *file, const char *name);
void fs_close_custom(struct fs_file *file);
#endif

int fs_open_custom(struct fs_file *file, const char *name)
{
	for (size_t i = 0; host != NULL && i < LWIP_ARRAYSIZE(pages); i++)
		if (strcmp(name, pages[i].path) == 0)
			return make(&pages[i], file);
	return 0;
}

void fs_close_custom(struct fs_file *file)
{
	union {
		const char *data;
		void *made;
	} text = { .data = file->data };

	free(text.made);
}

void state_page_of(struct live *live)
{
	host = live;
}
