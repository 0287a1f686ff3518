/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timelines written by hand, event by event. Each function gives the new event, for what else is
 * to be said of it.
 */
#ifndef STORY_H
#define STORY_H

#include "frames.h"
#include "record/timeline.h"

static inline uint64_t story_no_time(void)
{
	return 0;
}

static inline struct event *story_state(struct timeline *timeline, enum who who, const char *conn,
					enum state from, enum state to)
{
	struct event *event = timeline_add(timeline, EV_STATE, who, conn);

	event->state.from = from;
	event->state.to = to;
	event->state.src = who == WHO_LWIP ? SRC_HOOK : SRC_TRACEPOINT;
	return event;
}

static inline struct event *story_frame(struct timeline *timeline, enum who sender,
					const char *conn, uint8_t flags, uint32_t seq, uint32_t ack,
					uint16_t length)
{
	struct event *event = timeline_add(timeline, EV_FRAME, sender, conn);

	event->frame.tcp = true;
	event->frame.size = 54u + length;
	event->frame.seq = seq;
	event->frame.ack = ack;
	event->frame.segment.src = sender == WHO_LWIP ? LWIP_SIDE(49152) : KERNEL_SIDE(7777);
	event->frame.segment.dst = sender == WHO_LWIP ? KERNEL_SIDE(7777) : LWIP_SIDE(49152);
	event->frame.segment.flags = flags;
	event->frame.segment.length = length;
	event->frame.segment.wscale = -1;
	return event;
}

static inline struct event *story_call(struct timeline *timeline, enum who who, const char *conn,
				       const char *name, const char *args, const char *result)
{
	struct event *event = timeline_add(timeline, EV_CALL, who, conn);

	event->call.name = name;
	event->call.args = args;
	event->call.result = result;
	return event;
}

static inline struct event *story_callback(struct timeline *timeline, const char *conn,
					   const char *name, const char *err, uint32_t bytes)
{
	struct event *event = timeline_add(timeline, EV_CALLBACK, WHO_LWIP, conn);

	event->callback.name = name;
	event->callback.err = err;
	event->callback.bytes = bytes;
	return event;
}

static inline struct event *story_fault(struct timeline *timeline, const char *action,
					uint32_t frame, const char *text)
{
	struct event *event = timeline_add(timeline, EV_FAULT, WHO_WIRE, NULL);

	event->fault.action = action;
	event->fault.frame = frame;
	event->fault.text = text;
	return event;
}

static inline struct event *story_guard(struct timeline *timeline, const char *conn,
					const char *name, const char *text)
{
	struct event *event = timeline_add(timeline, EV_GUARD, WHO_LWIP, conn);

	event->guard.name = name;
	event->guard.text = text;
	return event;
}

static inline struct event *story_verdict(struct timeline *timeline, bool holds, const char *text)
{
	struct event *event = timeline_add(timeline, EV_VERDICT, WHO_LAB, NULL);

	event->verdict.holds = holds;
	event->verdict.text = text;
	return event;
}

/** What comes until the next cause is set is caused by this event; by nothing, if it is NULL. */
static inline void story_because(struct timeline *timeline, const struct event *cause)
{
	timeline_set_cause(timeline, (struct cause){ .event = cause == NULL ? 0 : cause->n });
}

/** The kernel connects to lwIP, whose guard answers by a cookie: events 1 to 8. */
static inline void story_guarded_handshake(struct timeline *timeline)
{
	const struct event *syn, *ack;

	syn = story_frame(timeline, WHO_KERNEL, "c1", SEG_SYN, 0, 0, 0);
	story_because(timeline, syn);
	story_because(timeline, story_guard(timeline, "c1", GUARD_ANSWER, "answers by a cookie"));
	story_because(timeline, story_frame(timeline, WHO_LWIP, "c1", SEG_SYN | SEG_ACK, 0, 1, 0));
	ack = story_frame(timeline, WHO_KERNEL, "c1", SEG_ACK, 1, 1, 0);
	story_because(timeline, ack);
	story_because(timeline, story_guard(timeline, "c1", "open", "valid cookie"));
	story_state(timeline, WHO_LWIP, "c1", ST_LISTEN, ST_SYN_RCVD);
	story_because(timeline, ack);
	story_guard(timeline, "c1", GUARD_OPENED, "lwIP has it");
	story_state(timeline, WHO_LWIP, "c1", ST_SYN_RCVD, ST_ESTABLISHED);
	story_because(timeline, NULL);
}

#endif
