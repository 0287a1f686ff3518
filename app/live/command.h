/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command language: one line, one command. docs/script.md describes it; 'help' lists it.
 */
#ifndef APP_LIVE_COMMAND_H
#define APP_LIVE_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "lab/why.h"

struct session;

/** A verdict has failed without which there is nothing to go on with: as scenarios' require(). */
#define COMMAND_STUCK 1

/**
 * Carries out one command.
 *
 * @param line  an empty line and a comment do nothing
 * @return 0; COMMAND_STUCK; a negative errno with the reason in why: what was tried, on what, what
 *         would do
 */
int command_run(struct session *session, const char *line, struct why *why);

/** Writes what there is, with one line for each command. */
void command_help(FILE *out);

/**
 * What can stand at the end of a line: names of commands, of connections, of states.
 *
 * @param line   up to where more is to come
 * @param n      from 0: the nth that fits
 * @param text   receives it: the whole word
 * @return false: there are no more than n
 */
bool command_complete(const struct session *session, const char *line, unsigned int n, char *text,
		      size_t size);

#endif
