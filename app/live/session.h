/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A session: who speaks to the lab in the command language (docs/script.md), and what has come of it. A
 * person types at a prompt, or a script says one line after the other.
 *
 * Lines come in by session_feed() as they arrive; session_work() carries them out, one at a time. A
 * command that waits lets the lab's loop run meanwhile, which may feed more lines: they are kept until it
 * is done. So whoever has a line need not know whether one is being carried out.
 */
#ifndef APP_LIVE_SESSION_H
#define APP_LIVE_SESSION_H

#include <stdio.h>

#include "lab/rule.h"
#include "live/live.h"

/** No line is longer, in bytes. */
#define SESSION_LINE 1000
/** So many listeners at a time. */
#define SESSION_LISTENERS 32

/** What a session's owner does for it. */
struct session_owner {
	/** Lets time pass as lab_wait() does, which is taken for NULL. */
	bool (*wait)(void *context, bool (*holds)(void *holds_context), void *holds_context,
		     unsigned int timeout_ms);
	/**
	 * Writes the evidence until now as a run directory; NULL: there is nothing to write.
	 *
	 * @return 0; a negative errno with the reason in why
	 */
	int (*save)(void *context, const char *dir, struct why *why);
	/** Shows what has happened until now, before word of what came of it; NULL: nothing is shown. */
	void (*show)(void *context);
	void *context;
};

/** A rule of the wire, as it was said. */
struct session_rule {
	const char *kind; /**< "drop" */
	char text[RULE_STRLEN + 1];
};

struct session {
	struct live *live;
	struct session_owner owner;
	FILE *out;         /**< gets what is asked for: tables, help */
	bool tells;        /**< and what has become of each command, its verdicts included */
	const char *name;  /**< the script's, for its errors; NULL: a person types */
	unsigned int line; /**< the latest one, from 1 */
	int status;        /**< as an exit status: 0; 1: an expectation failed; 2: an error */
	bool ended;        /**< by quit, by a script's end or by its error */

	/* The session's own. */
	bool at_work;
	bool no_more; /* lines come */
	char *fed;    /* lines that wait, and the beginning of one */
	size_t fed_size;
	struct conn *listener[SESSION_LISTENERS]; /* its application accepts what comes */
	int listeners;
	struct session_rule rule[WIRE_RULES];
	unsigned int rules;
};

/**
 * @param session  zeroed
 * @param live     lab, lwip and kernel matter
 * @param name     of a script, for its errors; NULL: a person types
 */
void session_begin(struct session *session, struct live *live, const char *name, FILE *out);
void session_finish(struct session *session);

/**
 * Carries out one line. Empty lines and comments are lines, too. The verdicts that it leaves on the
 * timeline say where they come from: "close.lab:7: lwip is in TIME_WAIT".
 *
 * @return 0; -EINVAL or another negative errno with the reason in why, which in a script begins with its
 *         name and the line's number, and ends it
 */
int session_line(struct session *session, const char *line, struct why *why);

/**
 * Reads a script to its end, or to its first error. Expectations that fail do not end it.
 *
 * @return as session_line()
 */
int session_play(struct session *session, const char *script, struct why *why);

/** Takes what was read of the lines to come, in any pieces. */
void session_feed(struct session *session, const char *bytes, size_t size);

/** No more of them will come: when all are carried out, the session ends. */
void session_end_of_lines(struct session *session);

/** The next one of a script cannot be read: an error of that line. */
void session_break_off(struct session *session, const char *reason);

/**
 * Carries out the lines that have been fed, unless that is being done; errors go to standard error (of a
 * script) or to out. To be called when the lab is at rest: live->look.
 */
void session_work(struct session *session);

/** Lets the applications that listen accept what has come. To be called when the lab is at rest. */
void session_accept(struct session *session);

/* -- For commands */

/** Lets time pass until a condition holds, and the listening applications accept meanwhile. */
bool session_wait(struct session *session, bool (*holds)(void *context), void *context,
		  unsigned int timeout_ms);

/** Tells a person what has become of a command; a script's reader has the ladder for that. */
void session_tell(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Leaves a verdict on the timeline. @return holds */
bool session_verdict(struct session *session, bool holds, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
