/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/options.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end/guard.h"
#include "end/lwip_option.h"
#include "lab/rule.h"

#define MAX_JOBS      256
#define MAX_REPEAT    10000
#define MAX_THRESHOLD 65535
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

static int parse_format(const char *text, enum format *format, struct why *why)
{
	static const char *const names[] = { "ladder", "tap", "junit", "csv", "jsonl" };

	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
		if (strcmp(text, names[i]) == 0) {
			*format = (enum format)i;
			return 0;
		}
	}
	return why_set(why, EINVAL, "--format takes ladder, tap, junit, csv or jsonl, not '%s'",
		       text);
}

/* A setting has a name and a value. What they mean is for those who apply it. */
static int add_setting(struct texts *settings, const char *option, const char *text,
		       struct why *why)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == '\0')
		return why_set(why, EINVAL, "%s takes NAME=VALUE, not '%s'", option, text);
	texts_add(settings, text);
	return 0;
}

static int add_lwip_setting(struct texts *settings, const char *text, struct why *why)
{
	struct lwip_option option;
	int err = add_setting(settings, "--lwip", text, why);

	return err < 0 ? err : lwip_option_parse(text, &option, why);
}

/* The rule is read here only to see that it can be. */
static int add_rule(struct run_options *options, const char *kind, const char *text,
		    struct why *why)
{
	struct wire_rule rule;
	struct why bad;

	if (options->rule_count == WIRE_RULES)
		return why_set(why, EINVAL, "--%s '%s': %d rules for the wire are the most", kind,
			       text, WIRE_RULES);
	if (rule_parse(kind, text, &rule, &bad) < 0)
		return why_set(why, EINVAL, "--%s", bad.text);
	options->rules[options->rule_count++] = (struct wire_option){ kind, text };
	return 0;
}

static int set_guard(struct run_options *options, const char *text, struct why *why)
{
	uint64_t threshold = guard_default_threshold();
	int err =
		text == NULL ? 0 : parse_number("--guard", text, 0, MAX_THRESHOLD, &threshold, why);

	options->guard = true;
	options->guard_threshold = (unsigned int)threshold;
	return err;
}

/* What an option's value is. */
enum value {
	VALUE_NONE,   /* it switches something on */
	VALUE_COUNT,  /* none either, but it counts how often */
	VALUE_NUMBER, /* from min to max */
	VALUE_FAMILY, /* none either; it is min */
	VALUE_SEED,
	VALUE_TEXT,
	VALUE_FORMAT,
	VALUE_SYSCTL,
	VALUE_LWIP,
	VALUE_GUARD,
	VALUE_RULE,
};

/* All options, in the order in which the help shows them. */
static const struct option_kind {
	const char *name;
	const char *argument; /* NULL: it takes none; "[=N]": it may have one */
	char letter;          /* '\0': none */
	bool recipe;          /* what happens in an experiment depends on it */
	enum value value;
	size_t at;             /* of what it sets, in struct run_options */
	unsigned int min, max; /* VALUE_NUMBER */
	const char *help;      /* lines */
} kinds[] = {
#define AT(member) offsetof(struct run_options, member)
	{ "jobs", "N", 'j', false, VALUE_NUMBER, AT(jobs), 1, MAX_JOBS,
	  "run N scenarios at a time (default: one for each processor)" },
	{ "verbose", NULL, 'v', false, VALUE_COUNT, AT(verbose), 0, 0,
	  "show the ladder of every scenario, not only of those that fail or are\n"
	  "named; twice: with every event, preparations and polls included" },
	{ "slow", NULL, '\0', false, VALUE_NONE, AT(slow), 0, 0,
	  "with the scenarios that wait for the kernel's timers (by name: always)" },
	{ "show", NULL, '\0', false, VALUE_NONE, AT(show), 0, 0,
	  "what ss, netstat and lsof say at the scenarios' marked moments and at\n"
	  "their end, with lwIP's own table beside it" },
	{ "format", "FORMAT", '\0', false, VALUE_FORMAT, AT(format), 0, 0,
	  "ladder (for people, the default), tap, junit or jsonl; csv for a sweep" },
	{ "out", "DIR", '\0', false, VALUE_TEXT, AT(out), 0, 0,
	  "write what was found into DIR: NAME.jsonl, .pcapng, .txt and .transcript\n"
	  "for each scenario, and what 'tcplab replay DIR' needs to run it again" },
	{ "report", "FILE", '\0', false, VALUE_TEXT, AT(report), 0, 0,
	  "write a report of the run, one HTML file (with --out: DIR/report.html)" },
	{ "svg", "DIR", '\0', false, VALUE_TEXT, AT(svg), 0, 0,
	  "write the ladder of each scenario as a picture, NAME.svg, into DIR, and\n"
	  "the state diagram with what was walked, diagram.svg" },
	{ "repeat", "N", '\0', false, VALUE_NUMBER, AT(repeat), 1, MAX_REPEAT,
	  "run each N times and tell how many distinct transcripts there were" },
	{ "seed", "N", '\0', true, VALUE_SEED, AT(lab.seed), 0, 0,
	  "of all randomness of lwIP, the lab and the wire (default 1)" },
	{ "ipv4", NULL, '4', true, VALUE_FAMILY, AT(lab.family), 4, 4, "over IPv4 (default)" },
	{ "ipv6", NULL, '6', true, VALUE_FAMILY, AT(lab.family), 6, 6, "over IPv6" },
	{ "mtu", "N", '\0', true, VALUE_TEXT, AT(mtu), 0, 0,
	  "of the link between lwIP and the kernel, in bytes: at most 1500, and at\n"
	  "least 88 over IPv4, 1280 over IPv6" },
	{ "sysctl", "NAME=VALUE", '\0', true, VALUE_SYSCTL, AT(sysctls), 0, 0,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_fin_timeout=2" },
	{ "lwip", "NAME=VALUE", '\0', true, VALUE_LWIP, AT(lwip), 0, 0,
	  "a setting of each of lwIP's connections:\n" LWIP_OPTION_NAMES },
	{ "guard", "[=N]", '\0', true, VALUE_GUARD, 0, 0, MAX_THRESHOLD,
	  "SYN cookies before lwIP's listeners, beyond N half-open connections\n"
	  "(default: a quarter of lwIP's pcbs; 0: for each connection)" },
	{ "drop", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0,
	  "lose these segments; this and the next: as often as you like, and\n"
	  "'tcplab help wire' explains how to name them" },
	{ "dup", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0, "let them arrive twice" },
	{ "corrupt", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0, "change their last byte" },
	{ "reorder", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0, "let the next one pass them" },
	{ "delay", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0, "let them arrive later" },
	{ "hold", "SEGMENTS", '\0', true, VALUE_RULE, 0, 0, 0, "keep them" },
	{ "cut", "WHEN", '\0', true, VALUE_RULE, 0, 0, 0, "pull the cable" },
	{ "patience", "MS", '\0', true, VALUE_NUMBER, AT(patience_ms), 1, 600000,
	  "how long an expectation waits, in real time (default: 2000; with faults\n"
	  "on the wire 20000, since lwIP's first retransmission takes 3 s)" },
	{ "until-closed", NULL, '\0', true, VALUE_NONE, AT(until_closed), 0, 0,
	  "after a scenario's last step, wait until every connection is CLOSED\n"
	  "(the kernel's TIME_WAIT takes 60 s)" },
#undef AT
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* As getopt_long() calls it. */
static int argument_of(const struct option_kind *kind)
{
	if (kind->argument == NULL)
		return no_argument;
	return kind->argument[0] == '[' ? optional_argument : required_argument;
}

static int set(struct run_options *options, const struct option_kind *kind, const char *text,
	       struct why *why)
{
	void *at = (char *)options + kind->at;
	char option[32];
	uint64_t number;
	int err;

	snprintf(option, sizeof(option), "--%s", kind->name);
	switch (kind->value) {
	case VALUE_NONE: *(bool *)at = true; return 0;
	case VALUE_COUNT: ++*(unsigned int *)at; return 0;
	case VALUE_NUMBER:
		err = parse_number(option, text, kind->min, kind->max, &number, why);
		*(unsigned int *)at = (unsigned int)number;
		return err;
	case VALUE_FAMILY: *(int *)at = (int)kind->min; return 0;
	case VALUE_SEED: return parse_number(option, text, 0, UINT64_MAX, at, why);
	case VALUE_TEXT: *(const char **)at = text; return 0;
	case VALUE_FORMAT: return parse_format(text, at, why);
	case VALUE_SYSCTL: return add_setting(at, option, text, why);
	case VALUE_LWIP: return add_lwip_setting(at, text, why);
	case VALUE_GUARD: return set_guard(options, text, why);
	case VALUE_RULE: return add_rule(options, kind->name, text, why);
	}
	return -EINVAL;
}

void run_options_help(FILE *out)
{
	char left[40];

	for (size_t i = 0; i < KINDS; i++) {
		const struct option_kind *kind = &kinds[i];
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
	fprintf(out,
		"\nA name is a scenario ('close') or one of its variants ('close/lwip': lwIP plays "
		"the "
		"first\nrole); a glob is matched with both.\n");
}

/*
 * The MTU's range depends on the family, which may come after it. Over IPv6 no link may have less than
 * 1280 (RFC 8200, 5). Over IPv4, 88 have room for the smallest segment that Linux makes (48 bytes with
 * the options, tcp_min_snd_mss); with less it sends fragments. More than 1500 would change nothing:
 * lwIP is built for segments that fit an Ethernet frame (config/lwipopts.h, TCP_MSS).
 */
static int parse_mtu(const char *text, struct lab_settings *lab, struct why *why)
{
	bool v6 = lab->family == 6;
	uint64_t mtu = 0;
	int err = parse_number(v6 ? "--mtu over IPv6" : "--mtu over IPv4", text, v6 ? 1280 : 88,
			       1500, &mtu, why);

	lab->mtu = (unsigned int)mtu;
	return err;
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
	int err = set(options, kind, value, why);

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

		longs[i] = (struct option){ kind->name, argument_of(kind), NULL,
					    FIRST_INDEX + (int)i };
		if (kind->letter != '\0')
			snprintf(letters + length, sizeof(letters) - length, "%c%s", kind->letter,
				 kind->argument == NULL ? "" : ":");
	}
	*options =
		(struct run_options){ .jobs = default_jobs(), .lab = { .seed = 1, .family = 4 } };
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
	if (err == 0 && options->mtu != NULL)
		err = parse_mtu(options->mtu, &options->lab, why);
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

void run_options_complain(const char *command, const struct why *why)
{
	size_t line = strcspn(why->text, "\n");
	const char *topic = strncmp(why->text + line, "\n", 1) == 0 ? "wire" : "run";

	fprintf(stderr, "tcplab %s: %.*s; see 'tcplab help %s'%s\n", command, (int)line, why->text,
		topic, why->text + line);
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
