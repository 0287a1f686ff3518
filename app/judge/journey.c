/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of a connection, as figures. */
#include <string.h>

#include "judge/judge.h"

#define STEPS ((int)(sizeof(((struct journey *)0)->steps) / sizeof(struct step)))

static double seconds_of(const struct event *event, enum who who)
{
	return (double)(who == WHO_LWIP ? event->v_ns : event->t_ns) / 1e9;
}

/* Sequence numbers are relative and small: they are compared as they are. */
static bool is_sent_again(const struct event *frame, uint32_t *sent)
{
	uint32_t end = frame->frame.seq + segment_space(&frame->frame.segment);
	bool again = end > frame->frame.seq && frame->frame.seq < *sent;

	if (end > *sent)
		*sent = end;
	return again;
}

void judge_journey(const struct timeline *timeline, enum who who, const char *conn,
		   struct journey *journey)
{
	double since = 0;
	uint32_t sent = 0;

	*journey = (struct journey){ .count = 0 };
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->who != who || event->conn == NULL || strcmp(event->conn, conn) != 0)
			continue;
		if (event->kind == EV_FRAME && event->frame.tcp &&
		    !(event->frame.segment.flags & SEG_RST))
			journey->retransmissions += is_sent_again(event, &sent);
		if (event->kind != EV_STATE || journey->count == STEPS)
			continue;
		if (journey->count > 0)
			journey->steps[journey->count - 1].seconds = seconds_of(event, who) - since;
		since = seconds_of(event, who);
		journey->steps[journey->count++].state = event->state.to;
	}
	if (journey->count > 0)
		journey->steps[journey->count - 1].seconds =
			seconds_of(timeline_event(timeline, timeline_count(timeline)), who) - since;
}
