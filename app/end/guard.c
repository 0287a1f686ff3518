/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/guard.h"

#include "end/flood.h"
#include "guard/tcp_guard.h"
#include "lab/pools.h"

/* As lwIP, the guard is one per process. */
static struct lab *guarded;
static struct cause frame; /* that was the cause before the guard acted */

static const struct {
	const char *name, *text;
} deeds[] = {
	[TCP_GUARD_ANSWERS] = { GUARD_ANSWER, "answers by a cookie, and keeps nothing" },
	[TCP_GUARD_UNSENT] = { "unsent", "no memory, or no way, for the answer" },
	[TCP_GUARD_OPENS] = { "open", "a valid cookie: lwIP gets the SYN that must have been" },
	[TCP_GUARD_OPENED] = { GUARD_OPENED, "lwIP has taken it; the ACK follows" },
	[TCP_GUARD_NO_ROOM] = { "no room", "lwIP has no room for one more: ACK dropped" },
	[TCP_GUARD_FORGED] = { "forged", "no valid cookie" },
	[TCP_GUARD_EXPIRED] = { "expired", "a cookie that has expired" },
	[TCP_GUARD_REPLAYED] = { "replayed", "a cookie that was used before" },
};

/* What is sent, or what lwIP does, now is the guard's doing. */
static bool begins_to_act(enum tcp_guard_event event)
{
	return event == TCP_GUARD_ANSWERS || event == TCP_GUARD_OPENS;
}

/* An answer that is sent is the last thing done about its frame. */
static bool ends_to_act(enum tcp_guard_event event)
{
	return event == TCP_GUARD_UNSENT || event == TCP_GUARD_OPENED || event == TCP_GUARD_NO_ROOM;
}

static void on_event(void *context, enum tcp_guard_event event)
{
	struct timeline *timeline = guarded->timeline;
	const struct event *cause;
	struct event *deed;

	(void)context;
	if (guarded->wire.in_bulk)
		return; /* nor are its frames on the timeline */
	if (ends_to_act(event))
		timeline_set_cause(timeline, frame);
	cause = timeline_event(timeline, timeline_cause(timeline).event);
	deed = timeline_add(timeline, EV_GUARD, WHO_LWIP, cause == NULL ? NULL : cause->conn);
	deed->guard.name = deeds[event].name;
	deed->guard.text = deeds[event].text;
	if (begins_to_act(event))
		frame = timeline_set_cause(timeline, (struct cause){ .event = deed->n });
}

unsigned int guard_default_threshold(void)
{
	return pools_size(MEMP_TCP_PCB) / 4;
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
	tcp_guard_observe(on_event, NULL);
	tcp_guard_start((u16_t)threshold);
	lab_call_end(lab, call, before, NULL);
}

void guard_stop(struct lab *lab)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LWIP, NULL, "tcp_guard_stop", "%s", "");

	tcp_guard_stop();
	guarded = NULL;
	lab_call_end(lab, call, before, NULL);
}
