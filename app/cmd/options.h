/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What 'tcplab run' is asked for.
 */
#ifndef APP_CMD_OPTIONS_H
#define APP_CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd/boards.h"
#include "cmd/world.h"

enum format {
	FORMAT_LADDER, /**< for people */
	FORMAT_TAP,    /**< Test Anything Protocol */
	FORMAT_JUNIT,  /**< JUnit's XML */
	FORMAT_CSV,    /**< comma-separated values, RFC 4180; of a sweep */
	FORMAT_JSONL,  /**< JSON Lines, docs/events.md */
};

struct run_options {
	unsigned int jobs;     /**< scenarios at a time */
	unsigned int verbose;  /**< 1: every ladder; 2: with every event */
	unsigned int repeat;   /**< run each so many times, and compare the transcripts; 0: once */
	bool show;             /**< what the system's tools say at the scenarios' marked moments */
	bool slow;             /**< also what waits for the kernel's timers */
	bool until_closed;     /**< after its scenario, an experiment goes on until all is CLOSED */
	bool keep_transcripts; /**< the command wants them of each experiment; not an option */
	struct lab_settings lab;
	struct board_choice board; /**< that lwIP is on */
	const char *mtu; /**< as it was given: its range depends on the family; NULL: it was not */
	enum format format;
	const char *out;                      /**< directory for evidence; NULL: none */
	const char *record;                   /**< directory for recordings; NULL: none */
	const char *replay;                   /**< directory of those to be replayed; NULL: none */
	const char *svg;                      /**< directory for pictures; NULL: none */
	const char *report;                   /**< file for the report; NULL: none */
	struct texts sysctls;                 /**< "net.ipv4.tcp_fin_timeout=2" */
	struct texts lwip;                    /**< "keep_idle=5000": end/lwip_option.h */
	struct guard_plan guard;              /**< SYN cookies before lwIP's listeners */
	struct wire_option rules[WIRE_RULES]; /**< in their order; each can be read */
	unsigned int rule_count;
	unsigned int patience_ms; /**< 0: the lab's own, by whether there are rules */
	/** The options that experiments depend on, what repeats a run: name, value (or NULL), name … */
	struct texts recipe;
	char **patterns;   /**< names and globs; within argv */
	int pattern_count; /**< 0: everything */
};

/** Writes what each option means. */
void run_options_help(FILE *out);

/**
 * @param options  receives what argv says, pointing into argv; to be freed, whatever is returned
 * @param argv     argv[0] is skipped; the order of its elements may change
 * @return 0; -EINVAL with the bad option named in why; where it is one word of a rule, in further
 *         lines that show the word
 */
int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why);

void run_options_free(struct run_options *options);

/** Prints why the options are refused, and where there is help: "tcplab run: …; see 'tcplab help run'". */
void run_options_complain(const char *command, const struct why *why);

/** @return whether a pattern, the ith, means a scenario or one variant of it */
bool run_options_match(const struct run_options *options, int i, const char *scenario,
		       const char *variant);

/** @return whether a scenario, or one variant of it ("close/lwip"), is asked for */
bool run_options_want(const struct run_options *options, const char *scenario, const char *variant);

#endif
