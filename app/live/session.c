/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "live/command.h"

#define PLACE_STRLEN 80

void session_begin(struct session *session, struct live *live, const char *name, FILE *out)
{
	session->live = live;
	session->name = name;
	session->out = out;
	session->tells = name == NULL;
}

void session_finish(struct session *session)
{
	free(session->fed);
	session->fed = NULL;
	session->fed_size = 0;
}

/* Where the present line is: "close.lab:7: "; nothing at a prompt. */
static const char *place_of(const struct session *session, char text[PLACE_STRLEN])
{
	text[0] = '\0';
	if (session->name != NULL)
		snprintf(text, PLACE_STRLEN, "%.60s:%u: ", session->name, session->line);
	return text;
}

/* -- Verdicts */

void session_tell(struct session *session, const char *format, ...)
{
	va_list args;

	if (!session->tells)
		return;
	if (session->owner.show != NULL)
		session->owner.show(session->owner.context);
	va_start(args, format);
	vfprintf(session->out, format, args);
	va_end(args);
	putc('\n', session->out);
}

bool session_verdict(struct session *session, bool holds, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return expect(session->live->lab, holds, "%s", text);
}

/* What the line has left on the timeline behind event n: each verdict says where it comes from. */
static void take_verdicts(struct session *session, uint32_t n)
{
	struct timeline *timeline = session->live->lab->timeline;
	char place[PLACE_STRLEN];

	place_of(session, place);
	while (++n <= timeline_count(timeline)) {
		struct event *event = timeline_event(timeline, n);

		if (event->kind != EV_VERDICT)
			continue;
		event->verdict.text = timeline_text(timeline, "%s%s", place, event->verdict.text);
		session_tell(session, "%s %s", event->verdict.holds ? "holds" : "FAILS",
			     event->verdict.text);
		if (!event->verdict.holds && session->status == 0)
			session->status = 1;
	}
}

/* -- Lines */

int session_line(struct session *session, const char *line, struct why *why)
{
	uint32_t before = timeline_count(session->live->lab->timeline);
	char place[PLACE_STRLEN];
	struct why bad;
	int result;

	session->line++;
	result = command_run(session, line, &bad);
	take_verdicts(session, before);
	session_accept(session);
	if (result == COMMAND_STUCK && session->name != NULL)
		session->ended = true;
	if (result >= 0)
		return 0;
	if (session->name != NULL) {
		session->status = 2;
		session->ended = true;
	}
	return why_set(why, -result, "%s%s", place_of(session, place), bad.text);
}

/* The line that begins here, as a text of its own; NULL: it is too long. */
static char *copy_line(const char *from, size_t size, char text[SESSION_LINE + 1])
{
	if (size > SESSION_LINE)
		return NULL;
	memcpy(text, from, size);
	text[size] = '\0';
	if (size > 0 && text[size - 1] == '\r')
		text[size - 1] = '\0';
	return strlen(text) + 1 < size ? NULL : text; /* a NUL byte is in it */
}

static int take_line(struct session *session, const char *from, size_t size, struct why *why)
{
	char text[SESSION_LINE + 1], place[PLACE_STRLEN];

	if (copy_line(from, size, text) != NULL)
		return session_line(session, text, why);
	session->line++;
	session->status = 2;
	session->ended = session->name != NULL;
	return why_set(why, EINVAL, "%sthis is no line of text of %d bytes at most",
		       place_of(session, place), SESSION_LINE);
}

int session_play(struct session *session, const char *script, struct why *why)
{
	int err = 0;

	while (*script != '\0' && !session->ended) {
		size_t size = strcspn(script, "\n");

		err = take_line(session, script, size, why);
		script += size + (script[size] == '\n');
	}
	session->ended = true;
	return err;
}

_Noreturn static void die(void)
{
	fputs("tcplab: out of memory for a script\n", stderr);
	exit(2);
}

void session_feed(struct session *session, const char *bytes, size_t size)
{
	char *grown = realloc(session->fed, session->fed_size + size + 1);

	if (grown == NULL)
		die();
	session->fed = grown;
	memcpy(session->fed + session->fed_size, bytes, size);
	session->fed_size += size;
}

void session_end_of_lines(struct session *session)
{
	session->no_more = true;
}

void session_break_off(struct session *session, const char *reason)
{
	char place[PLACE_STRLEN];

	session->line++;
	fprintf(stderr, "tcplab: %scannot read it: %s\n", place_of(session, place), reason);
	session->status = 2;
	session->ended = true;
}

/* The size of the first line that was fed, without its end; false: none is whole. */
static bool next_fed(const struct session *session, size_t *size)
{
	const char *end =
		session->fed_size == 0 ? NULL : memchr(session->fed, '\n', session->fed_size);

	*size = end == NULL ? session->fed_size : (size_t)(end - session->fed);
	return end != NULL || (session->no_more && session->fed_size > 0);
}

static void take_fed(struct session *session, size_t size)
{
	size_t whole = size + (size < session->fed_size);
	char *line = malloc(size + 1);
	struct why why;
	int err;

	if (line == NULL)
		die();
	memcpy(line, session->fed, size);
	session->fed_size -= whole;
	memmove(session->fed, session->fed + whole, session->fed_size);
	err = take_line(session, line, size, &why);
	free(line);
	if (err == 0)
		return;
	if (session->name != NULL)
		fprintf(stderr, "tcplab: %s\n", why.text);
	else
		fprintf(session->out, "%s\n", why.text);
}

void session_work(struct session *session)
{
	size_t size;

	if (session->at_work)
		return;
	session->at_work = true;
	session_accept(session);
	while (!session->ended && next_fed(session, &size))
		take_fed(session, size);
	if (session->no_more)
		session->ended = true;
	session->at_work = false;
}

/* -- What goes on meanwhile */

void session_accept(struct session *session)
{
	for (int i = 0; i < session->listeners; i++)
		while (conn_accept_now(session->listener[i]) != NULL)
			continue;
}

struct waiting {
	struct session *session;
	bool (*holds)(void *context);
	void *context;
};

static bool accept_and_look(void *context)
{
	struct waiting *waiting = context;

	session_accept(waiting->session);
	return waiting->holds(waiting->context);
}

bool session_wait(struct session *session, bool (*holds)(void *context), void *context,
		  unsigned int timeout_ms)
{
	struct waiting waiting = { session, holds, context };

	if (session->owner.wait == NULL)
		return lab_wait(session->live->lab, accept_and_look, &waiting, timeout_ms);
	return session->owner.wait(session->owner.context, accept_and_look, &waiting, timeout_ms);
}
