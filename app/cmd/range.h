/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A word of a command line that stands for several, as in a shell: "{1..7}", "{0..3000..500}",
 * "{lwip,kernel}", with text around it that stays.
 */
#ifndef APP_CMD_RANGE_H
#define APP_CMD_RANGE_H

#include "lab/why.h"

#define RANGE_MAX 1000

/** The words that one stands for. */
struct range {
	char **words;  /**< whole */
	char **values; /**< what stands in the braces' place in each */
	int count;
};

/**
 * Reads a word.
 *
 * @return 1: it is a range, to be freed; 0: it has no braces; -EINVAL with the reason in why
 */
int range_parse(const char *word, struct range *range, struct why *why);

void range_free(struct range *range);

#endif
