/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/guard.h"

#include <string.h>

#include "end/end.h"
#include "end/flood.h"
#include "end/lwip_api.h"
#include "guard/tcp_guard.h"

/* As lwIP, the guard is one per process. */
static struct lab *guarded;
static struct cause frame; /* that was the cause before the guard acted */

/* In its own words, and in the timeline's. What it does while it acts is its doing, not the frame's. */
static const struct deed {
	const char *event, *name, *text;
	bool begins_to_act,
		ends_to_act; /* an answer that is sent is the last thing done about its frame */
} deeds[] = {
	{ "answers", GUARD_ANSWER, "answers by a cookie, and keeps nothing", true, false },
	{ "unsent", "unsent", "no memory, or no way, for the answer", false, true },
	{ "opens", "open", "a valid cookie: lwIP gets the SYN that must have been", true, false },
	{ "opened", GUARD_OPENED, "lwIP has taken it; the ACK follows", false, true },
	{ "no room", "no room", "lwIP has no room for one more: ACK dropped", false, true },
	{ "forged", "forged", "no valid cookie", false, false },
	{ "expired", "expired", "a cookie that has expired", false, false },
	{ "replayed", "replayed", "a cookie that was used before", false, false },
};

static const struct deed *find_deed(const char *event)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].event, event) == 0)
			return &deeds[i];
	return NULL;
}

void guard_on_event(const char *name)
{
	const struct deed *deed = find_deed(name);
	struct timeline *timeline;
	const struct event *cause;
	struct event *event;

	if (guarded == NULL || deed == NULL || guarded->wire.in_bulk)
		return; /* nor are the frames of a bulk on the timeline */
	timeline = guarded->timeline;
	if (deed->ends_to_act)
		timeline_set_cause(timeline, frame);
	cause = timeline_event(timeline, timeline_cause(timeline).event);
	event = timeline_add(timeline, EV_GUARD, WHO_LWIP, cause == NULL ? NULL : cause->conn);
	event->guard.name = deed->name;
	event->guard.text = deed->text;
	if (deed->begins_to_act)
		frame = timeline_set_cause(timeline, (struct cause){ .event = event->n });
}

unsigned int guard_default_threshold(void)
{
	return lwip_end_pcbs() / 4;
}

unsigned int guard_count(struct flood_counter *counter)
{
	const struct tcp_guard_counters *did = tcp_guard_counters();
	const struct flood_counter counters[] = {
		{ "SYNs passed to lwIP", 0, did->passed },
		{ "cookies sent", 0, did->answered },
		{ "not sent", 0, did->unsent },
		{ "accepted", 0, did->opened },
		{ "accepted without room", 0, did->no_room },
		{ "forged", 0, did->forged },
		{ "expired", 0, did->expired },
		{ "used before", 0, did->replayed },
	};
	const unsigned int count = sizeof(counters) / sizeof(counters[0]);

	if (guarded == NULL)
		return 0;
	_Static_assert(sizeof(counters) <= FLOOD_COUNTERS * sizeof(counters[0]), "room");
	for (unsigned int i = 0; i < count; i++)
		counter[i] = counters[i];
	return count;
}

void guard_start(struct lab *lab, unsigned int threshold)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LWIP, NULL, "tcp_guard_start",
				      "threshold %u", threshold);

	guarded = lab;
	lwip_api()->guard_start((uint16_t)threshold);
	lab_call_end(lab, call, before, NULL);
}

void guard_stop(struct lab *lab)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LWIP, NULL, "tcp_guard_stop", "%s", "");

	lwip_api()->guard_stop();
	guarded = NULL;
	lab_call_end(lab, call, before, NULL);
}
