/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/transcript.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "record/describe.h"

/* An endpoint in a text, "10.9.0.2:49152", may have a port that a stack chose: written as "*". */
static void put_text(const char *text, FILE *out)
{
	while (*text != '\0') {
		char *end;
		unsigned long port;

		putc(*text, out);
		if (*text++ != ':' || !isdigit((unsigned char)*text))
			continue;
		port = strtoul(text, &end, 10);
		if (port >= TRANSCRIPT_FIRST_RANDOM_PORT && port <= UINT16_MAX &&
		    !isxdigit((unsigned char)*end) && *end != ':' && *end != ']') {
			putc('*', out);
			text = end;
		}
	}
}

static void put_segment(const struct event *event, FILE *out)
{
	const struct segment *segment = &event->frame.segment;
	char text[DESCRIBE_STRLEN];

	fputs(describe_frame(event, text), out);
	if (!event->frame.tcp)
		return;
	fprintf(out, " win=%u", segment->window);
	if (segment->mss != 0)
		fprintf(out, " mss=%u", segment->mss);
	if (segment->wscale >= 0)
		fprintf(out, " wscale=%d", segment->wscale);
	if (segment->sack_permitted)
		fputs(" sack", out);
	if (segment->timestamps)
		fputs(" ts", out);
}

/* A cause in a few words, from the view of the one whose event it made happen. */
static void put_cause(const struct event *event, const struct event *cause, FILE *out)
{
	char text[DESCRIBE_STRLEN];

	fprintf(out, ", by %s", cause->who == event->who ? "its" : who_name(cause->who));
	if (cause->who != event->who)
		fputs("'s", out);
	switch (cause->kind) {
	case EV_FRAME: fprintf(out, " %s", describe_frame(cause, text)); break;
	case EV_CALL: fprintf(out, " %s", cause->call.name); break;
	case EV_TIMER: fprintf(out, " timer: %s", cause->timer.name); break;
	case EV_GUARD: fprintf(out, " guard: %s", cause->guard.name); break;
	default: fprintf(out, " %s", event_kind_name(cause->kind)); break;
	}
}

/* What is of its moment and of nothing else, or follows from the rest; a timer of which no more came. */
static bool is_left_out(const struct event *event, bool something_came_of_it)
{
	switch (event->kind) {
	case EV_VERDICT: return true;
	case EV_CALLBACK: return strcmp(event->callback.name, "poll") == 0;
	case EV_TIMER: return !something_came_of_it;
	default: return false;
	}
}

/*
 * Whether each event is in the transcript, by its number. One pass, from the end: what came of an
 * event stands behind it.
 */
static bool *choose(const struct timeline *timeline)
{
	uint32_t count = timeline_count(timeline);
	bool *chosen = calloc((size_t)count + 1, sizeof(*chosen));

	if (chosen == NULL) {
		fputs("tcplab: out of memory for the transcript\n", stderr);
		exit(2);
	}
	for (uint32_t n = count; n > 0; n--) {
		const struct event *event = timeline_event(timeline, n);

		/* Until its own turn, what stands for an event says whether anything came of it. */
		chosen[n] = !is_left_out(event, chosen[n]);
		if (chosen[n])
			chosen[event->cause] = true;
	}
	return chosen;
}

static void put_details(const struct timeline *timeline, const struct event *event, FILE *out)
{
	char text[DESCRIBE_STRLEN];

	switch (event->kind) {
	case EV_STATE:
		fprintf(out, "%s → %s", state_name(event->state.from), state_name(event->state.to));
		break;
	case EV_CALLBACK:
		fprintf(out, "callback %s", event->callback.name);
		if (event->callback.err != NULL)
			fprintf(out, " %s", event->callback.err);
		if (event->callback.bytes > 0)
			fprintf(out, " %u bytes", event->callback.bytes);
		break;
	case EV_FRAME:
		fputs("sends ", out);
		put_segment(event, out);
		if (event->frame.fate != NULL)
			fprintf(out, ", %s", event->frame.fate);
		break;
	case EV_CALL:
		fprintf(out, "call %s", event->call.name);
		if (event->call.args[0] != '\0') {
			putc(' ', out);
			put_text(event->call.args, out);
		}
		if (event->call.result != NULL && event->who != WHO_LAB) { /* the lab's are times */
			fputs(" = ", out);
			put_text(event->call.result, out);
		}
		break;
	case EV_TIMER: fprintf(out, "timer: %s", event->timer.name); break;
	case EV_FAULT:
		fprintf(out, "%s: %s", event->fault.action, event->fault.text);
		if (event->fault.frame != 0)
			fprintf(out, ", %s",
				describe_frame(timeline_event(timeline, event->fault.frame), text));
		break;
	case EV_GUARD: fprintf(out, "guard: %s (%s)", event->guard.name, event->guard.text); break;
	case EV_VERDICT: break;
	}
}

void transcript_write(const struct timeline *timeline, FILE *out)
{
	bool *chosen = choose(timeline);

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		const struct event *cause = timeline_event(timeline, event->cause);

		if (!chosen[n])
			continue;
		fprintf(out, "%s ", who_name(event->who));
		if (event->conn != NULL)
			fprintf(out, "%s ", event->conn);
		put_details(timeline, event, out);
		if (cause != NULL)
			put_cause(event, cause, out);
		putc('\n', out);
	}
	free(chosen);
}

/* -- Comparing */

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

/* The line after this one; NULL where it is the last. */
static const char *next_line(const char *line)
{
	line += line_length(line);
	return *line == '\0' || line[1] == '\0' ? NULL : line + 1;
}

bool transcript_differ(const char *a, const char *b, struct difference *difference)
{
	const char *context[TRANSCRIPT_CONTEXT] = { NULL };
	size_t line = 1;

	a = *a == '\0' ? NULL : a;
	b = *b == '\0' ? NULL : b;
	while (a != NULL && b != NULL && line_length(a) == line_length(b) &&
	       memcmp(a, b, line_length(a)) == 0) {
		context[line++ % TRANSCRIPT_CONTEXT] = a;
		a = next_line(a);
		b = next_line(b);
	}
	if (a == NULL && b == NULL)
		return false;
	*difference = (struct difference){ .line = line, .a = a, .b = b };
	for (size_t i = 0; i < TRANSCRIPT_CONTEXT && difference->context == NULL; i++)
		difference->context = context[(line + i) % TRANSCRIPT_CONTEXT];
	return true;
}

static bool is_lwips(const char *line)
{
	return line == NULL || strncmp(line, "lwip ", 5) == 0;
}

enum decider transcript_decider(const struct difference *difference)
{
	return is_lwips(difference->a) && is_lwips(difference->b) ? DECIDER_LWIP : DECIDER_OTHER;
}
