/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What 'tcplab up' is asked for.
 */
#ifndef APP_CMD_UP_OPTIONS_H
#define APP_CMD_UP_OPTIONS_H

#include "cmd/world.h"

struct up_options {
	const char *name; /**< by which 'tcplab exec' finds it */
	const char *
		log; /**< file for the ladder; NULL: the standard output, unless there is a command */
	const char *script;   /**< file of commands, "-": standard input; NULL: none */
	bool top;             /**< a table that fills the screen, in place of the ladder */
	unsigned int verbose; /**< every event, every segment */
	unsigned int keep;    /**< MiB of memory for the timeline; 0: no limit */
	bool shell;           /**< run $SHELL inside */
	struct lab_settings lab;
	struct ethernet_plan ethernet; /**< lab.ethernet is it, or NULL */
	const char *mtu;
	struct texts sysctls;
	struct texts lwip;
	struct guard_plan guard;
	struct wire_option rules[WIRE_RULES];
	unsigned int rule_count;
	struct texts given; /**< the names of the options */
	char **command;     /**< to be run inside; ends with NULL; NULL: none is */
};

/** Writes what each option means. */
void up_options_help(FILE *out);

/**
 * @param options  receives what argv says, pointing into argv; to be freed, whatever is returned
 * @return 0; -EINVAL with the reason in why
 */
int up_options_parse(struct up_options *options, int argc, char **argv, struct why *why);

void up_options_free(struct up_options *options);

#endif
