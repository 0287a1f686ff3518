/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/tick.h"

#include <string.h>
#include <time.h>

/* How long after a tick its timers may still come. */
#define LATE_NS 1000000

bool tick_since(uint64_t since_ns)
{
	struct timespec tick;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &tick); /* as of the latest tick: time(7) */
	return (uint64_t)tick.tv_sec * 1000000000u + (uint64_t)tick.tv_nsec + LATE_NS > since_ns;
}

static bool is_bare_ack(const struct event *event)
{
	return event->kind == EV_FRAME && event->who == WHO_KERNEL && event->frame.tcp &&
	       event->frame.segment.flags == SEG_ACK && event->frame.segment.length == 0;
}

/* The state of the kernel's side of a connection when event n happened. */
static enum state state_at(const struct timeline *timeline, const char *conn, uint32_t n)
{
	const struct event *event;

	while ((event = timeline_event(timeline, --n)) != NULL)
		if (event->kind == EV_STATE && event->who == WHO_KERNEL && event->conn != NULL &&
		    strcmp(event->conn, conn) == 0)
			return event->state.to;
	return ST_CLOSED;
}

static bool was_asked_for(const struct timeline *timeline, const struct event *ack)
{
	const struct event *cause = timeline_event(timeline, ack->cause);

	return cause != NULL && cause->kind == EV_CALL &&
	       strcmp(cause->call.name, "setsockopt") == 0;
}

/* Whether the other side has sent one SYN, one FIN that counts (with ACK), and no data. */
static bool has_no_other_reason(const struct timeline *timeline, const char *conn, uint32_t n)
{
	unsigned int syns = 0, fins = 0, data = 0;
	const struct event *event;

	while ((event = timeline_event(timeline, --n)) != NULL) {
		if (event->kind != EV_FRAME || event->who == WHO_KERNEL || event->conn == NULL ||
		    strcmp(event->conn, conn) != 0)
			continue;
		syns += (event->frame.segment.flags & SEG_SYN) != 0;
		fins += (event->frame.segment.flags & (SEG_FIN | SEG_ACK)) == (SEG_FIN | SEG_ACK);
		data += event->frame.segment.length;
	}
	return syns == 1 && fins == 1 && data == 0;
}

bool tick_may_have_acknowledged_fin(const struct timeline *timeline, uint32_t n, bool ticked)
{
	const struct event *event;

	while ((event = timeline_event(timeline, ++n)) != NULL)
		if (is_bare_ack(event) && !was_asked_for(timeline, event) &&
		    state_at(timeline, event->conn, event->n) == ST_CLOSE_WAIT &&
		    (ticked || has_no_other_reason(timeline, event->conn, event->n)))
			return true;
	return false;
}
