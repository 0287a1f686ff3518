/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command as it was typed, and what all commands need: their words as numbers, stacks, connections.
 */
#ifndef APP_LIVE_CALL_H
#define APP_LIVE_CALL_H

#include "live/command.h"
#include "live/session.h"

#define CALL_WORDS 24

struct call;

/** What a word of a command can be: for completion. */
enum call_word {
	WORD_STACK = 1 << 0, /**< lwip, kernel */
	WORD_CONN = 1 << 1,  /**< lwip:c1, l1 */
	WORD_STATE = 1 << 2,
	WORD_OPTION = 1 << 3, /**< of a connection */
	WORD_VERB = 1 << 4,
	WORD_SEGMENT = 1 << 5, /**< of a rule of the wire */
	WORD_SWITCH = 1 << 6,  /**< on, off, status */
};

/** What a verb's words are. */
enum verb_kind {
	VERB_WORDS, /**< words */
	VERB_REST,  /**< the last one is all the rest of the line */
	VERB_TEXT,  /**< the same, and a '#' in it begins no comment */
};

/** A command. */
struct verb {
	const char *name;
	const char *usage; /**< its arguments */
	const char *help;  /**< lines */
	int (*run)(struct call *call);
	int min, max; /**< words behind its name */
	enum verb_kind kind;
	unsigned int words; /**< a sum of enum call_word */
};

struct call {
	struct session *session;
	const struct verb *verb;
	int count;              /**< words behind the name */
	char *word[CALL_WORDS]; /**< they */
	char *rest[CALL_WORDS]; /**< the line from each of them on */
	struct why *why;
};

/** Each group ends with a verb whose name is NULL. */
extern const struct verb verbs_of_connections[], verbs_of_time_and_wire[], verbs_of_looking[],
	verbs_of_session[];

/** All groups; ends with NULL. */
extern const struct verb *const verb_groups[];

/** The names of a connection's options; ends with NULL. */
extern const char *const call_options[];

/** @return -EINVAL; the reason gets the command's name before it */
int call_refuse(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** In a script's output a line says which command prints what follows. */
void call_head(const struct call *call);

/** @return 0; -EINVAL with the reason in why */
int call_number(struct call *call, const char *what, const char *text, unsigned long min,
		unsigned long max, unsigned long *number);
int call_time(struct call *call, const char *text, uint64_t min_ms, uint32_t *ms);
int call_stack(struct call *call, const char *text, struct end **end);

/** For what concerns the kernel. @return 0; -EINVAL with the reason in why: lwIP is on an Ethernet segment */
int call_needs_kernel(struct call *call);

/** A connection as a word names it: "lwip:c1", "c1", "l1". */
struct target {
	const char *name; /**< living as long as the timeline */
	struct end *end;  /**< whose side of it */
};

/**
 * Finds out what a word means. Without a stack's name it is the one side that the lab's application
 * has, or the only one that there is.
 *
 * @return 0; -EINVAL with the reason in why: nobody has heard of it, or it has two sides
 */
int call_target(struct call *call, const char *text, struct target *target);

/** @return the target's connection as it is now; NULL: its end has none, or knows it no more */
struct conn *target_conn(const struct target *target);

/** @return whether the lab's application has it, so that it can send, close and the like */
bool target_is_held(const struct conn *conn);

/**
 * The same for a command that uses the connection: one that is still to be accepted is waited for.
 *
 * @return 0; -EINVAL with the reason in why; COMMAND_STUCK: it did not come
 */
int call_conn(struct call *call, const char *text, struct conn **conn);

#endif
