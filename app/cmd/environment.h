/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What experiments run on, as lines "name: value".
 */
#ifndef APP_CMD_ENVIRONMENT_H
#define APP_CMD_ENVIRONMENT_H

#include <stdio.h>

#include "cmd/options.h"

/**
 * The kernel's release, lwIP's way to it, lwIP's version and the options that it was compiled with; or the board
 * that lwIP is on.
 */
void environment_write(const struct run_options *options, FILE *out);

/**
 * Writes the command line as one could type it again.
 *
 * @param argv  argv[0] is the subcommand
 */
void environment_command(int argc, char **argv, char *text, size_t size);

#endif
