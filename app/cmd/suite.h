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
	char **sections;       /**< of the report, for each; NULL: no report */
	size_t *section_sizes; /**< bytes of them */
	char command[1024];    /**< as it was typed */
	time_t when;           /**< it began */
	int count;
	bool quiet;          /**< nothing is shown but trouble */
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

/** Prints how much of the state diagram was walked, in one line. */
void suite_print_coverage(const struct suite *suite);

void suite_free(struct suite *suite);

#endif
