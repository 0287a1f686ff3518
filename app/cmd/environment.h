/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What experiments run on, as lines "name: value".
 */
#ifndef APP_CMD_ENVIRONMENT_H
#define APP_CMD_ENVIRONMENT_H

#include <stdio.h>

#include "lab/device.h"

/** The kernel's release, lwIP's way to it, lwIP's version and the options that it was compiled with. */
void environment_write(enum device_kind netif, FILE *out);

/**
 * Writes the command line as one could type it again.
 *
 * @param argv  argv[0] is the subcommand
 */
void environment_command(int argc, char **argv, char *text, size_t size);

#endif
