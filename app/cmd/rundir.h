/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The directory that a run leaves behind ('tcplab run --out DIR'): what was found, and all that is
 * needed to run it again.
 *
 *     command          the arguments that the experiments depend on, one a line
 *     environment      what they ran on: kernel, lwIP and its options, parameters of the kernel
 *     NAME.transcript  of each experiment, what happened: record/transcript.h
 *     NAME.…           further views of the same
 */
#ifndef APP_CMD_RUNDIR_H
#define APP_CMD_RUNDIR_H

#include <stdio.h>

#include "cmd/options.h"
#include "lab/why.h"

#define RUNDIR_COMMAND     "command"
#define RUNDIR_ENVIRONMENT "environment"
#define RUNDIR_TRANSCRIPT  ".transcript"

/**
 * Writes a file whole or not at all: readers never see a part of it.
 *
 * @param write  writes the content
 * @return 0; a negative errno with the reason in why
 */
int rundir_write(const char *dir, const char *name, void (*write)(FILE *out, const void *context),
		 const void *context, struct why *why);

/**
 * Reads a text file.
 *
 * @return its content, to be freed; NULL with the reason in why
 */
char *rundir_read(const char *path, struct why *why);

/** Makes the directory if need be and writes command and environment into it. */
int rundir_begin(const char *dir, const struct run_options *options, struct why *why);

/**
 * Reads the command of a run.
 *
 * @param options  receives it as run_options_parse() does
 * @return the text that options points into, to be freed after them; NULL with the reason in why
 */
char *rundir_options(const char *dir, struct run_options *options, struct why *why);

#endif
