/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/options.h"

#include <errno.h>
#include <fnmatch.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/boards.h"
#include "cmd/scripts.h"
#include "cmd/world.h"
#include "end/lwip_option.h"
#include "lab/rule.h"

#define MAX_JOBS   256
#define MAX_REPEAT 10000

static int take_format(struct run_options *options, const char *text, struct why *why)
{
	static const char *const names[] = { "ladder", "tap", "junit", "csv", "jsonl", NULL };
	int format = option_word("--format", text, names, why);

	if (format >= 0)
		options->format = (enum format)format;
	return format < 0 ? format : 0;
}

static int take_lwip(struct run_options *options, const char *text, struct why *why)
{
	return boards_is_mcu(text) ? boards_choose_mcu(&options->board, text, why)
				   : world_take_lwip(&options->lwip, text, why);
}

static int take_own(void *options, const struct option_kind *kind, const char *text,
		    struct why *why)
{
	if (strcmp(kind->name, "format") == 0)
		return take_format(options, text, why);
	if (strcmp(kind->name, "lwip") == 0)
		return take_lwip(options, text, why);
	if (strcmp(kind->name, "board") == 0)
		return boards_choose_command(&((struct run_options *)options)->board, text, why);
	if (strcmp(kind->name, "guard") == 0)
		return world_take_guard(&((struct run_options *)options)->guard, text, why);
	if (strcmp(kind->name, "netif") == 0)
		return world_take_netif(&((struct run_options *)options)->lab.netif, text, why);
	return world_take_rule(((struct run_options *)options)->rules,
			       &((struct run_options *)options)->rule_count, kind->name, text, why);
}

/* All options, in the order in which the help shows them. */
static const struct option_kind kinds[] = {
#define AT(member) offsetof(struct run_options, member)
	{ "jobs", "N", 'j', false, OPTION_NUMBER, AT(jobs), 1, MAX_JOBS,
	  "run N scenarios at a time (default: one for each processor)" },
	{ "verbose", NULL, 'v', false, OPTION_COUNT, AT(verbose), 0, 0,
	  "show the ladder of every scenario, not only of those that fail or are\n"
	  "named; twice: with every event, preparations and polls included" },
	{ "slow", NULL, '\0', false, OPTION_NONE, AT(slow), 0, 0,
	  "with the scenarios that wait for the kernel's timers (by name: always)" },
	{ "show", NULL, '\0', false, OPTION_NONE, AT(show), 0, 0,
	  "what ss, netstat and lsof say at the scenarios' marked moments and at\n"
	  "their end, with lwIP's own table beside it" },
	{ "format", "FORMAT", '\0', false, OPTION_OWN, 0, 0, 0,
	  "ladder (for people, the default), tap, junit or jsonl; csv for a sweep" },
	{ "out", "DIR", '\0', false, OPTION_TEXT, AT(out), 0, 0,
	  "write what was found into DIR: NAME.jsonl, .pcapng, .txt and .transcript\n"
	  "for each scenario, and what 'tcplab replay DIR' needs to run it again" },
	{ "record", "DIR", '\0', false, OPTION_TEXT, AT(record), 0, 0,
	  "with --lwip mcu: --out DIR, and recordings of the board that can be\n"
	  "replayed and stepped through: docs/board.md" },
	{ "replay", "DIR", '\0', false, OPTION_TEXT, AT(replay), 0, 0,
	  "replay those recordings, and tell whether the board says the same" },
	{ "report", "FILE", '\0', false, OPTION_TEXT, AT(report), 0, 0,
	  "write a report of the run, one HTML file (with --out: DIR/report.html)" },
	{ "svg", "DIR", '\0', false, OPTION_TEXT, AT(svg), 0, 0,
	  "write the ladder of each scenario as a picture, NAME.svg, into DIR, and\n"
	  "the state diagram with what was walked, diagram.svg" },
	{ "repeat", "N", '\0', false, OPTION_NUMBER, AT(repeat), 1, MAX_REPEAT,
	  "run each N times and tell how many distinct transcripts there were" },
	{ "seed", "N", '\0', true, OPTION_NUMBER64, AT(lab.seed), 0, UINT64_MAX,
	  "of all randomness of lwIP, the lab and the wire (default 1)" },
	{ "ipv4", NULL, '4', true, OPTION_MIN, AT(lab.family), 4, 4, "over IPv4 (default)" },
	{ "ipv6", NULL, '6', true, OPTION_MIN, AT(lab.family), 6, 6, "over IPv6" },
	{ "mtu", "N", '\0', true, OPTION_TEXT, AT(mtu), 0, 0,
	  "of the link between lwIP and the kernel, in bytes: at most 1500, and at\n"
	  "least 88 over IPv4 (140 with --netif packet), 1280 over IPv6" },
	{ "netif", "KIND", '\0', true, OPTION_OWN, 0, 0, 0, WORLD_NETIF_HELP },
	{ "sysctl", "NAME=VALUE", '\0', true, OPTION_SETTING, AT(sysctls), 0, 0,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_fin_timeout=2" },
	{ "lwip", "NAME=VALUE", '\0', true, OPTION_OWN, 0, 0, 0,
	  "a setting of each of lwIP's connections:\n" LWIP_OPTION_NAMES "\n"
	  "or, in place of NAME=VALUE, mcu: lwIP runs on a Cortex-M3 (docs/board.md)" },
	{ "board", "COMMAND", '\0', true, OPTION_OWN, 0, 0, 0,
	  "lwIP runs on a board, which this command is: docs/board.md" },
	WORLD_GUARD_OPTION,
	WORLD_RULE_OPTIONS,
	{ "patience", "MS", '\0', true, OPTION_NUMBER, AT(patience_ms), 1, 600000,
	  "how long an expectation waits, in real time (default: 2000; with faults\n"
	  "on the wire 20000, since lwIP's first retransmission takes 3 s)" },
	{ "until-closed", NULL, '\0', true, OPTION_NONE, AT(until_closed), 0, 0,
	  "after a scenario's last step, wait until every connection is CLOSED\n"
	  "(the kernel's TIME_WAIT takes 60 s)" },
#undef AT
};

/* What repeats a run. */
static void note_recipe(void *options, const struct option_kind *kind, const char *text)
{
	struct texts *recipe = &((struct run_options *)options)->recipe;

	if (kind->recipe) {
		texts_add(recipe, kind->name);
		texts_add(recipe, text);
	}
}

static const struct option_table table = { kinds, sizeof(kinds) / sizeof(kinds[0]), take_own,
					   note_recipe, false };

void run_options_help(FILE *out)
{
	option_table_help(&table, out);
	fprintf(out,
		"\nA name is a scenario ('close') or one of its variants ('close/lwip': lwIP plays "
		"the "
		"first\nrole); a glob is matched with both. FILE.lab is a script, an experiment in "
		"the "
		"command\nlanguage (docs/script.md); '-' is one from standard input.\n");
}

static unsigned int default_jobs(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < 1 ? 1 : processors > MAX_JOBS ? MAX_JOBS : (unsigned int)processors;
}

static int check_recording(struct run_options *options, struct why *why)
{
	if (options->record != NULL && options->board.profile == NULL)
		return why_set(why, EINVAL,
			       "--record records what QEMU does: it goes with --lwip mcu");
	if (options->record != NULL && options->out != NULL)
		return why_set(why, EINVAL,
			       "--record DIR keeps in DIR all that --out does: give one of them");
	if (options->replay != NULL && (options->record != NULL || options->out != NULL))
		return why_set(why, EINVAL,
			       "--replay plays what was recorded, and leaves nothing: it does not "
			       "go with --record or --out");
	if (options->record != NULL)
		options->out = options->record;
	return 0;
}

int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why)
{
	int first, err;

	*options =
		(struct run_options){ .jobs = default_jobs(), .lab = { .seed = 1, .family = 4 } };
	first = option_table_parse(&table, options, argc, argv, why);
	err = first < 0 ? first : 0;
	if (err == 0 && options->show && options->format != FORMAT_LADDER)
		err = why_set(
			why, EINVAL,
			"--show prints tables for people: it goes with --format ladder alone");
	if (err == 0 && options->repeat > 1 &&
	    (options->show || options->verbose > 0 || options->out != NULL ||
	     options->record != NULL || options->replay != NULL))
		err = why_set(
			why, EINVAL,
			"--repeat compares transcripts and keeps nothing: it does not go with "
			"--show, --verbose, --out, --record or --replay");
	if (err == 0)
		err = check_recording(options, why);
	if (options->lab.netif == DEVICE_ANY) /* now, so that all is told what it is */
		options->lab.netif = device_choose();
	if (err == 0 && options->mtu != NULL)
		err = world_take_mtu(&options->lab, options->mtu, why);
	options->patterns = err < 0 ? NULL : argv + first;
	options->pattern_count = err < 0 ? 0 : argc - first;
	return err;
}

void run_options_free(struct run_options *options)
{
	texts_free(&options->sysctls);
	texts_free(&options->lwip);
	texts_free(&options->recipe);
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
	if (scripts_is_one(options->patterns[i]))
		return scripts_means(options->patterns[i], variant);
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
