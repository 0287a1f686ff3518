/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's pcbs as a table, in the columns in which ss(8) shows the kernel's sockets.
 */
#ifndef APP_END_LWIP_TABLE_H
#define APP_END_LWIP_TABLE_H

#include <stdio.h>

/**
 * Prints every pcb: listening, active, in TIME_WAIT.
 *
 * Recv-Q is what the application has not taken; of a listener, connections not yet accepted.
 * Send-Q is what the other side has not acknowledged; of a listener, its backlog. The timer is the
 * one that will do something next, with the seconds left and how often it has expired.
 */
void lwip_table_print(FILE *out);

#endif
