/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What 'tcplab run' is asked for.
 */
#ifndef APP_CMD_OPTIONS_H
#define APP_CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/why.h"

enum format {
	FORMAT_LADDER, /**< for people */
	FORMAT_TAP,    /**< Test Anything Protocol */
	FORMAT_JSONL,  /**< JSON Lines, docs/events.md */
};

struct run_options {
	unsigned int jobs;    /**< scenarios at a time */
	unsigned int verbose; /**< 1: every ladder; 2: with every event */
	bool show;            /**< what the system's tools say at the scenarios' marked moments */
	bool slow;            /**< also what waits for the kernel's timers */
	uint64_t seed;
	enum format format;
	const char *out;    /**< directory for evidence; NULL: none */
	const char *svg;    /**< directory for pictures; NULL: none */
	const char *report; /**< file for the report; NULL: none */
	char **patterns;    /**< names and globs; within argv */
	int pattern_count;  /**< 0: everything */
};

extern const char run_options_help[];

/**
 * @param argv  argv[0] is skipped; the order of its elements may change
 * @return 0; -EINVAL with the bad option named in why
 */
int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why);

/** @return whether a pattern, the ith, means a scenario or one variant of it */
bool run_options_match(const struct run_options *options, int i, const char *scenario,
		       const char *variant);

/** @return whether a scenario, or one variant of it ("close/lwip"), is asked for */
bool run_options_want(const struct run_options *options, const char *scenario, const char *variant);

#endif
