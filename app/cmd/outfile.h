/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files that are there whole or not at all.
 */
#ifndef APP_CMD_OUTFILE_H
#define APP_CMD_OUTFILE_H

#include <stdio.h>

#include "lab/why.h"

/**
 * Writes a file beside its place and moves it there when it is complete.
 *
 * @param write    writes what is in it; errors of the stream are seen to
 * @return 0; a negative errno with the reason in why, and nothing left behind
 */
int outfile_write(const char *path, void (*write)(const void *context, FILE *out),
		  const void *context, struct why *why);

/**
 * Tries whether outfile_write() would have a chance, for those who write late and would know it
 * early. Leaves nothing behind.
 *
 * @return 0; a negative errno with the reason in why
 */
int outfile_check(const char *path, struct why *why);

/** Makes a directory for output, if it is not there. @return as the others */
int outfile_directory(const char *path, struct why *why);

#endif
