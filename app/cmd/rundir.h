/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The directory that a run leaves behind ('tcplab run --out DIR'): what was found, and all that is
 * needed to run it again.
 *
 *     command          the arguments that the experiments depend on, one a line
 *     environment      what they ran on
 *     NAME.transcript  of each experiment, what happened: record/transcript.h
 *     NAME.…           further views of the same
 *     NAME.lab         a script that was run: its experiment is NAME.lab, its transcript
 *                      NAME.lab.transcript
 */
#ifndef APP_CMD_RUNDIR_H
#define APP_CMD_RUNDIR_H

#include "cmd/suite.h"

#define RUNDIR_TRANSCRIPT "transcript"

/**
 * Writes where the view of an experiment is: "DIR/close-lwip.transcript".
 *
 * @param name  the experiment's, "close/lwip"
 * @return path
 */
const char *rundir_path(const char *dir, const char *name, const char *view, char path[4096]);

/**
 * Reads a text file.
 *
 * @return its content, to be freed; NULL with the reason in why
 */
char *rundir_read(const char *path, struct why *why);

/**
 * Makes the directory if need be, and writes command and environment into it.
 *
 * @return 0; a negative errno with the reason in why
 */
int rundir_begin(const char *dir, const struct suite *suite, struct why *why);

/** A run's arguments, read back; argv[0] is the command's name. */
struct command_line {
	char *text;
	char **argv;
	int argc;
	char **scripts; /**< those of argv that are paths of scripts */
	int script_count;
};

/** @return 0; a negative errno with the reason in why */
int rundir_command(const char *dir, struct command_line *command, struct why *why);

void command_line_free(struct command_line *command);

/**
 * Compares what a run was on with this system.
 *
 * @param options    those of now
 * @param then, now  receive the first line that differs; NULL: it is missing
 * @return whether anything differs; both to be freed
 */
bool rundir_environment_differs(const char *dir, const struct run_options *options, char **then,
				char **now);

#endif
