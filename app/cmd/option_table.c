/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/option_table.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Long options are numbered from here, beyond every letter. */
#define FIRST_INDEX 256
/* No table has more. */
#define MAX_KINDS 64

void texts_add(struct texts *texts, const char *text)
{
	const char **grown =
		realloc(texts->text, ((size_t)texts->count + 1) * sizeof(*texts->text));

	if (grown == NULL) {
		fputs("tcplab: out of memory for the options\n", stderr);
		exit(2);
	}
	texts->text = grown;
	texts->text[texts->count++] = text;
}

void texts_free(struct texts *texts)
{
	free(texts->text);
	*texts = (struct texts){ NULL, 0 };
}

int option_number(const char *option, const char *text, uint64_t min, uint64_t max,
		  uint64_t *number, struct why *why)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (errno != 0 || *end != '\0' || end == text || strchr(text, '-') != NULL ||
	    *number < min || *number > max)
		return why_set(why, EINVAL, "%s takes a whole number from %llu to %llu, not '%s'",
			       option, (unsigned long long)min, (unsigned long long)max, text);
	return 0;
}

int option_setting(struct texts *settings, const char *option, const char *text, struct why *why)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == '\0')
		return why_set(why, EINVAL, "%s takes NAME=VALUE, not '%s'", option, text);
	texts_add(settings, text);
	return 0;
}

int option_word(const char *option, const char *text, const char *const *words, struct why *why)
{
	char list[160] = "";
	size_t length = 0;
	int i;

	for (i = 0; words[i] != NULL; i++) {
		const char *before = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

		if (strcmp(text, words[i]) == 0)
			return i;
		if (length < sizeof(list))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   before, words[i]);
	}
	return why_set(why, EINVAL, "%s takes %s, not '%s'", option, list, text);
}

static int set(const struct option_table *table, void *options, const struct option_kind *kind,
	       const char *text, struct why *why)
{
	void *at = (char *)options + kind->at;
	char option[32];
	uint64_t number;
	int err;

	snprintf(option, sizeof(option), "--%s", kind->name);
	switch (kind->value) {
	case OPTION_NONE: *(bool *)at = true; return 0;
	case OPTION_COUNT: ++*(unsigned int *)at; return 0;
	case OPTION_MIN: *(int *)at = (int)kind->min; return 0;
	case OPTION_NUMBER:
		err = option_number(option, text, kind->min, kind->max, &number, why);
		*(unsigned int *)at = (unsigned int)number;
		return err;
	case OPTION_NUMBER64: return option_number(option, text, kind->min, kind->max, at, why);
	case OPTION_TEXT: *(const char **)at = text; return 0;
	case OPTION_SETTING: return option_setting(at, option, text, why);
	case OPTION_OWN: return table->own(options, kind, text, why);
	}
	return -EINVAL;
}

/* As getopt_long() calls it. */
static int argument_of(const struct option_kind *kind)
{
	if (kind->argument == NULL)
		return no_argument;
	return kind->argument[0] == '[' ? optional_argument : required_argument;
}

void option_table_help(const struct option_table *table, FILE *out)
{
	char left[40];

	for (size_t i = 0; i < table->count; i++) {
		const struct option_kind *kind = &table->kinds[i];
		const char *line = kind->help;

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", kind->letter == '\0' ? ' ' : '-',
			 kind->letter == '\0' ? ' ' : kind->letter,
			 kind->letter == '\0' ? "  " : ", ", kind->name,
			 argument_of(kind) == required_argument ? " " : "",
			 kind->argument == NULL ? "" : kind->argument);
		for (; line != NULL; line = strchr(line, '\n')) {
			line += *line == '\n';
			fprintf(out, "  %-24s %.*s\n", left, (int)strcspn(line, "\n"), line);
			left[0] = '\0';
		}
	}
}

static const struct option_kind *kind_of_letter(const struct option_table *table, int letter)
{
	for (size_t i = 0; i < table->count; i++)
		if (letter != '\0' && table->kinds[i].letter == letter)
			return &table->kinds[i];
	return NULL;
}

/* What getopt_long() did not understand. The word that it was is argv[optind - 1]. */
static int refuse(const struct option_table *table, const char *word, struct why *why)
{
	if (optopt >= FIRST_INDEX || kind_of_letter(table, optopt) != NULL)
		return why_set(why, EINVAL, "%s: this option takes no value", word);
	if (optopt != 0)
		return why_set(why, EINVAL, "there is no option '-%c'", optopt);
	return why_set(why, EINVAL, "there is no option '%s'", word);
}

static int take(const struct option_table *table, void *options, const struct option_kind *kind,
		const char *value, struct why *why)
{
	int err = set(table, options, kind, value, why);

	if (err == 0 && table->taken != NULL)
		table->taken(options, kind, value);
	return err;
}

int option_table_parse(const struct option_table *table, void *options, int argc, char **argv,
		       struct why *why)
{
	struct option longs[MAX_KINDS + 1] = { { NULL, 0, NULL, 0 } };
	char letters[2 * MAX_KINDS + 3];
	int option, err = 0;

	snprintf(letters, sizeof(letters), "%s", table->in_order ? "+:" : ":");
	for (size_t i = 0; i < table->count; i++) {
		const struct option_kind *kind = &table->kinds[i];
		size_t length = strlen(letters);

		longs[i] = (struct option){ kind->name, argument_of(kind), NULL,
					    FIRST_INDEX + (int)i };
		if (kind->letter != '\0')
			snprintf(letters + length, sizeof(letters) - length, "%c%s", kind->letter,
				 kind->argument == NULL ? "" : ":");
	}
	optind = 0; /* glibc: start over, whoever has parsed before */
	opterr = 0;
	while (err == 0 && (option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (option == ':')
			err = why_set(why, EINVAL, "%s needs a value", argv[optind - 1]);
		else if (option == '?')
			err = refuse(table, argv[optind - 1], why);
		else
			err = take(table, options,
				   option >= FIRST_INDEX ? &table->kinds[option - FIRST_INDEX]
							 : kind_of_letter(table, option),
				   optarg, why);
	}
	return err < 0 ? err : optind;
}
