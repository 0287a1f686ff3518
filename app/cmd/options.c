/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/options.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_JOBS 256

const char run_options_help[] =
	"  -j N, --jobs N     run N scenarios at a time (default: one for each processor)\n"
	"  -v, --verbose      show the ladder of every scenario, not only of those that fail or "
	"are named;\n"
	"                     twice: with every event, preparations and polls included\n"
	"  --slow             with the scenarios that wait for the kernel's timers (by name: "
	"always)\n"
	"  --show             what ss, netstat and lsof say at the scenarios' marked moments and "
	"at "
	"their\n"
	"                     end, with lwIP's own table beside it\n"
	"  --out DIR          write NAME.jsonl and NAME.txt for each scenario into DIR\n"
	"  --report FILE      write a report of the run, one HTML file\n"
	"  --svg DIR          write the ladder of each scenario as a picture, NAME.svg, into DIR,\n"
	"                     and the state diagram with what was walked, diagram.svg\n"
	"  --seed N           of all randomness of lwIP and the lab (default 1)\n"
	"  --format FORMAT    ladder (for people, the default), tap or jsonl\n"
	"\n"
	"A name is a scenario ('close') or one of its variants ('close/lwip': lwIP plays the "
	"first\n"
	"role); a glob is matched with both.\n";

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
	static const char *const names[] = { "ladder", "tap", "jsonl" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			*format = (enum format)i;
			return 0;
		}
	}
	return why_set(why, EINVAL, "--format takes ladder, tap or jsonl, not '%s'", text);
}

static unsigned int default_jobs(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return processors < 1 ? 1 : processors > MAX_JOBS ? MAX_JOBS : (unsigned int)processors;
}

int run_options_parse(struct run_options *options, int argc, char **argv, struct why *why)
{
	static const struct option longs[] = {
		{ "jobs", required_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "slow", no_argument, NULL, 'w' },
		{ "show", no_argument, NULL, 'S' },
		{ "out", required_argument, NULL, 'o' },
		{ "report", required_argument, NULL, 'r' },
		{ "svg", required_argument, NULL, 'g' },
		{ "seed", required_argument, NULL, 's' },
		{ "format", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t number;
	int option, err = 0;

	*options = (struct run_options){ .jobs = default_jobs(), .seed = 1 };
	optind = 0; /* glibc: start over, whoever has parsed before */
	opterr = 0;
	while (err == 0 && (option = getopt_long(argc, argv, ":j:v", longs, NULL)) != -1) {
		switch (option) {
		case 'j':
			err = parse_number("--jobs", optarg, 1, MAX_JOBS, &number, why);
			options->jobs = (unsigned int)number;
			break;
		case 'v': options->verbose++; break;
		case 'w': options->slow = true; break;
		case 'S': options->show = true; break;
		case 'o': options->out = optarg; break;
		case 'r': options->report = optarg; break;
		case 'g': options->svg = optarg; break;
		case 's':
			err = parse_number("--seed", optarg, 0, UINT64_MAX, &options->seed, why);
			break;
		case 'f': err = parse_format(optarg, &options->format, why); break;
		case ':': err = why_set(why, EINVAL, "%s needs a value", argv[optind - 1]); break;
		default: /* optopt: a short one, perhaps among others; else the whole word */
			if (optopt == 'v' || optopt == 'w' || optopt == 'S')
				err = why_set(why, EINVAL, "%s: this option takes no value",
					      argv[optind - 1]);
			else if (optopt != 0)
				err = why_set(why, EINVAL, "there is no option '-%c'", optopt);
			else
				err = why_set(why, EINVAL, "there is no option '%s'",
					      argv[optind - 1]);
		}
	}
	if (err == 0 && options->show && options->format != FORMAT_LADDER)
		err = why_set(
			why, EINVAL,
			"--show prints tables for people: it goes with --format ladder alone");
	options->patterns = argv + optind;
	options->pattern_count = argc - optind;
	return err;
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
