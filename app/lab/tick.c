/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/tick.h"

#include <string.h>
#include <time.h>

uint64_t tick_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

bool tick_may_have_acknowledged_fin(const struct timeline *timeline, uint32_t n)
{
	const struct event *event;

	while ((event = timeline_event(timeline, ++n)) != NULL)
		if (is_bare_ack(event) &&
		    state_at(timeline, event->conn, event->n) == ST_CLOSE_WAIT)
			return true;
	return false;
}
