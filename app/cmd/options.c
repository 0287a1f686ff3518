/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/options.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end/lwip_option.h"

#define MAX_JOBS   256
#define MAX_REPEAT 10000
/* Long options are numbered from here, beyond every letter. */
#define FIRST_INDEX 256

static void texts_add(struct texts *texts, const char *text)
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

/* A whole number in a range; the options that take one share the message. */
static int parse_number(const char *option, const char *text, uint64_t min, uint64_t max,
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

static int take_jobs(struct run_options *options, const char *value, struct why *why)
{
	uint64_t number;
	int err = parse_number("--jobs", value, 1, MAX_JOBS, &number, why);

	options->jobs = (unsigned int)number;
	return err;
}

static int take_verbose(struct run_options *options, const char *value, struct why *why)
{
	(void)value;
	(void)why;
	options->verbose++;
	return 0;
}

static int take_slow(struct run_options *options, const char *value, struct why *why)
{
	(void)value;
	(void)why;
	options->slow = true;
	return 0;
}

static int take_show(struct run_options *options, const char *value, struct why *why)
{
	(void)value;
	(void)why;
	options->show = true;
	return 0;
}

static int take_until_closed(struct run_options *options, const char *value, struct why *why)
{
	(void)value;
	(void)why;
	options->until_closed = true;
	return 0;
}

static int take_repeat(struct run_options *options, const char *value, struct why *why)
{
	uint64_t number;
	int err = parse_number("--repeat", value, 1, MAX_REPEAT, &number, why);

	options->repeat = (unsigned int)number;
	return err;
}

static int take_out(struct run_options *options, const char *value, struct why *why)
{
	(void)why;
	options->out = value;
	return 0;
}

static int take_seed(struct run_options *options, const char *value, struct why *why)
{
	return parse_number("--seed", value, 0, UINT64_MAX, &options->seed, why);
}

static int take_format(struct run_options *options, const char *value, struct why *why)
{
	static const char *const names[] = { "ladder", "tap", "junit", "csv", "jsonl" };

	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
		if (strcmp(value, names[i]) == 0) {
			options->format = (enum format)i;
			return 0;
		}
	}
	return why_set(why, EINVAL, "--format takes ladder, tap, junit, csv or jsonl, not '%s'",
		       value);
}

/* A setting has a name and a value. What they mean is for those who apply it. */
static int take_setting(const char *option, struct texts *settings, const char *value,
			struct why *why)
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value || equals[1] == '\0')
		return why_set(why, EINVAL, "%s takes NAME=VALUE, not '%s'", option, value);
	texts_add(settings, value);
	return 0;
}

static int take_sysctl(struct run_options *options, const char *value, struct why *why)
{
	return take_setting("--sysctl", &options->sysctls, value, why);
}

static int take_lwip(struct run_options *options, const char *value, struct why *why)
{
	struct lwip_option option;
	int err = take_setting("--lwip", &options->lwip, value, why);

	return err < 0 ? err : lwip_option_parse(value, &option, why);
}

/* All options, in the order in which the help shows them. */
static const struct option_kind {
	const char *name;
	char letter;          /* '\0': none */
	const char *argument; /* NULL: it takes none */
	bool recipe;          /* what happens in an experiment depends on it */
	int (*take)(struct run_options *options, const char *value, struct why *why);
	const char *help; /* lines */
} kinds[] = {
	{ "jobs", 'j', "N", false, take_jobs,
	  "run N scenarios at a time (default: one for each processor)" },
	{ "verbose", 'v', NULL, false, take_verbose,
	  "show the ladder of every scenario, not only of those that fail or are\n"
	  "named; twice: with every event, preparations and polls included" },
	{ "slow", '\0', NULL, false, take_slow,
	  "with the scenarios that wait for the kernel's timers (by name: always)" },
	{ "show", '\0', NULL, false, take_show,
	  "what ss, netstat and lsof say at the scenarios' marked moments and at\n"
	  "their end, with lwIP's own table beside it" },
	{ "out", '\0', "DIR", false, take_out,
	  "write what was found into DIR: NAME.jsonl, .pcapng, .txt and .transcript\n"
	  "for each scenario, and what 'tcplab replay DIR' needs to run it again" },
	{ "format", '\0', "FORMAT", false, take_format,
	  "ladder (for people, the default), tap, junit or jsonl; csv for a sweep" },
	{ "repeat", '\0', "N", false, take_repeat,
	  "run each N times and tell how many distinct transcripts there were" },
	{ "seed", '\0', "N", true, take_seed, "of all randomness of lwIP and the lab (default 1)" },
	{ "sysctl", '\0', "NAME=VALUE", true, take_sysctl,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_fin_timeout=2" },
	{ "lwip", '\0', "NAME=VALUE", true, take_lwip,
	  "a setting of each of lwIP's connections:\n" LWIP_OPTION_NAMES },
	{ "until-closed", '\0', NULL, true, take_until_closed,
	  "after a scenario's last step, wait until every connection is CLOSED\n"
	  "(the kernel's TIME_WAIT takes 60 s)" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

void run_options_help(FILE *out)
{
	char left[40];

	for (size_t i = 0; i < KINDS; i++) {
		const struct option_kind *kind = &kinds[i];
		const char *line = kind->help;

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", kind->letter == '\0' ? ' ' : '-',
			 kind->letter == '\0' ? ' ' : kind->letter,
			 kind->letter == '\0' ? "  " : ", ", kind->name,
			 kind->argument == NULL ? "" : " ",
			 kind->argument == NULL ? "" : kind->argument);
		for (; line != NULL; line = strchr(line, '\n')) {
			line += *line == '\n';
			fprintf(out, "  %-24s %.*s\n", left, (int)strcspn(line, "\n"), line);
			left[0] = '\0';
		}
	}
	fprintf(out,
		"\nA name is a scenario ('close') or one of its variants ('close/lwip': lwIP plays "
		"the "
		"first\nrole); a glob is matched with both.\n");
}

static unsigned int default_jobs(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < 1 ? 1 : processors > MAX_JOBS ? MAX_JOBS : (unsigned int)processors;
}

static const struct option_kind *kind_of_letter(int letter)
{
	for (size_t i = 0; i < KINDS; i++)
		if (letter != '\0' && kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

/* What getopt_long() did not understand. The word that it was is argv[optind - 1]. */
static int refuse(const char *word, struct why *why)
{
	if (optopt >= FIRST_INDEX || kind_of_letter(optopt) != NULL)
		return why_set(why, EINVAL, "%s: this option takes no value", word);
	if (optopt != 0)
		return why_set(why, EINVAL, "there is no option '-%c'", optopt);
	return why_set(why, EINVAL, "there is no option '%s'", word);
}

static int take(struct run_options *options, const struct option_kind *kind, char *value,
		struct why *why)
{
	int err = kind->take(options, value, why);

	if (err == 0 && kind->recipe) {
		texts_add(&options->recipe, kind->name);
		texts_add(&options->recipe, value);
	}
	return err;
}

int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why)
{
	struct option longs[KINDS + 1] = { { NULL, 0, NULL, 0 } };
	char letters[2 * KINDS + 2] = ":";
	int option, err = 0;

	for (size_t i = 0; i < KINDS; i++) {
		const struct option_kind *kind = &kinds[i];
		size_t length = strlen(letters);

		longs[i] =
			(struct option){ kind->name,
					 kind->argument == NULL ? no_argument : required_argument,
					 NULL, FIRST_INDEX + (int)i };
		if (kind->letter != '\0')
			snprintf(letters + length, sizeof(letters) - length, "%c%s", kind->letter,
				 kind->argument == NULL ? "" : ":");
	}
	*options = (struct run_options){ .jobs = default_jobs(), .seed = 1 };
	optind = 0; /* glibc: start over, whoever has parsed before */
	opterr = 0;
	while (err == 0 && (option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (option == ':')
			err = why_set(why, EINVAL, "%s needs a value", argv[optind - 1]);
		else if (option == '?')
			err = refuse(argv[optind - 1], why);
		else
			err = take(options,
				   option >= FIRST_INDEX ? &kinds[option - FIRST_INDEX]
							 : kind_of_letter(option),
				   optarg, why);
	}
	if (err == 0 && options->show && options->format != FORMAT_LADDER)
		err = why_set(
			why, EINVAL,
			"--show prints tables for people: it goes with --format ladder alone");
	if (err == 0 && options->repeat > 1 &&
	    (options->show || options->verbose > 0 || options->out != NULL))
		err = why_set(
			why, EINVAL,
			"--repeat compares transcripts and keeps nothing: it does not go with "
			"--show, --verbose or --out");
	options->patterns = argv + optind;
	options->pattern_count = argc - optind;
	return err;
}

void run_options_free(struct run_options *options)
{
	free(options->sysctls.text);
	free(options->lwip.text);
	free(options->recipe.text);
	options->sysctls = options->lwip = options->recipe = (struct texts){ NULL, 0 };
}

bool run_options_match(const struct run_options *options, int i, const char *scenario,
		       const char *variant)
{
	return fnmatch(options->patterns[i], scenario, 0) == 0 ||
	       fnmatch(options->patterns[i], variant, 0) == 0;
}

bool run_options_want(const struct run_options *options, const char *scenario, const char *variant)
{
	for (int i = 0; i < options->pattern_count; i++)
		if (run_options_match(options, i, scenario, variant))
			return true;
	return options->pattern_count == 0;
}
