/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The subcommands of tcplab.
 */
#ifndef APP_CMD_CMD_H
#define APP_CMD_CMD_H

/* Exit statuses, of every subcommand but those that run another command. */
enum {
	EXIT_HOLDS = 0,   /**< all verdicts hold */
	EXIT_FAILS = 1,   /**< a verdict fails */
	EXIT_TROUBLE = 2, /**< usage or environment: nothing is said about TCP */
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /**< argv[0] is the subcommand's name */
	const char *usage;                 /**< its arguments */
	const char *help;                  /**< one line */
};

/** Ends with a command whose name is NULL. */
extern const struct command commands[];

int cmd_coverage(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_flood(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_sweep(int argc, char **argv);
int cmd_up(int argc, char **argv);

#endif
