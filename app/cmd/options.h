/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What 'tcplab run' is asked for.
 */
#ifndef APP_CMD_OPTIONS_H
#define APP_CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/why.h"
#include "lab/wire.h"

enum format {
	FORMAT_LADDER, /**< for people */
	FORMAT_TAP,    /**< Test Anything Protocol */
	FORMAT_JSONL,  /**< JSON Lines, docs/events.md */
};

/** A rule of the wire as it was given: --drop 'lwip FIN 2'. */
struct wire_option {
	const char *kind; /**< "drop"; rule_parse() knows which there are */
	const char *text; /**< "lwip FIN 2"; within argv */
};

struct run_options {
	unsigned int jobs;    /**< scenarios at a time */
	unsigned int verbose; /**< 1: every ladder; 2: with every event */
	bool show;            /**< what the system's tools say at the scenarios' marked moments */
	bool slow;            /**< also what waits for the kernel's timers */
	uint64_t seed;
	enum format format;
	const char *out;                      /**< directory for evidence; NULL: none */
	struct wire_option rules[WIRE_RULES]; /**< in their order; each can be read */
	unsigned int rule_count;
	char **patterns;   /**< names and globs; within argv */
	int pattern_count; /**< 0: everything */
};

extern const char run_options_help[];

/**
 * @param argv  argv[0] is skipped; the order of its elements may change
 * @return 0; -EINVAL with the bad option named in why; where it is one word of a rule, in further
 *         lines that show the word
 */
int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why);

/** Prints why the options are refused, and where there is help: "tcplab run: …; see 'tcplab help run'". */
void run_options_complain(const char *command, const struct why *why);

/** @return whether a pattern, the ith, means a scenario or one variant of it */
bool run_options_match(const struct run_options *options, int i, const char *scenario,
		       const char *variant);

/** @return whether a scenario, or one variant of it ("close/lwip"), is asked for */
bool run_options_want(const struct run_options *options, const char *scenario, const char *variant);

#endif
