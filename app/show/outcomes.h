/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of the connection in each case of a sweep: a table for people, one for machines.
 */
#ifndef APP_SHOW_OUTCOMES_H
#define APP_SHOW_OUTCOMES_H

#include <stdio.h>

#include "judge/judge.h"
#include "show/style.h"

#define OUTCOME_PARAMETERS 2

/** One experiment of a sweep. */
struct outcome_row {
	const char *value[OUTCOME_PARAMETERS]; /**< of the parameters; NULL: there is no such one */
	const char *experiment;                /**< "close/lwip" */
	const char *verdict;                   /**< "holds", "FAILS" */
	const struct journey *journey[2];      /**< at lwIP's and the kernel's end */
	unsigned int left[2];                  /**< what is left there at the end */
};

struct outcomes {
	const char *parameter[OUTCOME_PARAMETERS]; /**< "--drop"; NULL: there is no second one */
	const struct outcome_row *rows;
	int count;
};

/** Two lines per case: what was asked for, and each end's way with the seconds in each state. */
void outcomes_print(const struct outcomes *outcomes, const struct style *style, FILE *out);

/** The same as comma-separated values (RFC 4180): a line for each case and end. */
void outcomes_write_csv(const struct outcomes *outcomes, FILE *out);

/** The same as a table of HTML. */
void outcomes_write_html(const struct outcomes *outcomes, FILE *out);

#endif
