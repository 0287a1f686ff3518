/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/remarks.h"

#include <stdlib.h>
#include <string.h>

/* Less of a difference between two clocks is not worth a word. */
#define NOTABLE_NS 100000000

/*
 * Chains of events, each from an earlier to a later one; index and value are numbers of events,
 * 0 ends a chain.
 */
struct remarks {
	const struct timeline *timeline;
	uint32_t *caused;  /* by event: the first that it has caused */
	uint32_t *sibling; /* by event: the next of the same cause */
	uint32_t *told;    /* by packet: the first event that is told there */
	uint32_t *next;    /* by event: the next that is told at the same packet */
	uint32_t *packets; /* by event: how many packets there are up to it */
};

static bool is_packet(const struct event *event)
{
	return event->kind == EV_FRAME;
}

static bool same_conn(const struct event *a, const struct event *b)
{
	return a->conn != NULL && b->conn != NULL && strcmp(a->conn, b->conn) == 0;
}

static const struct event *event_of(const struct remarks *remarks, uint32_t n)
{
	return timeline_event(remarks->timeline, n);
}

/*
 * The packet that a stack sent for the reason for which it made this transition: on the same
 * connection, but for a transition so early that its connection has no name yet.
 */
static uint32_t sent_with(const struct remarks *remarks, const struct event *event)
{
	uint32_t before = 0;

	for (uint32_t n = remarks->caused[event->cause]; n != 0; n = remarks->sibling[n]) {
		const struct event *packet = event_of(remarks, n);

		if (!is_packet(packet) || packet->who != event->who)
			continue;
		if (event->conn != NULL && !same_conn(packet, event))
			continue;
		if (n > event->n)
			return n;
		before = n;
	}
	return before;
}

static uint32_t last_packet_before(const struct remarks *remarks, const struct event *event)
{
	uint32_t of_any = 0;

	for (uint32_t n = event->n; n > 0 && remarks->packets[n] > 0; n--) {
		const struct event *packet = event_of(remarks, n);

		if (!is_packet(packet))
			continue;
		if (same_conn(packet, event))
			return n;
		if (of_any == 0)
			of_any = n;
	}
	return of_any;
}

static uint32_t first_packet(const struct remarks *remarks)
{
	uint32_t n = 1;

	while (n <= timeline_count(remarks->timeline) && remarks->packets[n] == 0)
		n++;
	return n <= timeline_count(remarks->timeline) ? n : 0;
}

static bool is_told(const struct event *event)
{
	return event->kind == EV_STATE || event->kind == EV_GUARD || event->kind == EV_FAULT;
}

/* The packet at which an event is told. */
static uint32_t place_of(const struct remarks *remarks, const struct event *event)
{
	const struct event *cause = timeline_origin(remarks->timeline, event);
	uint32_t place = 0;

	if (event->kind == EV_FAULT && event->fault.frame != 0)
		return event->fault.frame;
	if (event->kind != EV_FAULT && cause != NULL && is_packet(cause))
		return cause->n;
	if (event->kind == EV_STATE && cause != NULL)
		place = sent_with(remarks, event);
	if (place == 0)
		place = last_packet_before(remarks, event);
	return place != 0 ? place : first_packet(remarks);
}

static uint32_t *numbers(uint32_t count)
{
	uint32_t *array = calloc((size_t)count + 1, sizeof(*array));

	if (array == NULL) {
		fputs("tcplab: out of memory for the remarks of a packet capture\n", stderr);
		exit(2);
	}
	return array;
}

struct remarks *remarks_new(const struct timeline *timeline)
{
	uint32_t count = timeline_count(timeline);
	struct remarks *remarks = calloc(1, sizeof(*remarks));

	if (remarks == NULL) {
		fputs("tcplab: out of memory for the remarks of a packet capture\n", stderr);
		exit(2);
	}
	remarks->timeline = timeline;
	remarks->caused = numbers(count);
	remarks->sibling = numbers(count);
	remarks->told = numbers(count);
	remarks->next = numbers(count);
	remarks->packets = numbers(count);
	for (uint32_t n = 1; n <= count; n++)
		remarks->packets[n] =
			remarks->packets[n - 1] + is_packet(timeline_event(timeline, n));
	/* Backwards, so that each chain begins with its earliest event. */
	for (uint32_t n = count; n > 0; n--) {
		uint32_t cause = timeline_event(timeline, n)->cause;

		remarks->sibling[n] = remarks->caused[cause];
		remarks->caused[cause] = n;
	}
	for (uint32_t n = count; n > 0; n--) {
		const struct event *event = timeline_event(timeline, n);
		uint32_t place;

		if (!is_told(event))
			continue;
		place = place_of(remarks, event);
		remarks->next[n] = remarks->told[place];
		remarks->told[place] = n;
	}
	return remarks;
}

void remarks_free(struct remarks *remarks)
{
	free(remarks->caused);
	free(remarks->sibling);
	free(remarks->told);
	free(remarks->next);
	free(remarks->packets);
	free(remarks);
}

/* How much further than real time lwIP's has moved from one event to a later one. */
static int64_t jump_ns(const struct event *from, const struct event *to)
{
	return (int64_t)(to->v_ns - from->v_ns) - (int64_t)(to->t_ns - from->t_ns);
}

static void write_seconds(uint64_t ns, FILE *out)
{
	unsigned long long ms = ns / 1000000;

	fprintf(out, "%llu.%03llu s", ms / 1000, ms % 1000);
}

static void write_clock(const struct event *event, FILE *out)
{
	fputs("lwip's clock: ", out);
	write_seconds(event->v_ns, out);
}

/* What made it happen, where this is not the packet at which it is told. */
static void write_cause(const struct event *cause, FILE *out)
{
	if (cause->kind == EV_TIMER)
		fprintf(out, ", timer: %s", cause->timer.name);
	else if (cause->kind == EV_CALL && cause->who == WHO_LAB)
		fprintf(out, ", by the lab: %s", cause->call.name);
	else if (cause->kind == EV_CALL)
		fprintf(out, ", by %s()", cause->call.name);
	else if (cause->kind == EV_GUARD)
		fputs(", by the guard", out);
}

/* Whether a transition is one of the packet's own connection. */
static bool is_of(const struct event *event, const struct event *packet)
{
	if (packet == NULL)
		return false;
	if (event->conn == NULL) /* it was not yet named when this reason had the packet sent */
		return event->who == packet->who && event->cause == packet->cause;
	return same_conn(event, packet);
}

static void write_state(const struct remarks *remarks, const struct event *event,
			const struct event *packet, FILE *out)
{
	const struct event *cause = event_of(remarks, event->cause);

	fputs(who_name(event->who), out);
	if (!is_of(event, packet))
		fprintf(out, " %s", event->conn == NULL ? "unnamed" : event->conn);
	fprintf(out, ": %s → %s", state_name(event->state.from), state_name(event->state.to));
	if (cause != NULL)
		write_cause(cause, out);
	if (packet == NULL || packet->n > event->n)
		return;
	if (event->who == WHO_LWIP && jump_ns(packet, event) >= NOTABLE_NS) {
		fputs(", ", out);
		write_clock(event, out);
	}
	if (event->t_ns - packet->t_ns >= NOTABLE_NS) {
		fputs(", ", out);
		write_seconds(event->t_ns - packet->t_ns, out);
		fputs(" later", out);
	}
}

static void write_fault(const struct remarks *remarks, const struct event *event, FILE *out)
{
	const struct event *packet = event_of(remarks, event->fault.frame);

	if (packet == NULL)
		fprintf(out, "%s: %s", who_name(event->who), event->fault.text);
	else if (strcmp(event->fault.action, "release") == 0)
		fprintf(out, "released by the %s after packet %u, %.3f ms later",
			who_name(event->who), remarks->packets[event->n],
			(double)(event->t_ns - packet->t_ns) / 1e6);
	else
		fprintf(out, "%s by the %s: %s", event->fault.action, who_name(event->who),
			event->fault.text);
}

/* The packet's faults, or what else it has made happen. */
static void write_told(const struct remarks *remarks, bool faults, const struct event *packet,
		       FILE *out)
{
	for (uint32_t n = remarks->told[packet == NULL ? 0 : packet->n]; n != 0;
	     n = remarks->next[n]) {
		const struct event *event = event_of(remarks, n);

		if ((event->kind == EV_FAULT) != faults)
			continue;
		if (faults)
			write_fault(remarks, event, out);
		else if (event->kind == EV_GUARD)
			fprintf(out, "guard: %s", event->guard.text);
		else
			write_state(remarks, event, packet, out);
		putc('\n', out);
	}
}

/* The packet before this one; before the first, the beginning of all time. */
static const struct event *packet_before(const struct remarks *remarks, const struct event *packet)
{
	static const struct event beginning;
	uint32_t n = packet->n - 1;

	if (remarks->packets[n] == 0)
		return &beginning;
	while (!is_packet(event_of(remarks, n)))
		n--;
	return event_of(remarks, n);
}

static bool is_guards(const struct remarks *remarks, const struct event *packet)
{
	const struct event *cause = event_of(remarks, packet->cause);

	return cause != NULL && cause->kind == EV_GUARD &&
	       strcmp(cause->guard.name, GUARD_ANSWER) == 0;
}

void remarks_write(const struct remarks *remarks, uint32_t packet, FILE *out)
{
	const struct event *event = event_of(remarks, packet);

	if (event != NULL) {
		if (is_guards(remarks, event))
			fputs("sent by the guard\n", out);
		if (event->frame.fate != NULL)
			fprintf(out, "%s by the wire\n", event->frame.fate);
		if (jump_ns(packet_before(remarks, event), event) >= NOTABLE_NS) {
			write_clock(event, out);
			putc('\n', out);
		}
	}
	write_told(remarks, true, event, out);
	write_told(remarks, false, event, out);
}
