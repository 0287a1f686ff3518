/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge/judge.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "record/describe.h"

#define MAX_PATH  64
#define ARROW     " → "
#define TEXT_SIZE 2048
/* How many frames before and after the place where a path goes wrong are shown. */
#define FRAMES_AROUND 3

/* -- Verdicts */

static struct event *verdict(struct lab *lab, const char *conn, bool holds, const char *text)
{
	struct event *event = timeline_add(lab->timeline, EV_VERDICT, WHO_LAB, conn);

	event->verdict.holds = holds;
	event->verdict.text = timeline_text(lab->timeline, "%s", text);
	return event;
}

bool expect(struct lab *lab, bool holds, const char *text, ...)
{
	char formatted[TEXT_SIZE];
	va_list args;

	va_start(args, text);
	vsnprintf(formatted, sizeof(formatted), text, args);
	va_end(args);
	verdict(lab, NULL, holds, formatted);
	return holds;
}

static jmp_buf scenario_end;

void require(struct lab *lab, bool holds, const char *text, ...)
{
	char formatted[TEXT_SIZE];
	va_list args;

	if (holds)
		return;
	va_start(args, text);
	vsnprintf(formatted, sizeof(formatted), text, args);
	va_end(args);
	verdict(lab, NULL, false, formatted);
	longjmp(scenario_end, 1);
}

void judge_play(void (*scenario)(struct end *first, struct end *second), struct end *first,
		struct end *second)
{
	if (setjmp(scenario_end) == 0)
		scenario(first, second);
}

struct judgement judge_count(const struct timeline *timeline)
{
	struct judgement judgement = { 0 };

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind != EV_VERDICT)
			continue;
		judgement.verdicts++;
		judgement.failed += !event->verdict.holds;
		judgement.deviations += event->verdict.deviation != NULL;
	}
	return judgement;
}

/* -- Text that grows at its end, and is cut where the room ends */

struct text {
	char *at;
	size_t room;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->at, text->room, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= text->room)
		length = text->room == 0 ? 0 : (int)text->room - 1;
	text->at += length;
	text->room -= (size_t)length;
}

/* -- Paths */

/* The states that a connection went through at one end, and the event that led into each. */
struct path {
	enum state states[MAX_PATH];
	uint32_t events[MAX_PATH];
	int count;
};

static bool is_of(const struct event *event, const char *conn)
{
	return event->conn != NULL && strcmp(event->conn, conn) == 0;
}

static void read_path(const struct timeline *timeline, enum who who, const char *conn,
		      struct path *path)
{
	const struct event *event = timeline_transition(timeline, who, conn, NULL);

	path->count = 0;
	for (; event != NULL && path->count < MAX_PATH;
	     event = timeline_transition(timeline, who, conn, event)) {
		if (path->count == 0) {
			path->events[0] = event->n;
			path->states[path->count++] = event->state.from;
		}
		path->events[path->count] = event->n;
		path->states[path->count++] = event->state.to;
	}
}

static void put_path(struct text *text, const enum state *states, int count)
{
	for (int i = 0; i < count; i++)
		put(text, "%s%s", i == 0 ? "" : ARROW, state_name(states[i]));
}

const char *judge_path_text(const struct timeline *timeline, enum who who, const char *conn,
			    char *text, size_t size)
{
	struct text out = { text, size };
	struct path path;

	text[0] = '\0';
	read_path(timeline, who, conn, &path);
	put_path(&out, path.states, path.count);
	return text;
}

/* A path as it is expected of this end. */
struct expected {
	enum state states[MAX_PATH];
	bool through[MAX_PATH];
	int count;
};

static void read_expected(const struct end *end, const int *path, struct expected *expected)
{
	int other = end->ops->who == WHO_LWIP ? PATH_KERNEL : PATH_LWIP;

	expected->count = 0;
	for (; *path != PATH_END && expected->count < MAX_PATH; path++) {
		if (*path & other)
			continue;
		expected->through[expected->count] = *path & PATH_THROUGH && end->snapshots;
		expected->states[expected->count++] = (enum state)(*path & PATH_STATE);
	}
}

/* Whether a state is among the next of a sequence. */
static bool comes(enum state state, const enum state *states, int from, int count)
{
	for (int i = from; i < count; i++)
		if (states[i] == state)
			return true;
	return false;
}

/* What is wrong where the two paths part: at a of the one walked, e of the one expected. */
static void put_difference(struct text *text, const struct path *walked, int a,
			   const struct expected *expected, int e)
{
	const char *after = a == 0 ? "the beginning" : state_name(walked->states[a - 1]);

	bool walked_ends = a == walked->count, expected_ends = e == expected->count;
	bool missing = walked_ends || (!expected_ends && comes(walked->states[a], expected->states,
							       e, expected->count));
	bool extra = expected_ends ||
		     (!walked_ends && comes(expected->states[e], walked->states, a, walked->count));

	if (walked->count == 0)
		put(text, "no transition was seen");
	else if (missing)
		put(text, "missing %s after %s", state_name(expected->states[e]), after);
	else if (extra)
		put(text, "extra %s after %s", state_name(walked->states[a]), after);
	else
		put(text, "%s instead of %s after %s", state_name(walked->states[a]),
		    state_name(expected->states[e]), after);
}

/* The connection's frames nearest to an event, and its transitions between them. */
static void put_frames_around(struct text *text, const struct timeline *timeline, const char *conn,
			      uint32_t n)
{
	uint32_t first = n, last = n;
	char line[DESCRIBE_STRLEN];

	if (conn == NULL || n == 0)
		return;
	for (int found = 0; first > 1 && found < FRAMES_AROUND;) {
		const struct event *event = timeline_event(timeline, --first);

		found += event->kind == EV_FRAME && is_of(event, conn);
	}
	for (int found = 0; last < timeline_count(timeline) && found < FRAMES_AROUND;) {
		const struct event *event = timeline_event(timeline, ++last);

		found += event->kind == EV_FRAME && is_of(event, conn);
	}
	for (uint32_t i = first; i <= last; i++) {
		const struct event *event = timeline_event(timeline, i);

		if ((event->kind == EV_FRAME || event->kind == EV_STATE) && is_of(event, conn))
			put(text, "\n%s", describe_event(event, line));
	}
}

/* Goes both ways as far as they are the same: a of the one walked, e of the one expected. */
static void compare(const struct path *walked, const struct expected *expected, int *a, int *e)
{
	for (*a = *e = 0; *e < expected->count; ++*e) {
		if (*a < walked->count && walked->states[*a] == expected->states[*e])
			++*a;
		else if (!expected->through[*e])
			break;
	}
	LWIP_ASSERT("no path is longer than MAX_PATH",
		    walked->count < MAX_PATH && expected->count < MAX_PATH);
}

bool judge_goes(const struct conn *conn, const int *path)
{
	struct expected expected;
	struct path walked;
	int a, e;

	read_path(conn->end->lab->timeline, conn->end->ops->who, conn->name, &walked);
	read_expected(conn->end, path, &expected);
	compare(&walked, &expected, &a, &e);
	return a == walked.count && e == expected.count;
}

void judge_path(struct conn *conn, const int *path)
{
	struct lab *lab = conn->end->lab;
	char formatted[TEXT_SIZE];
	struct text text = { formatted, sizeof(formatted) };
	struct expected expected;
	struct path walked;
	bool holds;
	int a, e;

	read_path(lab->timeline, conn->end->ops->who, conn->name, &walked);
	read_expected(conn->end, path, &expected);
	compare(&walked, &expected, &a, &e);
	holds = a == walked.count && e == expected.count;
	put(&text, "%s goes ", end_name(conn->end));
	put_path(&text, expected.states, expected.count);
	if (a < walked.count || e < expected.count) {
		put(&text, "\nwent ");
		put_path(&text, walked.states, walked.count);
		put(&text, "\n");
		put_difference(&text, &walked, a, &expected, e);
		put_frames_around(&text, lab->timeline, conn->name,
				  walked.count == 0  ? timeline_count(lab->timeline)
				  : a < walked.count ? walked.events[a]
						     : walked.events[walked.count - 1]);
	}
	verdict(lab, conn->name, holds, formatted);
}

void judge_state(struct conn *conn, enum state state)
{
	conn_await(conn, state);
	judge_reached(conn, state);
}

bool judge_reached(const struct conn *conn, enum state state)
{
	bool holds = conn->state == state;
	char text[200];

	if (holds)
		snprintf(text, sizeof(text), "%s is in %s", end_name(conn->end), state_name(state));
	else
		snprintf(text, sizeof(text), "%s is in %s: in %s still after %d ms",
			 end_name(conn->end), state_name(state), state_name(conn->state),
			 (int)conn->end->lab->patience_ms);
	verdict(conn->end->lab, conn->name, holds, text);
	return holds;
}

/* -- Segments */

void expect_segments_from(struct conn *conn)
{
	conn->mark = timeline_count(conn->end->lab->timeline);
}

/* The connection's next segment after event n as expect_segments() writes it; its event, or 0. */
static uint32_t next_segment(const struct conn *conn, uint32_t n, char text[FLAGS_STRLEN + 2])
{
	const struct timeline *timeline = conn->end->lab->timeline;

	while (++n <= timeline_count(timeline)) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind != EV_FRAME || !is_of(event, conn->name))
			continue;
		text[0] = event->who == conn->end->ops->who ? '>' : '<';
		text[1] = ' ';
		flags_format(event->frame.segment.flags & (uint8_t)~SEG_PSH, text + 2);
		return n;
	}
	return 0;
}

void judge_segments(struct conn *conn, const char *const *segments)
{
	char formatted[TEXT_SIZE], segment[FLAGS_STRLEN + 2];
	struct text text = { formatted, sizeof(formatted) };
	uint32_t n = conn->mark;
	bool holds = true;

	put(&text, "%s sees", end_name(conn->end));
	for (; *segments != NULL; segments++) {
		n = next_segment(conn, n, segment);
		put(&text, " %s;", *segments);
		if (n == 0 || strcmp(segment, *segments) != 0) {
			holds = false;
			break;
		}
	}
	if (!holds)
		put(&text, " but there %s %s", n == 0 ? "is no" : "comes",
		    n == 0 ? "more" : segment);
	else if (next_segment(conn, n, segment) != 0) {
		holds = false;
		put(&text, " and then one more: %s", segment);
	}
	if (!holds)
		put_frames_around(&text, conn->end->lab->timeline, conn->name,
				  n == 0 ? timeline_count(conn->end->lab->timeline) : n);
	verdict(conn->end->lab, conn->name, holds, formatted);
}

/* -- Times */

/* lwIP acts on the ticks of its slow timer; the kernel's timers have their own grain. */
#define TICK_S  0.5
#define EARLY_S 0.05
/* How late a machine with other things to do may be. */
#define LATE_S     0.7
#define LATE_SHARE 0.1

static double seconds_of(const struct conn *conn, const struct event *event)
{
	return (double)(conn->end->ops->who == WHO_LWIP ? event->v_ns : event->t_ns) / 1e9;
}

static bool about(const struct conn *conn, double seconds, double expected)
{
	if (conn->end->ops->who == WHO_LWIP)
		return seconds >= expected - TICK_S && seconds <= expected + TICK_S;
	return seconds >= expected - EARLY_S &&
	       seconds <= expected + LATE_S + LATE_SHARE * expected;
}

void judge_times(struct conn *conn, const double *seconds)
{
	const struct timeline *timeline = conn->end->lab->timeline;
	char formatted[TEXT_SIZE], segment[FLAGS_STRLEN + 2];
	struct text text = { formatted, sizeof(formatted) };
	uint32_t n = conn->mark;
	double from = n == 0 ? -1 : seconds_of(conn, timeline_event(timeline, n));
	bool holds = true;

	put(&text, "%s sends after", end_name(conn->end));
	while ((n = next_segment(conn, n, segment)) != 0) {
		double at = seconds_of(conn, timeline_event(timeline, n));

		if (segment[0] != '>')
			continue;
		if (from < 0)
			from = at;
		put(&text, " %.1f", at - from);
		if (*seconds == TIMES_END || !about(conn, at - from, *seconds)) {
			holds = false;
			break;
		}
		seconds++;
	}
	put(&text, " s");
	if (!holds && *seconds == TIMES_END)
		put(&text, ": that was one more than expected");
	else if (*seconds != TIMES_END)
		put(&text, ": expected %s %g s", holds ? "one more, after" : "the last after",
		    *seconds);
	verdict(conn->end->lab, conn->name, holds && *seconds == TIMES_END, formatted);
}

void judge_lasted(struct conn *conn, enum state state, double seconds)
{
	const struct timeline *timeline = conn->end->lab->timeline;
	double from = -1, lasted = -1;
	char text[200];

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind != EV_STATE || event->who != conn->end->ops->who ||
		    !is_of(event, conn->name))
			continue;
		if (event->state.to == state) {
			from = seconds_of(conn, event);
			lasted = -1;
		} else if (event->state.from == state && from >= 0)
			lasted = seconds_of(conn, event) - from;
	}
	if (lasted < 0)
		snprintf(text, sizeof(text), "%s is in %s for %g s: it %s", end_name(conn->end),
			 state_name(state), seconds, from < 0 ? "was never" : "is still");
	else
		snprintf(text, sizeof(text), "%s is in %s for %.2f s (expected: %g s)",
			 end_name(conn->end), state_name(state), lasted, seconds);
	verdict(conn->end->lab, conn->name, lasted >= 0 && about(conn, lasted, seconds), text);
}

/* -- What the application learns */

void expect_result(const struct end *end, const char *call, int result, int error)
{
	const char *expected = error == 0 ? "success" : strerrorname_np(error);

	if (result == -error)
		expect(end->lab, true, "%s: %s returns %s", end_name(end), call, expected);
	else
		expect(end->lab, false, "%s: %s returns %s: it returned %s", end_name(end), call,
		       expected, result == 0 ? "success" : strerrorname_np(-result));
}

void expect_refused(const struct end *end, const struct conn *conn, int error)
{
	if (conn != NULL)
		expect(end->lab, false, "%s refuses with %s: it did not refuse", end_name(end),
		       strerrorname_np(error));
	else
		expect(end->lab, end->refusal == error, "%s refuses with %s%s%s", end_name(end),
		       strerrorname_np(error), end->refusal == error ? "" : ": it was ",
		       end->refusal == error ? "" : strerrorname_np(end->refusal));
}

void expect_nothing_to_accept(struct conn *listener)
{
	bool none = listener->end->ops->accept(listener) == NULL;

	expect(listener->end->lab, none, "%s has nothing to accept%s", end_name(listener->end),
	       none ? "" : ": a connection was waiting");
}

struct reading {
	struct conn *conn;
	ssize_t result;
};

static bool has_read(void *context)
{
	struct reading *reading = context;
	char bytes[256];

	do {
		reading->result = conn_recv(reading->conn, bytes, sizeof(bytes));
	} while (reading->result > 0);
	return reading->result != -EAGAIN;
}

static void expect_read(struct conn *conn, ssize_t expected, const char *what)
{
	struct reading reading = { .conn = conn };
	char text[200];

	lab_wait(conn->end->lab, has_read, &reading, conn->end->lab->patience_ms);
	if (reading.result == expected)
		snprintf(text, sizeof(text), "%s reads %s", end_name(conn->end), what);
	else
		snprintf(text, sizeof(text), "%s reads %s: it got %s", end_name(conn->end), what,
			 reading.result < 0 ? strerrorname_np((int)-reading.result) : "the FIN");
	verdict(conn->end->lab, conn->name, reading.result == expected, text);
}

void expect_data(struct conn *conn, size_t bytes)
{
	char data[2048], text[120];
	ssize_t received = conn_recv(conn, data, sizeof(data));
	bool holds = received >= 0 && (size_t)received == bytes;

	if (holds)
		snprintf(text, sizeof(text), "%s reads %zu bytes", end_name(conn->end), bytes);
	else
		snprintf(text, sizeof(text), "%s reads %zu bytes: it got %s%ld",
			 end_name(conn->end), bytes, received < 0 ? "error " : "", (long)received);
	verdict(conn->end->lab, conn->name, holds, text);
}

void expect_error(struct conn *conn, int error)
{
	expect_read(conn, -error, strerrorname_np(error));
}

void expect_eof(struct conn *conn)
{
	expect_read(conn, 0, "the other side's FIN");
}

int told(const struct conn *conn, int by_lwip, int by_kernel)
{
	return conn->end->ops->who == WHO_LWIP ? by_lwip : by_kernel;
}

void expect_deviation(struct lab *lab, bool deviates, const char *requirement, const char *text)
{
	struct event *event = verdict(lab, NULL, deviates, text);

	if (deviates)
		event->verdict.deviation = requirement;
	else
		event->verdict.text = timeline_text(
			lab->timeline, "known deviation from %s: %s (it does not deviate any more)",
			requirement, text);
}

/* -- The raw end */

void expect_raw(struct raw *raw, const char *flags)
{
	const struct event *frame = raw_next(raw);
	char seen[FLAGS_STRLEN] = "nothing", text[200];
	bool holds;

	if (frame != NULL)
		flags_format(frame->frame.segment.flags & (uint8_t)~SEG_PSH, seen);
	holds = strcmp(seen, flags) == 0;
	snprintf(text, sizeof(text), holds ? "raw receives %s" : "raw receives %s: it got %s",
		 flags, seen);
	verdict(raw->lab, frame == NULL ? NULL : frame->conn, holds, text);
}

void expect_raw_nothing(struct raw *raw)
{
	unsigned int count = raw_flush(raw);

	expect(raw->lab, count == 0, "raw receives nothing%s",
	       count == 0 ? "" : ": it got segments");
}

/* -- What must hold for every experiment */

void judge_edges(struct lab *lab)
{
	unsigned int transitions = 0;
	bool holds = true;

	for (uint32_t n = 1; n <= timeline_count(lab->timeline); n++) {
		const struct event *event = timeline_event(lab->timeline, n);
		char line[DESCRIBE_STRLEN];

		if (event->kind != EV_STATE)
			continue;
		transitions++;
		if (state_edge(event->state.from, event->state.to) == NULL) {
			holds = false;
			expect(lab, false, "no edge of RFC 9293's state diagram: %s",
			       describe_event(event, line));
		}
	}
	if (holds)
		expect(lab, true, "all %u transitions are edges of RFC 9293's state diagram",
		       transitions);
}

/* Whether a segment belongs to a connection's endpoints: the last one of the same name shows them. */
static bool between_the_same(const struct timeline *timeline, const struct segment *segment,
			     const char *conn)
{
	for (uint32_t n = timeline_count(timeline); n > 0; n--) {
		const struct event *event = timeline_event(timeline, n);
		const struct segment *of = &event->frame.segment;

		if (event->kind != EV_FRAME || !event->frame.tcp || !is_of(event, conn))
			continue;
		return (endpoint_equal(&of->src, &segment->src) &&
			endpoint_equal(&of->dst, &segment->dst)) ||
		       (endpoint_equal(&of->src, &segment->dst) &&
			endpoint_equal(&of->dst, &segment->src));
	}
	return false;
}

/* What has made a transition; 0: nothing that the diagram knows. */
static unsigned int trigger_of(const struct timeline *timeline, const struct event *transition)
{
	const struct event *cause = timeline_origin(timeline, transition);
	uint8_t flags;

	if (cause == NULL || transition->conn == NULL)
		return 0;
	switch (cause->kind) {
	case EV_CALL: return cause->call.abort ? BY_ABORT : BY_CALL;
	case EV_TIMER: return BY_TIMEOUT;
	case EV_FRAME: break;
	default: return 0;
	}
	flags = cause->frame.segment.flags;
	if (is_of(cause, transition->conn))
		return flags & SEG_RST                            ? BY_RST
		       : (flags & (SEG_SYN | SEG_ACK)) == SEG_SYN ? BY_SYN
								  : BY_SEGMENT;
	/* Another connection's, which can only mean this one when it takes its place. */
	return flags & SEG_SYN &&
			       between_the_same(timeline, &cause->frame.segment, transition->conn)
		       ? BY_SYN
		       : 0;
}

uint64_t judge_walked(const struct timeline *timeline, enum who who)
{
	uint64_t walked = 0;

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		const struct edge *edge;

		if (event->kind != EV_STATE || event->who != who)
			continue;
		edge = state_edge_by(event->state.from, event->state.to,
				     trigger_of(timeline, event));
		if (edge != NULL)
			walked |= UINT64_C(1) << (edge - state_edges);
	}
	return walked;
}

uint64_t judge_unreachable(const struct timeline *timeline, enum who who)
{
	uint64_t unreachable = 0;

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_VERDICT && event->verdict.holds &&
		    event->verdict.unreachable != NULL && event->verdict.at == who)
			unreachable |= UINT64_C(1) << (event->verdict.unreachable - state_edges);
	}
	return unreachable;
}

static bool has_entered(const struct timeline *timeline, enum who who, enum state state)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_STATE && event->who == who && event->state.to == state)
			return true;
	}
	return false;
}

void expect_unreachable(struct end *end, int from, int to, enum trigger by, const char *why)
{
	struct lab *lab = end->lab;
	const struct edge *edge = state_edge_by((enum state)from, (enum state)to, by);
	enum who who = end->ops->who;
	bool entered = has_entered(lab->timeline, who, (enum state)from);
	struct event *event;
	char text[240];
	bool walked;

	LWIP_ASSERT("only an edge can be out of reach", edge != NULL);
	walked = judge_walked(lab->timeline, who) & UINT64_C(1) << (edge - state_edges);
	snprintf(text, sizeof(text), "%s never goes %s" ARROW "%s (%s): %s%s", end_name(end),
		 state_name(edge->from), state_name(edge->to), edge->event, why,
		 walked    ? ", but it did"
		 : entered ? ""
			   : ", but here it was never asked to");
	if (walked && end->snapshots) {
		expect(lab, true,
		       "%s seems to go %s" ARROW "%s: what looks only now and then cannot tell",
		       end_name(end), state_name(edge->from), state_name(edge->to));
		return;
	}
	event = verdict(lab, NULL, entered && !walked, text);
	event->verdict.unreachable = edge;
	event->verdict.at = who;
}

void judge_leaks(const struct end *lwip)
{
	char text[128];

	if (lwip_end_leaks(lwip, text, sizeof(text)) == 0)
		expect(lwip->lab, true, "lwIP holds no pcb, segment or pbuf any more");
	else
		expect(lwip->lab, false, "lwIP holds no pcb, segment or pbuf any more: %s", text);
}
