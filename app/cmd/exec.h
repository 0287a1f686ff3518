/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands inside a live host.
 */
#ifndef APP_CMD_EXEC_H
#define APP_CMD_EXEC_H

#include <stdio.h>

/* As shells have it. */
#define EXIT_NOT_RUN   126
#define EXIT_NOT_FOUND 127

/** Writes what the options of 'tcplab exec' mean. */
void exec_options_help(FILE *out);

/**
 * Lets a command take this process's place; without one, $SHELL.
 *
 * @param argv  ends with NULL
 * @return only when it cannot be run: an exit status, and the reason has been printed
 */
int exec_command(char **argv);

#endif
