/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the system's own tools say of the experiment at one moment, and lwIP's table beside them.
 */
#ifndef APP_SHOW_DIAGNOSIS_H
#define APP_SHOW_DIAGNOSIS_H

#include <stdio.h>

/**
 * Runs ss, netstat and lsof inside the experiment's namespace, and prints what they say; a tool
 * that this machine has not is named with its package.
 *
 * @param what  the moment, for people
 */
void diagnosis_print(const char *what, FILE *out);

/** The connections alone: ss, and lwIP's table. */
void diagnosis_connections(FILE *out);

/** lwIP's table alone. */
void diagnosis_lwip(FILE *out);

#endif
