/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scripts as scenarios. A word of the command line that ends with ".lab" is a file in the command
 * language (docs/script.md), "-" is standard input. Once read, it is one scenario more, so that all that
 * can be done with a scenario can be done with it.
 */
#ifndef APP_CMD_SCRIPTS_H
#define APP_CMD_SCRIPTS_H

#include <stdbool.h>

#include "lab/why.h"

struct run;

/** @return whether a word names a script */
bool scripts_is_one(const char *word);

/**
 * Reads the script that a word names and registers it, but for what has been read already. Does nothing
 * when it names none.
 *
 * @return 0; a negative errno with the reason in why
 */
int scripts_load(const char *word, struct why *why);

/** @return whether a word that names a script means this experiment */
bool scripts_means(const char *word, const char *experiment);

/**
 * Plays an experiment that is a script.
 *
 * @return 0; a negative errno with the script's error in why
 */
int scripts_play(struct run *run, struct why *why);

#endif
