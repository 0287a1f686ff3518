/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's pcbs as a table, in the columns in which ss(8) shows the kernel's sockets.
 */
#ifndef APP_END_LWIP_TABLE_H
#define APP_END_LWIP_TABLE_H

#include <stdio.h>

#include "end/table_row.h"

/** Visits every pcb: listening, active, in TIME_WAIT. */
void lwip_table_visit(table_row_fn *visit, void *context);

/** Prints the same; of a board, that its pcbs are out of reach. */
void lwip_table_print(FILE *out);

#endif
