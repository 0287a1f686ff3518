/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Some or all experiments, run and shown.
 */
#ifndef APP_CMD_SUITE_H
#define APP_CMD_SUITE_H

#include <time.h>

#include "cmd/jobs.h"

/** The experiments of one command, and what came of them. */
struct suite {
	struct run_options options;
	struct style style;
	struct experiment *experiments;
	struct result *results;
	int count;       /**< with --repeat: each experiment so many times, one behind the other */
	char **sections; /**< of the report, for each; NULL: no report */
	size_t *section_sizes;           /**< bytes of them */
	char **ladders;                  /**< for JUnit, of what failed; NULL: none */
	const struct outcomes *outcomes; /**< of a sweep, for the report; NULL: it is none */
	char command[1024];              /**< as it was typed */
	char report_path[4096]; /**< where the report goes by itself: into the run directory */
	time_t when;            /**< it began */
	bool quiet;             /**< nothing is shown but trouble */
	bool any_order;         /**< done is called for each experiment as soon as it has ended */
	/** Is called for each experiment, in their order, with what it handed over; NULL: nobody. */
	void (*done)(struct suite *suite, int index, const struct parcel_text parcels[PARCELS]);
	/** Is called when all have ended, before files are written; NULL: nobody. */
	int (*ended)(struct suite *suite);
	void *context;       /**< of that */
	uint64_t *announced; /**< for each, the wait that was told of last: its beginning */
	bool progress_shown; /**< a line of progress stands on the terminal */
};

/**
 * Chooses the experiments that the options name; without names, all but the slow ones.
 *
 * @return 0; a negative errno with the reason in why
 */
int suite_select(struct suite *suite, struct why *why);

/**
 * Runs them, with the output in the options' format.
 *
 * @return an exit status
 */
int suite_run(struct suite *suite);

/** @return what came of an experiment: "holds", "deviates", "FAILS", "refused", "CRASHED" */
const char *suite_word(const struct result *result);

/** Prints how much of the state diagram was walked, in one line. */
void suite_print_coverage(const struct suite *suite);

void suite_free(struct suite *suite);

#endif
