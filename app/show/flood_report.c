/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/flood_report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "show/markup.h"
#include "show/svg_chart.h"

/* Between thousands: a narrow space at which no line breaks. */
#define THOUSANDS "\u202f"

/* What a run cannot tell. */
#define NOTHING "–"

/* Beyond this ratio of the greatest to the smallest line, only a logarithmic axis shows both. */
#define LOG_RATIO 50

/* -- Figures */

enum { STARTED, SERVED, GIVEN_UP, CLIENTS };

struct figures {
	double x[FLOOD_SAMPLES];
	double in_state[ST_COUNT][FLOOD_SAMPLES];
	double clients[CLIENTS][FLOOD_SAMPLES];
	struct chart_series state[ST_COUNT], client[CLIENTS];
	struct svg_chart chart[2];
};

/* The look of a state's line: the same in all runs. */
static const struct {
	unsigned int look;
	const char *paint;
} looks[ST_COUNT] = {
	[ST_CLOSED] = { 7, "s0" },      [ST_LISTEN] = { 7, "s1" },
	[ST_SYN_SENT] = { 7, "s2" },    [ST_SYN_RCVD] = { 0, "s3" },
	[ST_ESTABLISHED] = { 1, "s4" }, [ST_FIN_WAIT_1] = { 5, "s5" },
	[ST_FIN_WAIT_2] = { 6, "s6" },  [ST_CLOSE_WAIT] = { 3, "s7" },
	[ST_CLOSING] = { 7, "s8" },     [ST_LAST_ACK] = { 4, "s9" },
	[ST_TIME_WAIT] = { 2, "s10" },
};

/* A listener stays what it is, and what is closed is not there: of neither there is a line. */
static bool has_line(const struct flood_result *result, enum state state)
{
	return state != ST_CLOSED && state != ST_LISTEN && flood_most_in(result, state) > 0;
}

static bool needs_log(const struct flood_result *result)
{
	uint32_t least = UINT32_MAX, greatest = 0;

	for (enum state state = 0; state < ST_COUNT; state++) {
		uint32_t most = flood_most_in(result, state);

		if (!has_line(result, state))
			continue;
		least = most < least ? most : least;
		greatest = most > greatest ? most : greatest;
	}
	return greatest / LOG_RATIO >= least;
}

static const char *clock_of(enum who victim)
{
	return victim == WHO_LWIP ? "seconds on lwIP's clock" : "seconds";
}

static void lay_out_states(const struct flood_row *row, struct figures *figures)
{
	const struct flood_result *result = row->result;
	struct svg_chart *chart = &figures->chart[0];

	*chart = (struct svg_chart){ .title = "States over time",
				     .x_title = clock_of(row->victim),
				     .y_title = "connections of the victim",
				     .log_y = needs_log(result),
				     .x = figures->x,
				     .points = result->samples,
				     .series = figures->state };
	for (enum state state = 0; state < ST_COUNT; state++) {
		if (!has_line(result, state))
			continue;
		for (unsigned int i = 0; i < result->samples; i++)
			figures->in_state[state][i] = result->sample[i].in_state[state];
		figures->state[chart->count++] =
			(struct chart_series){ .name = state_name(state),
					       .paint = looks[state].paint,
					       .look = looks[state].look,
					       .steps = true,
					       .y = figures->in_state[state] };
	}
	/* A limit that is far away tells nothing. */
	if (has_line(result, ST_SYN_RCVD) &&
	    flood_most_in(result, ST_SYN_RCVD) >= row->plan->backlog / 2) {
		chart->limit_name = "backlog";
		chart->limit = row->plan->backlog;
	}
}

static void lay_out_clients(const struct flood_row *row, struct figures *figures)
{
	static const struct chart_series lines[CLIENTS] = {
		[STARTED] = { .name = "started", .paint = "plain", .look = 0, .steps = true },
		[SERVED] = { .name = "served", .paint = "good", .look = 1, .steps = true },
		[GIVEN_UP] = { .name = "given up", .paint = "bad", .look = 2, .steps = true },
	};
	const struct flood_result *result = row->result;

	figures->chart[1] = (struct svg_chart){ .title = "Clients over time",
						.x_title = clock_of(row->victim),
						.y_title = "legitimate clients",
						.x = figures->x,
						.points = result->samples,
						.series = figures->client,
						.count = CLIENTS };
	for (int i = 0; i < CLIENTS; i++) {
		figures->client[i] = lines[i];
		figures->client[i].y = figures->clients[i];
	}
	for (unsigned int i = 0; i < result->samples; i++) {
		figures->clients[STARTED][i] = result->sample[i].started;
		figures->clients[SERVED][i] = result->sample[i].served;
		figures->clients[GIVEN_UP][i] = result->sample[i].given_up;
	}
}

static void lay_out(const struct flood_row *row, struct figures *figures)
{
	for (unsigned int i = 0; i < row->result->samples; i++)
		figures->x[i] = (double)row->result->sample[i].t_ns / 1e9;
	lay_out_states(row, figures);
	lay_out_clients(row, figures);
}

void flood_report_picture(const struct flood_row *row, const char *command, FILE *out)
{
	struct figures figures;

	lay_out(row, &figures);
	svg_chart_write(figures.chart, 2, row->label, command, out);
}

/* -- Numbers */

static void put_count(uint64_t count, FILE *out)
{
	if (count >= 1000) {
		put_count(count / 1000, out);
		fprintf(out, THOUSANDS "%03u", (unsigned int)(count % 1000));
	} else {
		fprintf(out, "%u", (unsigned int)count);
	}
}

static const char *kind_name(enum flood_kind kind)
{
	switch (kind) {
	case FLOOD_SYN: return "SYN";
	case FLOOD_ACK: return "ACK";
	case FLOOD_SYN_DATA: return "SYN with data";
	}
	return "?";
}

/* -- The table: a line for each quantity, a column for each run */

static void put_victim(const struct flood_row *row, FILE *out)
{
	fprintf(out, "<b class=\"%s\">%s</b>", who_name(row->victim),
		row->victim == WHO_LWIP ? "lwIP" : "kernel");
}

static void put_kind(const struct flood_row *row, FILE *out)
{
	fputs(kind_name(row->plan->kind), out);
}

static void put_sent(const struct flood_row *row, FILE *out)
{
	put_count(flood_last(row->result)->sent, out);
}

static void put_rate(const struct flood_row *row, FILE *out)
{
	double pace = flood_pace(row);

	if (pace > 0)
		put_count((uint64_t)(pace + 0.5), out);
	else
		fputs(NOTHING, out);
}

static void put_seconds(const struct flood_row *row, FILE *out)
{
	fprintf(out, "%.2f", row->result->seconds);
}

static void put_victim_seconds(const struct flood_row *row, FILE *out)
{
	fprintf(out, "%.2f", row->result->victim_seconds);
}

static void put_answered(const struct flood_row *row, FILE *out)
{
	put_count(flood_last(row->result)->answered, out);
}

static void put_resets(const struct flood_row *row, FILE *out)
{
	put_count(row->result->resets, out);
}

static void put_backlog(const struct flood_row *row, FILE *out)
{
	put_count(row->plan->backlog, out);
}

static void put_half_open(const struct flood_row *row, FILE *out)
{
	put_count(flood_most_in(row->result, ST_SYN_RCVD), out);
}

static void put_served(const struct flood_row *row, FILE *out)
{
	const struct flood_sample *last = flood_last(row->result);

	fprintf(out, "<b class=\"%s\">%u of %u</b>", last->served < last->started ? "bad" : "good",
		last->served, last->started);
}

static void put_given_up(const struct flood_row *row, FILE *out)
{
	put_count(flood_last(row->result)->given_up, out);
}

static void put_ms(const struct flood_row *row, int i, FILE *out)
{
	if (flood_last(row->result)->served > 0)
		fprintf(out, "%.2f", row->result->connect_ms[i]);
	else
		fputs(NOTHING, out);
}

static void put_least_ms(const struct flood_row *row, FILE *out)
{
	put_ms(row, 0, out);
}

static void put_median_ms(const struct flood_row *row, FILE *out)
{
	put_ms(row, 1, out);
}

static void put_most_ms(const struct flood_row *row, FILE *out)
{
	put_ms(row, 2, out);
}

/* What only lwIP has. */
static void put_lwips(const struct flood_row *row, uint64_t count, FILE *out)
{
	if (row->victim == WHO_LWIP)
		put_count(count, out);
	else
		fputs(NOTHING, out);
}

static void put_pcbs(const struct flood_row *row, FILE *out)
{
	put_lwips(row, row->result->most_pcbs, out);
	if (row->victim == WHO_LWIP)
		fprintf(out, " of %u", lwip_end_pcbs());
}

static void put_refused(const struct flood_row *row, FILE *out)
{
	put_lwips(row, row->result->refused_pcbs, out);
}

static void put_leaked(const struct flood_row *row, FILE *out)
{
	put_lwips(row, row->result->leaked, out);
}

static void put_memory(const struct flood_row *row, FILE *out)
{
	const uint64_t *memory = row->result->memory;
	double mib = 1 << 20;

	fprintf(out, "%.1f → %.1f", (double)memory[0] / mib, (double)memory[1] / mib);
}

/* A quantity without a function heads those below it. */
static const struct quantity {
	const char *name;
	void (*put)(const struct flood_row *row, FILE *out);
} quantities[] = {
	{ "Legitimate clients", NULL },
	{ "served", put_served },
	{ "given up", put_given_up },
	{ "ms to connect: least", put_least_ms },
	{ "median", put_median_ms },
	{ "most", put_most_ms },
	{ "Attack", NULL },
	{ "segments", put_kind },
	{ "sent", put_sent },
	{ "per second", put_rate },
	{ "SYN,ACKs that came of them", put_answered },
	{ "RSTs that came of them", put_resets },
	{ "seconds of real time", put_seconds },
	{ "Victim", NULL },
	{ "stack", put_victim },
	{ "backlog", put_backlog },
	{ "half-open (SYN_RCVD) at most", put_half_open },
	{ "seconds on its clock, to the last client's end", put_victim_seconds },
	{ "pcbs in use at most", put_pcbs },
	{ "pcbs refused", put_refused },
	{ "pcbs, segments and pbufs left over", put_leaked },
	{ "MiB resident, after a tenth of it → at the end", put_memory },
};
#define QUANTITIES (sizeof(quantities) / sizeof(quantities[0]))

static void put_group(const char *name, int count, FILE *out)
{
	fprintf(out, "<tr class=\"group\"><th>%s</th><td colspan=\"%d\"></td></tr>\n", name, count);
}

static void put_quantity(const struct quantity *quantity, const struct flood_row *rows, int count,
			 FILE *out)
{
	fprintf(out, "<tr><th>%s</th>", quantity->name);
	for (int i = 0; i < count; i++) {
		fputs("<td>", out);
		quantity->put(&rows[i], out);
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void put_counter(const struct flood_row *rows, int count, const char *name, FILE *out)
{
	fputs("<tr><th>", out);
	markup_text(out, name);
	fputs("</th>", out);
	for (int i = 0; i < count; i++) {
		const struct flood_counter *counter = flood_counter_of(&rows[i], name);

		fputs("<td>", out);
		if (counter == NULL)
			fputs(NOTHING, out);
		else
			put_count(counter->after - counter->before, out);
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

/* Each counter that any run of this victim's has, once. */
static void put_counters(const struct flood_row *rows, int count, enum who victim, const char *head,
			 FILE *out)
{
	bool headed = false;

	for (int i = 0; i < count; i++) {
		if (rows[i].victim != victim)
			continue;
		for (unsigned int c = 0; c < rows[i].result->counters; c++) {
			const char *name = rows[i].result->counter[c].name;

			if (flood_counts_before(rows, i, name))
				continue;
			if (!headed)
				put_group(head, count, out);
			headed = true;
			put_counter(rows, count, name, out);
		}
	}
}

static void put_table(const struct flood_row *rows, int count, FILE *out)
{
	fputs("<section id=\"numbers\"><h2>Numbers</h2>\n<div class=\"tables wide\">"
	      "<table class=\"numbers\"><tr><th></th>",
	      out);
	for (int i = 0; i < count; i++) {
		fputs("<th>", out);
		markup_text(out, rows[i].label);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	for (size_t i = 0; i < QUANTITIES; i++)
		if (quantities[i].put == NULL)
			put_group(quantities[i].name, count, out);
		else
			put_quantity(&quantities[i], rows, count, out);
	put_counters(rows, count, WHO_LWIP, "The guard's counters", out);
	put_counters(rows, count, WHO_KERNEL, "The kernel's counters", out);
	fputs("</table></div></section>\n", out);
}

/* -- The runs */

/* "1 000 000 SYNs, 20 per second of lwIP's clock. Backlog 255. 20 clients, patient for 10 s." */
static void put_plan(const struct flood_row *row, FILE *out)
{
	const struct flood_plan *plan = row->plan;

	fputs("<p class=\"sub\">", out);
	put_sent(row, out);
	fprintf(out, " × %s, ", kind_name(plan->kind));
	if (plan->rate == 0) {
		fputs("as fast as possible", out);
	} else {
		put_count(plan->rate, out);
		fprintf(out, " per second%s", row->victim == WHO_LWIP ? " of lwIP's clock" : "");
	}
	fprintf(out, " · backlog %u · %u legitimate clients", plan->backlog, plan->clients);
	if (plan->clients > 0)
		fprintf(out, ", each gives up after %g s", plan->patience_ms / 1e3);
	fputs("</p>\n", out);
}

static void put_run(const struct flood_row *row, int number, FILE *out)
{
	struct figures figures;

	lay_out(row, &figures);
	fprintf(out, "<section id=\"run%d\"><h2>", number);
	markup_text(out, row->label);
	fputs("</h2>\n", out);
	put_plan(row, out);
	fputs("<div class=\"figures\">\n", out);
	for (int i = 0; i < 2; i++) {
		fputs("<figure>", out);
		svg_chart_embed(&figures.chart[i], out);
		fputs("</figure>\n", out);
	}
	fputs("</div></section>\n", out);
}

/* -- The whole */

/* How many clients were served, as a bar. */
static void put_bar(const struct flood_row *row, int number, FILE *out)
{
	const struct flood_sample *last = flood_last(row->result);

	fprintf(out, "<div class=\"bar\"><a href=\"#run%d\"><b class=\"%s\">", number,
		who_name(row->victim));
	markup_text(out, row->label);
	fprintf(out,
		"</b></a> %u of %u clients served"
		"<span class=\"meter\"><i class=\"%s\" style=\"width:%.1f%%\"></i></span></div>\n",
		last->served, last->started, who_name(row->victim),
		last->started == 0 ? 0.0 : 100.0 * last->served / last->started);
}

void flood_report_write(const struct flood_row *rows, int count, const struct page *page, FILE *out)
{
	const char *const styles[] = { markup_chart_css, NULL };

	page_open(page, "tcplab: flood", styles, out);
	fputs("<div class=\"bars top\">\n", out);
	for (int i = 0; i < count; i++)
		put_bar(&rows[i], i + 1, out);
	fputs("</div>", out);
	page_main(out);
	for (int i = 0; i < count; i++)
		put_run(&rows[i], i + 1, out);
	put_table(rows, count, out);
	page_environment(page, out);
	fprintf(out, "<script>%s</script>\n", markup_page_js);
	page_close(out);
}
