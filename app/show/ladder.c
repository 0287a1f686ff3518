/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/ladder.h"

#include "show/rows.h"

#define TIME_WIDTH 9
#define CELL_WIDTH 20
#define PAGE_WIDTH (LADDER_WIDTH - TIME_WIDTH - 2)
#define WIRE_WIDTH (LADDER_WIDTH - TIME_WIDTH - 2 * CELL_WIDTH - 4)

struct ladder {
	struct rows rows;
	const struct style *style;
	FILE *out;
};

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
	bool to_right = rows_side(&ladder->rows, frame->who) == SIDE_LEFT;
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
	text_cut(label, WIRE_WIDTH - 4);
	width = text_width(label);
	fill = WIRE_WIDTH - 4 - width;
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
		(double)t_ns / 1e6, paint_off(ladder->style, PAINT_DIM));
}

static void put_left_state(const struct ladder *ladder, const struct row *row)
{
	const struct event *state = row->state[SIDE_LEFT];
	bool alone = !row->arrow && row->state[SIDE_RIGHT] == NULL;

	put_padded(ladder, state == NULL ? "" : state_name(state->state.to),
		   alone ? 0 : CELL_WIDTH + 1, PAINT_STATE);
}

static void put_note(const struct ladder *ladder, const struct row *row)
{
	const struct event *event = row->event;
	char text[DESCRIBE_STRLEN];
	size_t width;

	row_text(row, text);
	text_cut(text, PAGE_WIDTH);
	width = text_width(text);
	if (event->who == WHO_KERNEL) {
		size_t start = CELL_WIDTH + 1 + WIRE_WIDTH + 1;
		size_t end = start + CELL_WIDTH;

		fprintf(ladder->out, "%*s",
			(int)(width <= CELL_WIDTH ? start
			      : end > width       ? end - width
						  : 0),
			"");
	}
	put_padded(ladder, text, 0, event->kind == EV_CALL ? PAINT_NONE : PAINT_DIM);
}

/* The lab itself, or the wire, says something across the whole width. */
static void put_across(const struct ladder *ladder, char *text)
{
	size_t width, all = PAGE_WIDTH;
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

static void print_row(const struct ladder *ladder, const struct row *row)
{
	char text[DESCRIBE_STRLEN];

	put_time(ladder, row->t_ns);
	fputs("  ", ladder->out);
	switch (row_kind(row)) {
	case ROW_STATE:
	case ROW_FRAME:
		put_left_state(ladder, row);
		if (row->arrow)
			put_arrow(ladder, row);
		else if (row->state[SIDE_RIGHT] != NULL)
			put_padded(ladder, "", WIRE_WIDTH, PAINT_NONE);
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

void ladder_print(const struct timeline *timeline, uint32_t last, const struct style *style,
		  FILE *out)
{
	struct ladder ladder = { .style = style, .out = out };

	rows_lay_out(&ladder.rows, timeline, last, style->verbose);
	fprintf(out, "%s%*s  %-*s %*s %s%s\n", paint_on(style, PAINT_DIM), TIME_WIDTH, "time ms",
		CELL_WIDTH, who_name(rows_end(&ladder.rows, SIDE_LEFT)), WIRE_WIDTH, "",
		who_name(rows_end(&ladder.rows, SIDE_RIGHT)), paint_off(style, PAINT_DIM));
	for (size_t i = 0; i < ladder.rows.count; i++)
		print_row(&ladder, &ladder.rows.row[i]);
	rows_free(&ladder.rows);
}
