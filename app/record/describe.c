/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/describe.h"

#include <stdio.h>

static const char *ethernet_type(const struct event *event)
{
	const uint8_t *bytes = event->frame.bytes;
	int type = event->frame.size < 14 ? 0 : bytes[12] << 8 | bytes[13];

	switch (type) {
	case 0x0800: return "IPv4";
	case 0x0806: return "ARP";
	case 0x86dd: return "IPv6";
	default: return "Ethernet";
	}
}

const char *describe_frame(const struct event *event, char text[DESCRIBE_STRLEN])
{
	const struct segment *segment = &event->frame.segment;
	char flags[FLAGS_STRLEN], ack[24] = "", length[24] = "";

	if (!event->frame.tcp) {
		snprintf(text, DESCRIBE_STRLEN, "%s, %u bytes", ethernet_type(event),
			 event->frame.size);
		return text;
	}
	if (segment->flags & SEG_ACK)
		snprintf(ack, sizeof(ack), " ack=%u", event->frame.ack);
	if (segment->length > 0)
		snprintf(length, sizeof(length), " len=%u", segment->length);
	snprintf(text, DESCRIBE_STRLEN, "%s seq=%u%s%s", flags_format(segment->flags, flags),
		 event->frame.seq, ack, length);
	return text;
}

/* The event without its number. */
static int describe_details(const struct event *event, char *text, size_t size)
{
	char frame[DESCRIBE_STRLEN];

	switch (event->kind) {
	case EV_STATE:
		return snprintf(text, size, "%s → %s", state_name(event->state.from),
				state_name(event->state.to));
	case EV_CALLBACK:
		return snprintf(text, size, "callback %s(%s)", event->callback.name,
				event->callback.err == NULL ? "" : event->callback.err);
	case EV_FRAME:
		return snprintf(text, size, "sends %s%s%s", describe_frame(event, frame),
				event->frame.fate == NULL ? "" : ", ",
				event->frame.fate == NULL ? "" : event->frame.fate);
	case EV_CALL:
		return snprintf(text, size, "%s(%s)%s%s", event->call.name, event->call.args,
				event->call.result == NULL ? "" : " = ",
				event->call.result == NULL ? "" : event->call.result);
	case EV_TIMER: return snprintf(text, size, "timer: %s", event->timer.name);
	case EV_FAULT:
		return snprintf(text, size, "%s: %s", event->fault.action, event->fault.text);
	case EV_GUARD: return snprintf(text, size, "guard: %s", event->guard.text);
	case EV_VERDICT:
		return snprintf(text, size, "%s: %s",
				event->verdict.symptom != NULL ? "looks like"
				: event->verdict.holds         ? "holds"
							       : "FAILS",
				event->verdict.text);
	}
	return 0;
}

const char *describe_event(const struct event *event, char text[DESCRIBE_STRLEN])
{
	int used = snprintf(text, DESCRIBE_STRLEN, "#%u %s ", event->n, who_name(event->who));

	describe_details(event, text + used, DESCRIBE_STRLEN - (size_t)used);
	return text;
}
