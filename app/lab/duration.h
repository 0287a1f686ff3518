/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lengths of time as people write them: 300ms, 1.5s, 2min, 1h.
 */
#ifndef APP_LAB_DURATION_H
#define APP_LAB_DURATION_H

#include <stdint.h>

#include "lab/why.h"

/** None is longer. */
#define DURATION_MAX_NS UINT64_C(86400000000000)

/**
 * Reads a decimal number: at most six digits, and six more behind a point.
 *
 * @param millionths  receives it
 * @return what comes after it; NULL: there is none
 */
const char *decimal_parse(const char *text, uint64_t *millionths);

/**
 * Reads a length of time in whole milliseconds, of 24 hours at most.
 *
 * @param min_ms  the shortest one
 * @return 0; -EINVAL with the reason in why, which begins with the text
 */
int duration_parse(const char *text, uint64_t min_ms, uint64_t *ns, struct why *why);

#endif
