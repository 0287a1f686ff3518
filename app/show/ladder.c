/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/ladder.h"

#include "show/rows.h"

#define TIME_WIDTH 9

/* How the columns share the width. */
struct columns {
	size_t name; /* of the connection; 0: there is no such column */
	size_t cell; /* of an end */
	double time; /* its unit, in ns */
	const char *time_name;
};

static const struct columns of_experiment = { 0, 20, 1e6, "time ms" };
static const struct columns of_live_host = { 7, 16, 1e9, "time s" };

struct ladder {
	const struct rows *rows;
	const struct columns *columns;
	const struct style *style;
	FILE *out;
};

/* What the two ends and the wire have. */
static size_t page_width(const struct ladder *ladder)
{
	return LADDER_WIDTH - TIME_WIDTH - 2 - ladder->columns->name;
}

static size_t wire_width(const struct ladder *ladder)
{
	return page_width(ladder) - 2 * ladder->columns->cell - 2;
}

static void put_padded(const struct ladder *ladder, const char *text, size_t width,
		       enum paint paint)
{
	size_t used = text_width(text);

	fprintf(ladder->out, "%s%s%s%*s", paint_on(ladder->style, paint), text,
		paint_off(ladder->style, paint), (int)(used < width ? width - used : 0), "");
}

static void put_repeated(const struct ladder *ladder, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		fputs(text, ladder->out);
}

/* A frame as an arrow from its sender to its receiver, as far as it came. */
static void put_arrow(const struct ladder *ladder, const struct row *row)
{
	const struct event *frame = row->event;
	bool to_right = rows_side(ladder->rows, frame->who) == SIDE_LEFT;
	bool arrives = row_arrives(row);
	const char *line = row->released ? "┄" : "─";
	const char *head = !arrives ? "╳" : to_right ? "▶" : "◀";
	enum paint paint = !arrives                               ? PAINT_BAD
			   : frame->frame.segment.flags & SEG_RST ? PAINT_BAD
								  : PAINT_NONE;
	char text[DESCRIBE_STRLEN], label[DESCRIBE_STRLEN + 40];
	size_t width, fill;

	describe_frame(frame, text);
	if (row->released)
		snprintf(label, sizeof(label), " %s, released ", text);
	else
		snprintf(label, sizeof(label), " %s%s%s ", text, frame->frame.fate ? ", " : "",
			 frame->frame.fate ? frame->frame.fate : "");
	text_cut(label, wire_width(ladder) - 4);
	width = text_width(label);
	fill = wire_width(ladder) - 4 - width;
	fputs(paint_on(ladder->style, paint), ladder->out);
	if (to_right) {
		fprintf(ladder->out, "%s%s%s", line, line, label);
		put_repeated(ladder, line, fill + 1);
		fputs(head, ladder->out);
	} else {
		fprintf(ladder->out, "%s%s%s", head, line, label);
		put_repeated(ladder, line, fill + 2);
	}
	fputs(paint_off(ladder->style, paint), ladder->out);
}

static void put_time(const struct ladder *ladder, uint64_t t_ns)
{
	fprintf(ladder->out, "%s%*.3f%s", paint_on(ladder->style, PAINT_DIM), TIME_WIDTH,
		(double)t_ns / ladder->columns->time, paint_off(ladder->style, PAINT_DIM));
}

static void put_left_state(const struct ladder *ladder, const struct row *row)
{
	const struct event *state = row->state[SIDE_LEFT];
	bool alone = !row->arrow && row->state[SIDE_RIGHT] == NULL;

	put_padded(ladder, state == NULL ? "" : state_name(state->state.to),
		   alone ? 0 : ladder->columns->cell + 1, PAINT_STATE);
}

static void put_note(const struct ladder *ladder, const struct row *row)
{
	const struct event *event = row->event;
	char text[DESCRIBE_STRLEN];
	size_t width;

	row_text(row, text);
	text_cut(text, page_width(ladder));
	width = text_width(text);
	if (event->who == WHO_KERNEL) {
		size_t start = ladder->columns->cell + 1 + wire_width(ladder) + 1;
		size_t end = start + ladder->columns->cell;

		fprintf(ladder->out, "%*s",
			(int)(width <= ladder->columns->cell ? start
			      : end > width                  ? end - width
							     : 0),
			"");
	}
	put_padded(ladder, text, 0, event->kind == EV_CALL ? PAINT_NONE : PAINT_DIM);
}

/* The lab itself, or the wire, says something across the whole width. */
static void put_across(const struct ladder *ladder, char *text)
{
	size_t width, all = page_width(ladder);
	size_t left;

	text_cut(text, all - 4); /* so that a line begins and ends the row */
	width = text_width(text) + 2;
	left = (all - width) / 2;

	fputs(paint_on(ladder->style, PAINT_DIM), ladder->out);
	put_repeated(ladder, "┄", left);
	fprintf(ladder->out, " %s ", text);
	put_repeated(ladder, "┄", all - width - left);
	fputs(paint_off(ladder->style, PAINT_DIM), ladder->out);
}

/* Nobody knows the state of another host, but which one it is. */
static void put_other(const struct ladder *ladder, const struct event *frame)
{
	const struct segment *segment = &frame->frame.segment;
	char text[ENDPOINT_STRLEN];

	if (!ladder->rows->has_others || !frame->frame.tcp)
		return;
	putc(' ', ladder->out);
	address_format(frame->who == WHO_LWIP ? &segment->dst : &segment->src, text);
	put_padded(ladder, text, 0, PAINT_DIM);
}

static void print_row(const struct ladder *ladder, const struct row *row)
{
	char text[DESCRIBE_STRLEN];

	put_time(ladder, row->t_ns);
	fputs("  ", ladder->out);
	if (ladder->columns->name > 0)
		put_padded(ladder, row->cut || row->event->conn == NULL ? "" : row->event->conn,
			   ladder->columns->name, PAINT_DIM);
	switch (row_kind(row)) {
	case ROW_STATE:
	case ROW_FRAME:
		put_left_state(ladder, row);
		if (row->arrow) {
			put_arrow(ladder, row);
			put_other(ladder, row->event);
		} else if (row->state[SIDE_RIGHT] != NULL) {
			put_padded(ladder, "", wire_width(ladder), PAINT_NONE);
		}
		if (row->state[SIDE_RIGHT] != NULL) {
			putc(' ', ladder->out);
			put_padded(ladder, state_name(row->state[SIDE_RIGHT]->state.to), 0,
				   PAINT_STATE);
		}
		break;
	case ROW_NOTE: put_note(ladder, row); break;
	case ROW_ACROSS:
	case ROW_CUT: row_text(row, text); put_across(ladder, text);
	}
	putc('\n', ladder->out);
}

static void print_header(const struct ladder *ladder)
{
	fprintf(ladder->out, "%s%*s  %*s%-*s %*s %s%s\n", paint_on(ladder->style, PAINT_DIM),
		TIME_WIDTH, ladder->columns->time_name, (int)ladder->columns->name, "",
		(int)ladder->columns->cell, who_name(rows_end(ladder->rows, SIDE_LEFT)),
		(int)wire_width(ladder), "", who_name(rows_end(ladder->rows, SIDE_RIGHT)),
		paint_off(ladder->style, PAINT_DIM));
}

void ladder_print(const struct timeline *timeline, uint32_t last, const struct style *style,
		  FILE *out)
{
	struct rows rows;
	struct ladder ladder = {
		.rows = &rows, .columns = &of_experiment, .style = style, .out = out
	};

	rows_lay_out(&rows, timeline, last, style->verbose);
	print_header(&ladder);
	for (size_t i = 0; i < rows.count; i++)
		print_row(&ladder, &rows.row[i]);
	rows_free(&rows);
}

void ladder_print_live_header(enum who far_end, const struct style *style, FILE *out)
{
	const struct rows nothing = { .has_others = far_end == WHO_OTHERS };
	struct ladder ladder = {
		.rows = &nothing, .columns = &of_live_host, .style = style, .out = out
	};

	print_header(&ladder);
}

void ladder_print_live_row(const struct rows *rows, const struct row *row,
			   const struct style *style, FILE *out)
{
	struct ladder ladder = {
		.rows = rows, .columns = &of_live_host, .style = style, .out = out
	};

	print_row(&ladder, row);
}
