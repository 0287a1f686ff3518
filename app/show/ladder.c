/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two passes: the timeline is laid out into rows, then the rows are printed. A row has three
 * cells: lwIP's, the wire's, the kernel's. A transition goes into the row of the frame that caused
 * it, on the receiver's side, or into the row of the first frame that its own cause made it send,
 * on the sender's; only where there is no such row does it get one of its own.
 */
#include "show/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "record/describe.h"

#define TIME_WIDTH 9
#define CELL_WIDTH 20
#define PAGE_WIDTH (LADDER_WIDTH - TIME_WIDTH - 2)
#define WIRE_WIDTH (LADDER_WIDTH - TIME_WIDTH - 2 * CELL_WIDTH - 4)

/* A run of rows without any transition is cut when it is longer than this … */
#define RUN_MAX 14
/* … to so many at its beginning and at its end. */
#define RUN_HEAD 6
#define RUN_TAIL 3

enum side { LEFT, RIGHT };

struct row {
	const struct event *event; /* what the row is about */
	uint64_t t_ns;             /* when */
	const struct event *state[2];
	bool note[2];    /* event is a call, callback or timer of that side */
	bool arrow;      /* event is a frame, shown in the middle */
	bool released;   /* it is shown where the wire let it go on */
	bool cut;        /* it stands for rows left out: */
	uint32_t frames; /* so many of them with a frame, */
	uint32_t others; /* so many with something else, */
	uint64_t bytes;  /* so much data in the frames */
};

struct ladder {
	const struct timeline *timeline;
	enum side raw; /* where the raw end stands */
	const struct style *style;
	FILE *out;
	struct row *rows;
	size_t count, room;
};

static enum side side_of(const struct ladder *ladder, enum who who)
{
	if (who == WHO_RAW)
		return ladder->raw;
	return who == WHO_KERNEL ? RIGHT : LEFT;
}

/* The raw end stands where the stack would that it does not talk to. */
static enum side side_of_raw(const struct timeline *timeline)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_STATE)
			return event->who == WHO_KERNEL ? LEFT : RIGHT;
	}
	return RIGHT;
}

static bool has_raw(const struct timeline *timeline)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++)
		if (timeline_event(timeline, n)->who == WHO_RAW)
			return true;
	return false;
}

static struct row *add_row(struct ladder *ladder, const struct event *event)
{
	struct row *row;

	if (ladder->count == ladder->room) {
		ladder->room = ladder->room == 0 ? 64 : ladder->room * 2;
		ladder->rows = realloc(ladder->rows, ladder->room * sizeof(*row));
		if (ladder->rows == NULL) {
			fputs("tcplab: out of memory for the ladder\n", stderr);
			exit(2);
		}
	}
	row = &ladder->rows[ladder->count++];
	memset(row, 0, sizeof(*row));
	row->event = event;
	row->t_ns = event->t_ns;
	return row;
}

/* -- Layout */

static bool is_shown(const struct ladder *ladder, const struct event *event);

/* Whether something that is shown came of it. */
static bool has_effect(const struct ladder *ladder, const struct event *event)
{
	for (uint32_t n = event->n + 1; n <= timeline_count(ladder->timeline); n++) {
		const struct event *effect = timeline_event(ladder->timeline, n);

		if (effect->cause == event->n && is_shown(ladder, effect))
			return true;
	}
	return false;
}

/* What a call or a callback has to tell beside that all is well; NULL: nothing. */
static const char *news(const char *result)
{
	return result == NULL || strcmp(result, "ERR_OK") == 0 ? NULL : result;
}

/* Calls that a reader can do without, unless they failed or something came of them. */
static bool is_preparation(const struct event *call)
{
	static const char *const names[] = { "socket", "bind", "setsockopt", "tcp_new",
					     "tcp_bind" };

	if (news(call->call.result) != NULL)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(call->call.name, names[i]) == 0)
			return true;
	return false;
}

static bool is_shown(const struct ladder *ladder, const struct event *event)
{
	if (event->kind == EV_VERDICT)
		return false; /* listed below the ladder */
	if (ladder->style->verbose)
		return true;
	switch (event->kind) {
	case EV_FRAME: return event->frame.tcp;
	case EV_CALLBACK: return strcmp(event->callback.name, "poll") != 0;
	case EV_CALL: return !is_preparation(event) || has_effect(ladder, event);
	case EV_TIMER: return has_effect(ladder, event);
	default: return true;
	}
}

/* The row of the frame that caused the transition, or of one that the same cause made it send. */
static struct row *row_for_state(struct ladder *ladder, const struct event *state)
{
	enum side side = side_of(ladder, state->who);

	for (size_t i = ladder->count; i > 0 && i + 6 > ladder->count; i--) {
		struct row *row = &ladder->rows[i - 1];
		const struct event *event = row->event;

		if (row->arrow && event->n == state->cause && row->state[side] == NULL &&
		    !row->note[side])
			return row;
		/* Later things have already happened on that side: do not go back behind them. */
		if (row->state[side] != NULL || row->note[side])
			break;
	}
	return add_row(ladder, state);
}

/* Whether an event was made to happen by a cause, directly or by what that caused. */
static bool is_due_to(const struct ladder *ladder, const struct event *event, uint32_t cause)
{
	while (event != NULL && event->cause != cause)
		event = timeline_event(ladder->timeline, event->cause);
	return event != NULL && cause != 0;
}

static void lay_out_frame(struct ladder *ladder, const struct event *frame)
{
	struct row *before = ladder->count == 0 ? NULL : &ladder->rows[ladder->count - 1];
	enum side side = side_of(ladder, frame->who);
	struct row *row;

	/* The sender's transition by the same cause, just before, moves into the frame's row. */
	if (before != NULL && !before->arrow && before->event->kind == EV_STATE &&
	    before->event->who == frame->who && is_due_to(ladder, before->event, frame->cause) &&
	    before->state[!side] == NULL) {
		row = before;
		row->event = frame;
	} else {
		row = add_row(ladder, frame);
	}
	row->arrow = true;
}

static void lay_out(struct ladder *ladder, const struct event *event)
{
	struct row *row;

	switch (event->kind) {
	case EV_STATE:
		row = row_for_state(ladder, event);
		row->state[side_of(ladder, event->who)] = event;
		break;
	case EV_FRAME: lay_out_frame(ladder, event); break;
	case EV_FAULT:
		row = add_row(ladder, event);
		if (strcmp(event->fault.action, "release") == 0) {
			row->event = timeline_event(ladder->timeline, event->fault.frame);
			row->arrow = row->released = true;
		}
		break;
	case EV_CALL:
	case EV_CALLBACK:
	case EV_TIMER: add_row(ladder, event)->note[side_of(ladder, event->who)] = true; break;
	case EV_VERDICT: break;
	}
}

static bool is_quiet(const struct row *row)
{
	return row->state[LEFT] == NULL && row->state[RIGHT] == NULL && !row->released &&
	       row->event->kind != EV_FAULT && row->event->kind != EV_TIMER &&
	       !(row->arrow && (row->event->frame.fate != NULL ||
				row->event->frame.segment.flags & (SEG_SYN | SEG_FIN | SEG_RST)));
}

/* Long runs in which no state changes become one row that counts what it stands for. */
static void cut_runs(struct ladder *ladder)
{
	size_t kept = 0;

	for (size_t i = 0; i < ladder->count;) {
		struct row cut;
		size_t end = i;

		while (end < ladder->count && is_quiet(&ladder->rows[end]))
			end++;
		if (end - i <= RUN_MAX) {
			do {
				ladder->rows[kept++] = ladder->rows[i++];
			} while (i < end);
			continue;
		}
		for (size_t j = 0; j < RUN_HEAD; j++)
			ladder->rows[kept++] = ladder->rows[i++];
		cut = (struct row){ .event = ladder->rows[i].event,
				    .t_ns = ladder->rows[i].t_ns,
				    .cut = true };
		for (; i < end - RUN_TAIL; i++) {
			const struct row *row = &ladder->rows[i];

			cut.frames += row->arrow;
			cut.others += !row->arrow;
			cut.bytes += row->arrow ? row->event->frame.segment.length : 0;
		}
		ladder->rows[kept++] = cut;
	}
	ladder->count = kept;
}

/* -- Printing */

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
	bool to_right = side_of(ladder, frame->who) == LEFT;
	bool arrives = frame->frame.fate == NULL || row->released ||
		       strcmp(frame->frame.fate, "duplicated") == 0 ||
		       strcmp(frame->frame.fate, "corrupted") == 0;
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
	const struct event *state = row->state[LEFT];
	bool alone = !row->arrow && row->state[RIGHT] == NULL;

	put_padded(ladder, state == NULL ? "" : state_name(state->state.to),
		   alone ? 0 : CELL_WIDTH + 1, PAINT_STATE);
}

static void write_note(const struct event *event, char text[DESCRIBE_STRLEN])
{
	const char *result = news(event->kind == EV_CALL       ? event->call.result
				  : event->kind == EV_CALLBACK ? event->callback.err
							       : NULL);

	if (event->kind == EV_CALL)
		snprintf(text, DESCRIBE_STRLEN, "%s(%s)%s%s", event->call.name, event->call.args,
			 result == NULL ? "" : " = ", result == NULL ? "" : result);
	else if (event->kind == EV_TIMER)
		snprintf(text, DESCRIBE_STRLEN, "timer: %s", event->timer.name);
	else if (event->callback.bytes > 0)
		snprintf(text, DESCRIBE_STRLEN, "‹%s› %u bytes", event->callback.name,
			 event->callback.bytes);
	else if (result != NULL)
		snprintf(text, DESCRIBE_STRLEN, "‹%s› %s", event->callback.name, result);
	else
		snprintf(text, DESCRIBE_STRLEN, "‹%s›%s", event->callback.name,
			 strcmp(event->callback.name, "recv") == 0 ? " FIN" : "");
}

static void put_note(const struct ladder *ladder, const struct event *event)
{
	char text[DESCRIBE_STRLEN];
	size_t width;

	write_note(event, text);
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
	const struct event *event = row->event;
	char text[DESCRIBE_STRLEN];

	put_time(ladder, row->t_ns);
	fputs("  ", ladder->out);
	if (row->cut && row->frames > 0) {
		snprintf(text, sizeof(text), "⋮ %u more segments with %llu bytes", row->frames,
			 (unsigned long long)row->bytes);
		put_across(ladder, text);
	} else if (row->cut) {
		snprintf(text, sizeof(text), "⋮ %u more calls and callbacks", row->others);
		put_across(ladder, text);
	} else if (row->arrow || event->kind == EV_STATE) {
		put_left_state(ladder, row);
		if (row->arrow)
			put_arrow(ladder, row);
		else if (row->state[RIGHT] != NULL)
			put_padded(ladder, "", WIRE_WIDTH, PAINT_NONE);
		if (row->state[RIGHT] != NULL) {
			putc(' ', ladder->out);
			put_padded(ladder, state_name(row->state[RIGHT]->state.to), 0, PAINT_STATE);
		}
	} else if (event->who == WHO_LAB && event->kind == EV_CALL) {
		snprintf(text, sizeof(text), "%s %s", event->call.name, event->call.args);
		put_across(ladder, text);
	} else if (event->kind == EV_FAULT) {
		snprintf(text, sizeof(text), "%s: %s", event->fault.action, event->fault.text);
		put_across(ladder, text);
	} else {
		put_note(ladder, event);
	}
	putc('\n', ladder->out);
}

void ladder_print(const struct timeline *timeline, uint32_t last, const struct style *style,
		  FILE *out)
{
	struct ladder ladder = { .timeline = timeline, .style = style, .out = out };
	bool raw = has_raw(timeline);

	ladder.raw = side_of_raw(timeline);
	for (uint32_t n = 1; n <= last; n++)
		if (is_shown(&ladder, timeline_event(timeline, n)))
			lay_out(&ladder, timeline_event(timeline, n));
	if (!style->verbose)
		cut_runs(&ladder);
	fprintf(out, "%s%*s  %-*s %*s %s%s\n", paint_on(style, PAINT_DIM), TIME_WIDTH, "time ms",
		CELL_WIDTH, raw && ladder.raw == LEFT ? "raw" : "lwip", WIRE_WIDTH, "",
		raw && ladder.raw == RIGHT ? "raw" : "kernel", paint_off(style, PAINT_DIM));
	for (size_t i = 0; i < ladder.count; i++)
		print_row(&ladder, &ladder.rows[i]);
	free(ladder.rows);
}
