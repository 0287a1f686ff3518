/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program at the other end of a serial and an Ethernet line (lab/board.h): a process, the first of a group
 * of its own. It does not outlive this one.
 */
#ifndef APP_LAB_PROGRAM_H
#define APP_LAB_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "lab/why.h"

struct program {
	pid_t pid;
	int input;    /**< a socket, its standard input: half of the serial line */
	int output;   /**< a pipe, its standard output: the other half */
	int ethernet; /**< a datagram socket, its descriptor 3 */
};

/** @return 0; a negative errno with the reason in why, and nothing to be stopped */
int program_start(struct program *program, const char *const argv[], struct why *why);

/** Waits until it has ended. @return false: it has not, after so many ms */
bool program_await(const struct program *program, int timeout_ms);

#define PROGRAM_END_STRLEN 48
/** @return how it has ended, "has ended with status 1"; or that it has not */
const char *program_end(const struct program *program, char text[PROGRAM_END_STRLEN]);

/** Ends what there still is of it and of what it has started. One that runs has timeout_ms to end by itself. */
void program_stop(struct program *program, int timeout_ms);

#endif
