/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What came of floods: a table for people, two forms for machines.
 */
#ifndef APP_SHOW_FLOOD_TABLE_H
#define APP_SHOW_FLOOD_TABLE_H

#include <stdio.h>

#include "show/flood_row.h"
#include "show/style.h"

struct flood_rows {
	const char *parameter[FLOOD_PARAMETERS]; /**< "tcp_syncookies"; NULL: there is none */
	uint64_t seed;
	const struct flood_row *row;
	int count; /**< at least one */
};

/** @return "syn", "ack" or "data": how a kind is asked for */
const char *flood_kind_name(enum flood_kind kind);

/** A line for each flood, and below what the victims say themselves. */
void flood_table_print(const struct flood_rows *rows, const struct style *style, FILE *out);

/** The same as comma-separated values (RFC 4180): a line for each flood. */
void flood_table_write_csv(const struct flood_rows *rows, FILE *out);

/** The same as JSON, all samples included: a list of one object for each flood. */
void flood_table_write_json(const struct flood_rows *rows, FILE *out);

#endif
