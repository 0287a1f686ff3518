/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/jsonl.h"

#include "record/json.h"

static void write_segment(struct json *json, const struct event *event)
{
	const struct segment *segment = &event->frame.segment;
	char text[ENDPOINT_STRLEN], flags[FLAGS_STRLEN];

	json_open(json, "tcp");
	json_text(json, "src", endpoint_format(&segment->src, text));
	json_text(json, "dst", endpoint_format(&segment->dst, text));
	json_text(json, "flags", flags_format(segment->flags, flags));
	json_int(json, "seq", event->frame.seq);
	json_int(json, "ack", event->frame.ack);
	json_int(json, "len", segment->length);
	json_int(json, "window", segment->window);
	if (segment->mss != 0)
		json_int(json, "mss", segment->mss);
	if (segment->wscale >= 0)
		json_int(json, "wscale", segment->wscale);
	if (segment->sack_permitted)
		json_bool(json, "sack_permitted", true);
	if (segment->timestamps) {
		json_int(json, "tsval", segment->tsval);
		json_int(json, "tsecr", segment->tsecr);
	}
	json_close(json);
}

static void write_details(struct json *json, const struct event *event)
{
	switch (event->kind) {
	case EV_STATE:
		json_text(json, "from", state_name(event->state.from));
		json_text(json, "to", state_name(event->state.to));
		json_text(json, "src", source_name(event->state.src));
		if (event->state.func != NULL) {
			json_text(json, "func", event->state.func);
			json_int(json, "line", event->state.line);
		}
		break;
	case EV_CALLBACK:
		json_text(json, "name", event->callback.name);
		json_text(json, "err", event->callback.err);
		json_int(json, "bytes", event->callback.bytes);
		break;
	case EV_FRAME:
		json_int(json, "size", event->frame.size);
		json_text(json, "fate", event->frame.fate);
		if (event->frame.tcp)
			write_segment(json, event);
		break;
	case EV_CALL:
		json_text(json, "name", event->call.name);
		json_text(json, "args", event->call.args);
		json_text(json, "result", event->call.result);
		break;
	case EV_TIMER: json_text(json, "name", event->timer.name); break;
	case EV_FAULT:
		json_text(json, "action", event->fault.action);
		json_int(json, "frame", event->fault.frame);
		json_text(json, "text", event->fault.text);
		break;
	case EV_GUARD:
		json_text(json, "name", event->guard.name);
		json_text(json, "text", event->guard.text);
		break;
	case EV_VERDICT:
		json_bool(json, "holds", event->verdict.holds);
		json_text(json, "text", event->verdict.text);
		if (event->verdict.deviation != NULL)
			json_text(json, "deviation", event->verdict.deviation);
		if (event->verdict.symptom != NULL)
			json_text(json, "symptom", event->verdict.symptom);
		if (event->verdict.unreachable != NULL)
			json_text(json, "unreachable", event->verdict.unreachable->event);
		break;
	}
}

static void write_event(const struct timeline *timeline, const struct event *event,
			const char *scenario, FILE *out)
{
	struct json json = { .out = out };
	const struct event *cause = timeline_event(timeline, event->cause);

	json_open(&json, NULL);
	json_text(&json, "scenario", scenario);
	json_int(&json, "n", event->n);
	json_int(&json, "t_ns", (int64_t)event->t_ns);
	json_int(&json, "v_ms", (int64_t)(event->v_ns / 1000000));
	json_text(&json, "who", who_name(event->who));
	json_text(&json, "ev", event_kind_name(event->kind));
	json_text(&json, "conn", event->conn);
	if (cause == NULL) {
		json_null(&json, "cause");
	} else {
		json_open(&json, "cause");
		json_int(&json, "n", cause->n);
		json_text(&json, "ev", event_kind_name(cause->kind));
		json_close(&json);
	}
	write_details(&json, event);
	json_close(&json);
	putc('\n', out);
}

void jsonl_write(const struct timeline *timeline, const char *scenario, FILE *out)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++)
		write_event(timeline, timeline_event(timeline, n), scenario, out);
}
