/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run of rows without any transition is cut when it is longer than this … */
#define RUN_MAX 14
/* … to so many at its beginning and at its end. */
#define RUN_HEAD 6
#define RUN_TAIL 3

enum side rows_side(const struct rows *rows, enum who who)
{
	if (who == WHO_RAW)
		return rows->raw;
	return who == WHO_KERNEL || who == WHO_OTHERS ? SIDE_RIGHT : SIDE_LEFT;
}

/* The raw end stands where the stack would that it does not talk to. */
static enum side side_of_raw(const struct timeline *timeline)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_STATE)
			return event->who == WHO_KERNEL ? SIDE_LEFT : SIDE_RIGHT;
	}
	return SIDE_RIGHT;
}

static bool has(enum who who, const struct timeline *timeline, uint32_t first)
{
	for (uint32_t n = first; n <= timeline_count(timeline); n++)
		if (timeline_event(timeline, n)->who == who)
			return true;
	return false;
}

enum who rows_end(const struct rows *rows, enum side side)
{
	if (rows->has_raw && rows->raw == side)
		return WHO_RAW;
	if (side == SIDE_LEFT)
		return WHO_LWIP;
	return rows->has_others ? WHO_OTHERS : WHO_KERNEL;
}

_Noreturn static void die(void)
{
	fputs("tcplab: out of memory for the ladder\n", stderr);
	exit(2);
}

static void *room_for(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (room == NULL)
		die();
	return room;
}

static struct row *add_row(struct rows *rows, const struct event *event)
{
	struct row *row;

	if (rows->row == NULL || rows->count == rows->room) {
		rows->room = rows->room == 0 ? 64 : rows->room * 2;
		rows->row = realloc(rows->row, rows->room * sizeof(*row));
		if (rows->row == NULL)
			die();
	}
	row = &rows->row[rows->count++];
	memset(row, 0, sizeof(*row));
	row->event = event;
	row->t_ns = event->t_ns;
	return row;
}

/* -- Layout */

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

/* @param effect  whether something that is shown came of it */
static bool is_shown(const struct rows *rows, const struct event *event, bool effect)
{
	if (event->kind == EV_VERDICT)
		return false; /* listed below the ladder */
	if (rows->verbose)
		return true;
	switch (event->kind) {
	case EV_FRAME: return event->frame.tcp;
	case EV_CALLBACK: return strcmp(event->callback.name, "poll") != 0;
	case EV_CALL: return !is_preparation(event) || effect;
	case EV_TIMER: return effect && strcmp(event->timer.name, TIMER_OR_PROCESS) != 0;
	case EV_GUARD: return strcmp(event->guard.name, GUARD_OPENED) != 0 || effect;
	default: return true;
	}
}

/*
 * Which events are shown, by their numbers from the first on. A cause has a smaller number: from the last
 * event on, all is known.
 */
static bool *find_shown(const struct rows *rows, uint32_t first)
{
	uint32_t count = timeline_count(rows->timeline);
	bool *shown = room_for((size_t)(count - first) + 2, sizeof(*shown));
	bool *effect = room_for((size_t)(count - first) + 2, sizeof(*effect));

	for (uint32_t n = count; n >= first; n--) {
		const struct event *event = timeline_event(rows->timeline, n);

		shown[n - first] = is_shown(rows, event, effect[n - first]);
		if (shown[n - first] && event->cause >= first && event->cause <= count)
			effect[event->cause - first] = true;
	}
	free(effect);
	return shown;
}

static bool is_of_conn(const struct event *event, const struct event *other)
{
	return event->conn != NULL && other->conn != NULL && strcmp(event->conn, other->conn) == 0;
}

/* The row of the frame that caused the transition, unless it is another connection's. */
static struct row *row_for_state(struct rows *rows, const struct event *state)
{
	enum side side = rows_side(rows, state->who);

	for (size_t i = rows->count; i > 0 && i + 6 > rows->count; i--) {
		struct row *row = &rows->row[i - 1];
		const struct event *event = row->event;

		if (row->arrow && event->n == state->cause && is_of_conn(event, state) &&
		    row->state[side] == NULL && !row->note[side])
			return row;
		/* Later things have already happened on that side: do not go back behind them. */
		if (row->state[side] != NULL || row->note[side])
			break;
	}
	return add_row(rows, state);
}

/* Whether an event was made to happen by a cause, directly or by what that caused. */
static bool is_due_to(const struct rows *rows, const struct event *event, uint32_t cause)
{
	while (event != NULL && event->cause != cause)
		event = timeline_event(rows->timeline, event->cause);
	return event != NULL && cause != 0;
}

static void lay_out_frame(struct rows *rows, const struct event *frame)
{
	struct row *before = rows->count == 0 ? NULL : &rows->row[rows->count - 1];
	enum side side = rows_side(rows, frame->who);
	struct row *row;

	/* The sender's transition by the same cause, just before, moves into the frame's row. */
	if (before != NULL && !before->arrow && before->event->kind == EV_STATE &&
	    before->event->who == frame->who && is_of_conn(before->event, frame) &&
	    is_due_to(rows, before->event, frame->cause) && before->state[!side] == NULL) {
		row = before;
		row->event = frame;
	} else {
		row = add_row(rows, frame);
	}
	row->arrow = true;
}

static void lay_out(struct rows *rows, const struct event *event)
{
	struct row *row;

	switch (event->kind) {
	case EV_STATE:
		row = row_for_state(rows, event);
		row->state[rows_side(rows, event->who)] = event;
		break;
	case EV_FRAME: lay_out_frame(rows, event); break;
	case EV_FAULT:
		row = add_row(rows, event);
		if (strcmp(event->fault.action, "release") == 0) {
			row->event = timeline_event(rows->timeline, event->fault.frame);
			row->arrow = row->released = true;
		}
		break;
	case EV_CALL:
	case EV_CALLBACK:
	case EV_GUARD:
	case EV_TIMER: add_row(rows, event)->note[rows_side(rows, event->who)] = true; break;
	case EV_VERDICT: break;
	}
}

bool row_is_quiet(const struct row *row)
{
	return row->state[SIDE_LEFT] == NULL && row->state[SIDE_RIGHT] == NULL && !row->released &&
	       row->event->kind != EV_FAULT && row->event->kind != EV_TIMER &&
	       row->event->kind != EV_GUARD && row->event->who != WHO_LAB &&
	       !(row->arrow && (row->event->frame.fate != NULL ||
				row->event->frame.segment.flags & (SEG_SYN | SEG_FIN | SEG_RST)));
}

/* Long runs in which no state changes become one row that counts what it stands for. */
static void cut_runs(struct rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count;) {
		struct row cut;
		size_t end = i;

		while (end < rows->count && row_is_quiet(&rows->row[end]))
			end++;
		if (end - i <= RUN_MAX) {
			do {
				rows->row[kept++] = rows->row[i++];
			} while (i < end);
			continue;
		}
		for (size_t j = 0; j < RUN_HEAD; j++)
			rows->row[kept++] = rows->row[i++];
		cut = (struct row){ .event = rows->row[i].event,
				    .t_ns = rows->row[i].t_ns,
				    .cut = true };
		for (; i < end - RUN_TAIL; i++) {
			const struct row *row = &rows->row[i];

			cut.frames += row->arrow;
			cut.others += !row->arrow;
			cut.bytes += row->arrow ? row->event->frame.segment.length : 0;
		}
		rows->row[kept++] = cut;
	}
	rows->count = kept;
}

void rows_lay_out_part(struct rows *rows, const struct timeline *timeline, uint32_t first,
		       uint32_t last, bool verbose)
{
	bool *shown;

	*rows = (struct rows){ .timeline = timeline,
			       .verbose = verbose,
			       .has_raw = has(WHO_RAW, timeline, first),
			       .has_others = has(WHO_OTHERS, timeline, first),
			       .raw = side_of_raw(timeline) };
	shown = find_shown(rows, first);
	for (uint32_t n = first; n <= last; n++)
		if (shown[n - first])
			lay_out(rows, timeline_event(timeline, n));
	free(shown);
}

void rows_lay_out(struct rows *rows, const struct timeline *timeline, uint32_t last, bool verbose)
{
	rows_lay_out_part(rows, timeline, 1, last, verbose);
	if (!verbose)
		cut_runs(rows);
}

void rows_free(struct rows *rows)
{
	free(rows->row);
	*rows = (struct rows){ 0 };
}

/* -- What is in a row */

enum row_kind row_kind(const struct row *row)
{
	if (row->cut)
		return ROW_CUT;
	if (row->arrow)
		return ROW_FRAME;
	if (row->event->kind == EV_STATE)
		return ROW_STATE;
	if (row->event->kind == EV_FAULT ||
	    (row->event->kind == EV_CALL && row->event->who == WHO_LAB))
		return ROW_ACROSS;
	return ROW_NOTE;
}

bool row_arrives(const struct row *row)
{
	const char *fate = row->event->frame.fate;

	return fate == NULL || row->released || strcmp(fate, "duplicated") == 0 ||
	       strcmp(fate, "corrupted") == 0;
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
	else if (event->kind == EV_GUARD)
		snprintf(text, DESCRIBE_STRLEN, "guard: %s", event->guard.text);
	else if (event->callback.bytes > 0)
		snprintf(text, DESCRIBE_STRLEN, "‹%s› %u bytes", event->callback.name,
			 event->callback.bytes);
	else if (result != NULL)
		snprintf(text, DESCRIBE_STRLEN, "‹%s› %s", event->callback.name, result);
	else
		snprintf(text, DESCRIBE_STRLEN, "‹%s›%s", event->callback.name,
			 strcmp(event->callback.name, "recv") == 0 ? " FIN" : "");
}

const char *row_text(const struct row *row, char text[DESCRIBE_STRLEN])
{
	const struct event *event = row->event;

	if (row->cut && row->frames > 0)
		snprintf(text, DESCRIBE_STRLEN, "⋮ %u more segments with %llu bytes", row->frames,
			 (unsigned long long)row->bytes);
	else if (row->cut)
		snprintf(text, DESCRIBE_STRLEN, "⋮ %u more calls and callbacks", row->others);
	else if (event->kind == EV_FAULT)
		snprintf(text, DESCRIBE_STRLEN, "%s: %s", event->fault.action, event->fault.text);
	else if (event->kind == EV_CALL && event->who == WHO_LAB)
		snprintf(text, DESCRIBE_STRLEN, "%s %s", event->call.name, event->call.args);
	else
		write_note(event, text);
	return text;
}
