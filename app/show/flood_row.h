/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One flood, as tables and pages show it.
 */
#ifndef APP_SHOW_FLOOD_ROW_H
#define APP_SHOW_FLOOD_ROW_H

#include "end/flood.h"

#define FLOOD_PARAMETERS 2

struct flood_row {
	enum who victim;
	const char *label;                   /**< it is no other row's: "lwip, guard from 4" */
	const char *defence;                 /**< "none", "guard from 4", "tcp_syncookies 1" */
	const char *value[FLOOD_PARAMETERS]; /**< of what varies; NULL: there is no such one */
	const struct flood_plan *plan;
	const struct flood_result *result;
};

/** @return the most connections of the victim that were in a state at the same time, of all samples */
uint32_t flood_most_in(const struct flood_result *result, enum state state);

/** @return how it was at the end; before anything, if nothing was seen */
const struct flood_sample *flood_last(const struct flood_result *result);

/**
 * @return segments per second: of the real time that went into segments; with a rate, of the victim's
 *         clock. 0: none went
 */
double flood_pace(const struct flood_row *row);

/** @return a flood's counter of this name; NULL: it has none */
const struct flood_counter *flood_counter_of(const struct flood_row *row, const char *name);

/** @return whether one of so many rows has a counter of this name */
bool flood_counts_before(const struct flood_row *rows, int count, const char *name);

#endif
