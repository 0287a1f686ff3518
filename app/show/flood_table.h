/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What came of floods: a table for people, two forms for machines.
 */
#ifndef APP_SHOW_FLOOD_TABLE_H
#define APP_SHOW_FLOOD_TABLE_H

#include <stdio.h>

#include "end/flood.h"
#include "show/style.h"

#define FLOOD_PARAMETERS 2

/** One flood. */
struct flood_row {
	enum who victim;
	const char *defence;                 /**< "none", "guard from 4", "tcp_syncookies 1" */
	const char *value[FLOOD_PARAMETERS]; /**< of what varies; NULL: there is no such one */
	const struct flood_plan *plan;
	const struct flood_result *result;
};

struct flood_rows {
	const char *parameter[FLOOD_PARAMETERS]; /**< "tcp_syncookies"; NULL: there is none */
	uint64_t seed;
	const struct flood_row *row;
	int count; /**< at least one */
};

/** @return "syn", "ack" or "data": how a kind is asked for */
const char *flood_kind_name(enum flood_kind kind);

/** @return the most connections of the victim that were in a state at the same time, of all samples */
uint32_t flood_most_in(const struct flood_result *result, enum state state);

/** A line for each flood, and below what the victims say themselves. */
void flood_table_print(const struct flood_rows *rows, const struct style *style, FILE *out);

/** The same as comma-separated values (RFC 4180): a line for each flood. */
void flood_table_write_csv(const struct flood_rows *rows, FILE *out);

/** The same as JSON, all samples included: a list of one object for each flood. */
void flood_table_write_json(const struct flood_rows *rows, FILE *out);

#endif
