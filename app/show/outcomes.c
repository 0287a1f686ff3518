/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/outcomes.h"

#include <string.h>

#include "show/markup.h"

#define ARROW " → "

static size_t column(const struct outcomes *outcomes, int parameter)
{
	size_t width;

	if (outcomes->parameter[parameter] == NULL)
		return 0;
	width = text_width(outcomes->parameter[parameter]);
	for (int i = 0; i < outcomes->count; i++) {
		size_t needed = text_width(outcomes->rows[i].value[parameter]);

		width = needed > width ? needed : width;
	}
	return width;
}

static void put_cell(const char *text, size_t width, FILE *out)
{
	size_t used = text_width(text);

	fprintf(out, "%s%*s  ", text, (int)(used < width ? width - used : 0), "");
}

/* "SYN_SENT 0.00 → ESTABLISHED 1.20 → CLOSED" */
static void put_way(const struct journey *journey, FILE *out)
{
	for (int i = 0; i < journey->count; i++) {
		fprintf(out, "%s%s", i == 0 ? "" : ARROW, state_name(journey->steps[i].state));
		if (i < journey->count - 1)
			fprintf(out, " %.2f", journey->steps[i].seconds);
	}
	if (journey->count == 0)
		fputs("never saw the connection", out);
}

static const char *last_state(const struct journey *journey)
{
	return journey->count == 0 ? "-" : state_name(journey->steps[journey->count - 1].state);
}

static void put_end(const struct outcome_row *row, enum who who, FILE *out)
{
	const struct journey *journey = row->journey[who];

	fprintf(out, "%-6s  %-11s  %4u  %5u  ", who_name(who), last_state(journey), row->left[who],
		journey->retransmissions);
	put_way(journey, out);
	putc('\n', out);
}

void outcomes_print(const struct outcomes *outcomes, const struct style *style, FILE *out)
{
	size_t width[OUTCOME_PARAMETERS], before = 0;

	for (int i = 0; i < OUTCOME_PARAMETERS; i++) {
		width[i] = column(outcomes, i);
		before += width[i] == 0 ? 0 : width[i] + 2;
	}
	fputs(paint_on(style, PAINT_DIM), out);
	for (int i = 0; i < OUTCOME_PARAMETERS; i++)
		if (width[i] > 0)
			put_cell(outcomes->parameter[i], width[i], out);
	fprintf(out, "%-29s  %-8s  %-6s  %-11s  %4s  %5s  %s%s\n", "experiment", "verdict", "end",
		"last state", "left", "again", "its way, with the seconds in each state",
		paint_off(style, PAINT_DIM));
	for (int i = 0; i < outcomes->count; i++) {
		const struct outcome_row *row = &outcomes->rows[i];

		for (int j = 0; j < OUTCOME_PARAMETERS; j++)
			if (width[j] > 0)
				put_cell(row->value[j], width[j], out);
		fprintf(out, "%-29s  %-8s  ", row->experiment, row->verdict);
		put_end(row, WHO_LWIP, out);
		fprintf(out, "%*s", (int)before + 29 + 2 + 8 + 2, "");
		put_end(row, WHO_KERNEL, out);
	}
}

/* A field that holds what separates fields or lines is quoted. */
static void put_field(const char *text, FILE *out)
{
	if (strpbrk(text, ",\"\n") == NULL) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static double seconds_in(const struct journey *journey, enum state state)
{
	double seconds = 0;

	for (int i = 0; i < journey->count - 1; i++)
		if (journey->steps[i].state == state)
			seconds += journey->steps[i].seconds;
	return seconds;
}

static void put_record(const struct outcomes *outcomes, const struct outcome_row *row, enum who who,
		       FILE *out)
{
	const struct journey *journey = row->journey[who];

	for (int i = 0; i < OUTCOME_PARAMETERS; i++) {
		if (outcomes->parameter[i] == NULL)
			continue;
		put_field(row->value[i], out);
		putc(',', out);
	}
	put_field(row->experiment, out);
	fprintf(out, ",%s,%s,%s,%u,%u", row->verdict, who_name(who), last_state(journey),
		row->left[who], journey->retransmissions);
	for (int state = ST_LISTEN; state < ST_COUNT; state++)
		fprintf(out, ",%.3f", seconds_in(journey, (enum state)state));
	fputs("\r\n", out);
}

void outcomes_write_csv(const struct outcomes *outcomes, FILE *out)
{
	for (int i = 0; i < OUTCOME_PARAMETERS; i++) {
		if (outcomes->parameter[i] == NULL)
			continue;
		put_field(outcomes->parameter[i], out);
		putc(',', out);
	}
	fputs("experiment,verdict,end,last state,left,retransmissions", out);
	for (int state = ST_LISTEN; state < ST_COUNT; state++)
		fprintf(out, ",s in %s", state_name((enum state)state));
	fputs("\r\n", out);
	for (int i = 0; i < outcomes->count; i++) {
		put_record(outcomes, &outcomes->rows[i], WHO_LWIP, out);
		put_record(outcomes, &outcomes->rows[i], WHO_KERNEL, out);
	}
}

/* -- HTML */

static void put_html_end(const struct outcome_row *row, enum who who, FILE *out)
{
	const struct journey *journey = row->journey[who];

	fprintf(out, "<td>%s</td><td>%s</td><td>%u</td><td>%u</td><td>", who_name(who),
		last_state(journey), row->left[who], journey->retransmissions);
	put_way(journey, out);
	fputs("</td></tr>\n", out);
}

void outcomes_write_html(const struct outcomes *outcomes, FILE *out)
{
	fputs("<table class=\"outcomes\"><tr>", out);
	for (int i = 0; i < OUTCOME_PARAMETERS && outcomes->parameter[i] != NULL; i++) {
		fputs("<th>", out);
		markup_text(out, outcomes->parameter[i]);
		fputs("</th>", out);
	}
	fputs("<th>experiment</th><th>verdict</th><th>end</th><th>last state</th><th>left</th>"
	      "<th>sent again</th><th>its way, with the seconds in each state</th></tr>\n",
	      out);
	for (int i = 0; i < outcomes->count; i++) {
		const struct outcome_row *row = &outcomes->rows[i];

		fputs("<tr>", out);
		for (int j = 0; j < OUTCOME_PARAMETERS && outcomes->parameter[j] != NULL; j++) {
			fputs("<td rowspan=\"2\">", out);
			markup_text(out, row->value[j]);
			fputs("</td>", out);
		}
		fprintf(out, "<td rowspan=\"2\">%s</td><td rowspan=\"2\">%s</td>", row->experiment,
			row->verdict);
		put_html_end(row, WHO_LWIP, out);
		fputs("<tr>", out);
		put_html_end(row, WHO_KERNEL, out);
	}
	fputs("</table>\n", out);
}
