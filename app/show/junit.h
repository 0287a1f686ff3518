/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run's verdicts as JUnit's XML, which CI servers read.
 */
#ifndef APP_SHOW_JUNIT_H
#define APP_SHOW_JUNIT_H

#include <stdio.h>

enum junit_verdict {
	JUNIT_PASSES,
	JUNIT_FAILS,
	JUNIT_ERROR, /**< nothing can be said: it was refused, or it died */
};

struct junit_case {
	const char *name;  /**< "close/lwip" */
	const char *theme; /**< "close" */
	double seconds;    /**< real time */
	enum junit_verdict verdict;
	const char *message; /**< in a few words; NULL: nothing to say */
	const char *text; /**< the ladder of what failed, or what a stack is known for; may be "" */
};

/** All cases: the head, which counts them, comes first. */
void junit_write(const struct junit_case *cases, int count, FILE *out);

#endif
