/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of a command as a table: what each is called, what its value is and where it goes,
 * and what the help says of it.
 */
#ifndef APP_CMD_OPTION_TABLE_H
#define APP_CMD_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lab/why.h"

/** Texts that belong to somebody else, in the order in which they came. */
struct texts {
	const char **text;
	int count;
};

void texts_add(struct texts *texts, const char *text);
void texts_free(struct texts *texts);

/** What an option's value is, and the type of what it sets. */
enum option_value {
	OPTION_NONE,     /**< none: it switches a bool on */
	OPTION_COUNT,    /**< none either, but an unsigned int counts how often */
	OPTION_MIN,      /**< none either: an int becomes min */
	OPTION_NUMBER,   /**< unsigned int, from min to max */
	OPTION_NUMBER64, /**< uint64_t, likewise */
	OPTION_TEXT,     /**< const char * */
	OPTION_SETTING,  /**< NAME=VALUE, one more in struct texts */
	OPTION_OWN,      /**< the table's own() knows */
};

struct option_kind {
	const char *name;
	const char *argument; /**< for the help; NULL: it takes none; "[=N]": it may have one */
	char letter;          /**< '\0': none */
	bool recipe;          /**< what happens in an experiment depends on it */
	enum option_value value;
	size_t at;         /**< of what it sets, in the command's struct */
	uint64_t min, max; /**< numbers */
	const char *help;  /**< lines */
};

struct option_table {
	const struct option_kind *kinds;
	size_t count;
	/** Takes the value of an OPTION_OWN. @return 0; -EINVAL with the reason in why */
	int (*own)(void *options, const struct option_kind *kind, const char *text,
		   struct why *why);
	/** Is told of each option that was taken, with its value (or NULL); may be NULL itself. */
	void (*taken)(void *options, const struct option_kind *kind, const char *text);
	bool in_order; /**< the first word that is no option ends them: it and its own come after it */
};

/** Writes what each option means. */
void option_table_help(const struct option_table *table, FILE *out);

/**
 * Reads a command line with getopt_long(3), which leaves the words that are no options at the end
 * of argv.
 *
 * @param options  receives the values; has its defaults
 * @param argv     argv[0] is skipped; the order of its elements may change
 * @return how many elements are options and their values, argv[0] included; -EINVAL with the bad
 *         option named in why
 */
int option_table_parse(const struct option_table *table, void *options, int argc, char **argv,
		       struct why *why);

/**
 * Reads a whole number in a range, in tens or with 0x.
 *
 * @param option  whose value it is, for the message
 * @return 0; -EINVAL with the reason in why
 */
int option_number(const char *option, const char *text, uint64_t min, uint64_t max,
		  uint64_t *number, struct why *why);

/**
 * Takes NAME=VALUE. What they mean is for those who apply it.
 *
 * @return 0; -EINVAL with the reason in why
 */
int option_setting(struct texts *settings, const char *option, const char *text, struct why *why);

/**
 * Finds one word of several.
 *
 * @param words  end with NULL
 * @return its place; -EINVAL with the reason in why
 */
int option_word(const char *option, const char *text, const char *const *words, struct why *why);

#endif
