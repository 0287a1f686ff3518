/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/table.h"

#include <stdlib.h>
#include <string.h>

#include "end/lwip_table.h"
#include "end/sock_diag.h"
#include "record/json.h"

static bool is_listener(const struct table_line *line)
{
	return line->lwip.port == 0 || line->kernel.port == 0;
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int compare(const void *a, const void *b)
{
	const struct table_line *first = a, *second = b;
	int order = is_listener(second) - is_listener(first);

	if (order == 0)
		order = compare_endpoints(&first->lwip, &second->lwip);
	return order == 0 ? compare_endpoints(&first->kernel, &second->kernel) : order;
}

static void sort(struct table *table)
{
	if (table->count > 0)
		qsort(table->line, table->count, sizeof(table->line[0]), compare);
}

static struct table_line *find(const struct table *table, size_t count, const struct endpoint *lwip,
			       const struct endpoint *kernel)
{
	struct table_line key = { .lwip = *lwip, .kernel = *kernel };

	return count == 0 ? NULL : bsearch(&key, table->line, count, sizeof(key), compare);
}

const struct table_line *table_find(const struct table *table, const struct endpoint *lwip,
				    const struct endpoint *kernel)
{
	return find(table, table->count, lwip, kernel);
}

static struct table_line *add(struct table *table, const struct endpoint *lwip,
			      const struct endpoint *kernel)
{
	struct table_line *line;

	if (table->count == table->room) {
		table->room = table->room == 0 ? 64 : 2 * table->room;
		table->line = realloc(table->line, table->room * sizeof(table->line[0]));
		if (table->line == NULL) {
			fputs("tcplab: out of memory for a table of connections\n", stderr);
			exit(2);
		}
	}
	line = &table->line[table->count++];
	*line = (struct table_line){ .lwip = *lwip, .kernel = *kernel };
	return line;
}

static void set_side(struct table *table, struct table_line *line, enum who who,
		     const struct table_row *row)
{
	line->side[who].there = true;
	line->side[who].row = *row;
	table->in_state[who][row->state]++;
}

static void on_lwip(void *context, const struct table_row *row)
{
	set_side(context, add(context, &row->local, &row->remote), WHO_LWIP, row);
}

/* While the kernel's rows come, lwIP's are the first in the table, and sorted. */
struct kernel_rows {
	struct table *table;
	size_t of_lwip;
};

static void on_kernel(void *context, const struct table_row *row)
{
	const struct kernel_rows *rows = context;
	struct table_line *line = find(rows->table, rows->of_lwip, &row->remote, &row->local);

	if (line == NULL)
		line = add(rows->table, &row->remote, &row->local);
	set_side(rows->table, line, WHO_KERNEL, row);
}

/* The newest connection of an address comes first: an older one has ended. */
static void look_up(struct table *table, const struct end *end, enum who who)
{
	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next) {
		bool lwip = who == WHO_LWIP;
		struct table_line *line;

		if (conn->state == ST_CLOSED)
			continue;
		line = find(table, table->count, lwip ? &conn->local : &conn->remote,
			    lwip ? &conn->remote : &conn->local);
		if (line == NULL || line->side[who].age_known)
			continue;
		line->name = conn->name;
		line->side[who].age_known = line->side[who].row.state == conn->state;
		line->side[who].age_ns = conn_age_ns(conn);
	}
}

int table_take(struct table *table, const struct live *live, struct mnl_socket *diag)
{
	struct lwip_pool pool = lwip_end_pool(live->lwip);
	int err = 0;

	*table = (struct table){ .event = timeline_count(live->lab->timeline),
				 .on_segment = !live_has_kernel(live),
				 .pcbs = pool.used,
				 .pcbs_most = pool.most,
				 .pcbs_room = lwip_end_pcbs() };
	lwip_table_visit(on_lwip, table);
	sort(table);
	if (diag != NULL && !table->on_segment) {
		struct kernel_rows rows = { table, table->count };

		err = sock_diag_visit(diag, on_kernel, &rows);
		sort(table);
	}
	look_up(table, live->lwip, WHO_LWIP);
	look_up(table, live->kernel, WHO_KERNEL);
	return err;
}

/* -- What is CLOSED */

static int compare_names(const void *a, const void *b)
{
	const char *first = ((const struct table_line *)a)->name;
	const char *second = ((const struct table_line *)b)->name;

	return strcmp(first == NULL ? "" : first, second == NULL ? "" : second);
}

/* The lines are sorted by their names. A name is one connection's, an address several ones', one after the other. */
static void add_closed(struct table *table, const struct end *end, enum who who)
{
	size_t count = table->count;

	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next) {
		const struct table_line key = { .name = conn->name };
		struct table_line *line;
		bool lwip = who == WHO_LWIP;

		if (conn->state != ST_CLOSED || conn->name == NULL)
			continue;
		line = count == 0 ? NULL
				  : bsearch(&key, table->line, count, sizeof(key), compare_names);
		if (line == NULL) {
			line = add(table, lwip ? &conn->local : &conn->remote,
				   lwip ? &conn->remote : &conn->local);
			line->name = conn->name;
		} else if (line->side[who].there) {
			continue;
		}
		line->side[who] = (struct table_side){ .closed = true,
						       .row.state = ST_CLOSED,
						       .age_known = true,
						       .age_ns = conn_age_ns(conn) };
	}
}

void table_add_closed(struct table *table, const struct live *live)
{
	const struct end *const ends[] = { live->lwip, live->kernel };

	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		if (table->count > 0)
			qsort(table->line, table->count, sizeof(table->line[0]), compare_names);
		add_closed(table, ends[who], (enum who)who);
	}
	sort(table);
}

void table_free(struct table *table)
{
	free(table->line);
	*table = (struct table){ 0 };
}

const char *table_far_end(const struct table *table)
{
	return who_name(table->on_segment ? WHO_OTHERS : WHO_KERNEL);
}

const char *table_address(const struct endpoint *endpoint, char text[TABLE_ADDRESS_STRLEN])
{
	static const uint8_t any[sizeof(endpoint->addr)];

	if (endpoint->port == 0)
		snprintf(text, TABLE_ADDRESS_STRLEN, "*");
	else if (memcmp(endpoint->addr, any, sizeof(any)) == 0)
		snprintf(text, TABLE_ADDRESS_STRLEN, "*:%u", endpoint->port);
	else
		endpoint_format(endpoint, text);
	return text;
}

/* -- For people */

static void put_side(const struct table_side *side, FILE *out)
{
	const struct table_row *row = &side->row;
	char age[24] = "", timer[48] = "";

	if (!side->there) {
		fprintf(out, "  %-11s %7s %6s %6s  %-22s", "-", "", "", "", "");
		return;
	}
	if (side->age_known)
		snprintf(age, sizeof(age), "%.1fs", (double)side->age_ns / 1e9);
	if (row->timer != NULL)
		snprintf(timer, sizeof(timer), "%s %.1fs %u", row->timer, row->timer_ms / 1000.0,
			 row->expired);
	fprintf(out, "  %-11s %7s %6u %6u  %-22s", state_name(row->state), age, row->recv_q,
		row->send_q, timer);
}

static void put_counts(const uint32_t in_state[ST_COUNT], const char *name, FILE *out)
{
	fprintf(out, "%s:", name);
	for (int state = 0; state < ST_COUNT; state++)
		if (in_state[state] > 0)
			fprintf(out, " %u %s", in_state[state], state_name((enum state)state));
	putc('\n', out);
}

void table_text(const struct table *table, FILE *out)
{
	char lwip[TABLE_ADDRESS_STRLEN], kernel[TABLE_ADDRESS_STRLEN];
	const char *far_end = table_far_end(table);

	put_counts(table->in_state[WHO_LWIP], "lwip", out);
	if (!table->on_segment)
		put_counts(table->in_state[WHO_KERNEL], "kernel", out);
	fprintf(out, "lwIP's pcbs: %u of %u in use, %u at most\n\n", table->pcbs, table->pcbs_room,
		table->pcbs_most);
	fprintf(out, "%-6s %-18s %-18s  %-11s %7s %6s %6s  %-22s  %-11s %7s %6s %6s  %s\n", "",
		"lwip", far_end, "lwip", "for", "Recv-Q", "Send-Q", "timer", far_end, "for",
		"Recv-Q", "Send-Q", "timer");
	for (size_t i = 0; i < table->count; i++) {
		const struct table_line *line = &table->line[i];

		fprintf(out, "%-6s %-18s %-18s", line->name == NULL ? "" : line->name,
			table_address(&line->lwip, lwip), table_address(&line->kernel, kernel));
		put_side(&line->side[WHO_LWIP], out);
		put_side(&line->side[WHO_KERNEL], out);
		putc('\n', out);
	}
}

/* -- For machines */

static void side_json(struct json *json, const char *key, const struct table_side *side)
{
	if (!side->there) {
		json_null(json, key);
		return;
	}
	json_open(json, key);
	json_text(json, "state", state_name(side->row.state));
	if (side->age_known)
		json_number(json, "seconds", (double)side->age_ns / 1e9);
	else
		json_null(json, "seconds");
	json_int(json, "recv_q", side->row.recv_q);
	json_int(json, "send_q", side->row.send_q);
	json_text(json, "timer", side->row.timer);
	if (side->row.timer != NULL) {
		json_number(json, "timer_seconds", side->row.timer_ms / 1000.0);
		json_int(json, "expired", side->row.expired);
	}
	json_close(json);
}

static void counts_json(struct json *json, const char *key, const uint32_t in_state[ST_COUNT])
{
	json_open(json, key);
	for (int state = 0; state < ST_COUNT; state++)
		json_int(json, state_name((enum state)state), in_state[state]);
	json_close(json);
}

static void line_json(struct json *json, const struct table_line *line)
{
	char text[TABLE_ADDRESS_STRLEN];

	json_item_open(json);
	json_text(json, "conn", line->name);
	json_text(json, "lwip_address", table_address(&line->lwip, text));
	json_text(json, "kernel_address", table_address(&line->kernel, text));
	side_json(json, "lwip", &line->side[WHO_LWIP]);
	side_json(json, "kernel", &line->side[WHO_KERNEL]);
	json_close(json);
}

void table_json(const struct table *table, FILE *out)
{
	struct json json = { .out = out };

	json_open(&json, NULL);
	json_int(&json, "event", table->event);
	json_open(&json, "pcbs");
	json_int(&json, "used", table->pcbs);
	json_int(&json, "most", table->pcbs_most);
	json_int(&json, "room", table->pcbs_room);
	json_close(&json);
	json_open(&json, "states");
	counts_json(&json, "lwip", table->in_state[WHO_LWIP]);
	counts_json(&json, "kernel", table->in_state[WHO_KERNEL]);
	json_close(&json);
	json_list_open(&json, "connections");
	for (size_t i = 0; i < table->count; i++)
		line_json(&json, &table->line[i]);
	json_list_close(&json);
	json_close(&json);
}
