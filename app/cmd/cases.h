/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command lines that one stands for: up to so many of its words stand for several each
 * (cmd/range.h), and each combination is a case.
 */
#ifndef APP_CMD_CASES_H
#define APP_CMD_CASES_H

#include "cmd/range.h"
#include "lab/why.h"
#include "show/outcomes.h"

#define CASES_PARAMETERS OUTCOME_PARAMETERS
#define CASES_MAX        10000

/** A word that stands for several. */
struct case_parameter {
	int at; /**< in argv */
	char name
		[64]; /**< what varies: "--drop" for its value, "name" for a word that is no option's */
	struct range range;
};

struct cases {
	int argc;
	char **argv;
	struct case_parameter parameters[CASES_PARAMETERS];
	int parameter_count;
	int count; /**< 1 where nothing varies */
};

/**
 * Finds what varies.
 *
 * @param cases  to be freed, whatever is returned; argv must live as long
 * @return 0; -EINVAL with the reason in why
 */
int cases_find(struct cases *cases, int argc, char **argv, struct why *why);

/**
 * Makes a case's command line.
 *
 * @param number  from 0
 * @param value   receives for each parameter which of its range's words it is
 * @return the words, of which each belongs to cases or to argv, to be freed; NULL: no memory
 */
char **cases_argv(const struct cases *cases, int number, int value[CASES_PARAMETERS]);

void cases_free(struct cases *cases);

#endif
