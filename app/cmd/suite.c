/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/scripts.h"
#include "cmd/suite_junit.h"
#include "cmd/suite_report.h"

/* Whether a pattern, the ith of the options (-1: any of them), means an experiment. */
static bool is_meant(const struct suite *suite, int i, const struct experiment *experiment)
{
	char name[SCENARIO_STRLEN];

	if (suite->options.pattern_count == 0 && !suite->options.slow &&
	    experiment_slow(experiment))
		return false;
	scenario_name(experiment->scenario->name, '-', name);
	return i < 0 ? run_options_want(&suite->options, name, experiment->name)
		     : run_options_match(&suite->options, i, name, experiment->name);
}

/* By what they wait for the kernel's timers: nothing first, most last; else as they came. */
static void sort_by_time(struct suite *suite)
{
	for (int i = 1; i < suite->count; i++) {
		struct experiment experiment = suite->experiments[i];
		int at = i;

		for (; at > 0 &&
		       experiment_slow(&suite->experiments[at - 1]) > experiment_slow(&experiment);
		     at--)
			suite->experiments[at] = suite->experiments[at - 1];
		suite->experiments[at] = experiment;
	}
}

/* Each as often as the options say. */
static int repeat_experiments(struct suite *suite)
{
	int times = suite->options.repeat > 1 ? (int)suite->options.repeat : 1;
	struct experiment *all = calloc((size_t)suite->count * (size_t)times + 1, sizeof(*all));

	if (all == NULL)
		return -ENOMEM;
	for (int i = 0; i < suite->count * times; i++) {
		all[i] = suite->experiments[i / times];
		all[i].options = &suite->options;
	}
	free(suite->experiments);
	suite->experiments = all;
	suite->count *= times;
	return 0;
}

static int select_experiments(struct suite *suite)
{
	struct experiment *grown;
	struct experiment next;

	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		for (enum who first = WHO_LWIP; first <= WHO_KERNEL; first++) {
			if (!experiment_init(&next, s, first) || !is_meant(suite, -1, &next))
				continue;
			grown = realloc(suite->experiments,
					((size_t)suite->count + 1) * sizeof(*grown));
			if (grown == NULL)
				return -ENOMEM;
			suite->experiments = grown;
			suite->experiments[suite->count++] = next;
		}
	}
	sort_by_time(suite);
	return repeat_experiments(suite);
}

/* A name that means nothing is a mistake, even beside others that do. */
static const char *first_unmatched(const struct suite *suite)
{
	for (int i = 0; i < suite->options.pattern_count; i++) {
		int j = 0;

		while (j < suite->count && !is_meant(suite, i, &suite->experiments[j]))
			j++;
		if (j == suite->count)
			return suite->options.patterns[i];
	}
	return NULL;
}

static void print_tap(const struct suite *suite, int index, const struct parcel_text *output)
{
	const struct result *result = &suite->results[index];

	printf("%sok %d - %s\n", result->outcome == OUTCOME_HOLDS ? "" : "not ", index + 1,
	       suite->experiments[index].name);
	if (result->why.text[0] != '\0')
		printf("# %s\n", result->why.text);
	fwrite(output->text, 1, output->size, stdout);
}

#define TITLE_WIDTH 46
/* A line without its paths. */
#define LINE_WIDTH (29 + 1 + TITLE_WIDTH + 2 + 8 + 1 + 8 + 3 + 2)

/* It does what it is known to do against the RFC: no failure, and no pass either. */
static bool deviates(const struct result *result)
{
	return result->outcome == OUTCOME_HOLDS && result->judgement.deviations > 0;
}

static bool holds(const struct result *result)
{
	return result->outcome == OUTCOME_HOLDS && !deviates(result);
}

const char *suite_word(const struct result *result)
{
	static const char *const words[] = { "CRASHED", "holds", "FAILS", "refused" };

	return deviates(result) ? "deviates" : words[result->outcome];
}

/* The terminal's width in columns; 0: it is none, and nothing need be cut. */
static size_t terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

#define PART_STRLEN (PATH_STRLEN + SCENARIO_STRLEN + 12)

/* A role, who plays it, and its path: "active closer lwip CLOSED → SYN_SENT → …". */
static const char *put_part(const struct suite *suite, int index, int role, char text[PART_STRLEN])
{
	const struct experiment *experiment = &suite->experiments[index];
	enum who who = experiment->role[role];
	const char *path = who <= WHO_KERNEL ? suite->results[index].path[who] : "";
	char name[SCENARIO_STRLEN];

	scenario_name(experiment->scenario->role[role], ' ', name);
	snprintf(text, PART_STRLEN, "%s%s%s%s%s", name, *name == '\0' ? "" : " ", who_name(who),
		 *path == '\0' ? "" : " ", path);
	return text;
}

/* One line about an experiment: name, title, verdict, time, roles and both paths if there is room. */
static void print_line(const struct suite *suite, int index, bool with_paths)
{
	const struct experiment *experiment = &suite->experiments[index];
	const struct result *result = &suite->results[index];
	enum paint paint = deviates(result) ? PAINT_STATE : holds(result) ? PAINT_GOOD : PAINT_BAD;
	char title[160], first[PART_STRLEN], second[PART_STRLEN], paths[2 * PART_STRLEN + 2];
	size_t width = terminal_width(STDOUT_FILENO);

	snprintf(title, sizeof(title), "%s", experiment->scenario->title);
	text_cut(title, TITLE_WIDTH);
	printf("%-29s %s%*s  %s%-8s%s %8.2f ms%s", experiment->name, title,
	       (int)(TITLE_WIDTH - text_width(title)), "", paint_on(&suite->style, paint),
	       suite_word(result), paint_off(&suite->style, paint), result->ms,
	       result->disturbed > 0 ? "  disturbed" : "");
	if (with_paths) {
		snprintf(paths, sizeof(paths), "%s; %s", put_part(suite, index, 0, first),
			 put_part(suite, index, 1, second));
		if (width > LINE_WIDTH)
			text_cut(paths, width - LINE_WIDTH);
		if (width == 0 || width > LINE_WIDTH)
			printf("  %s%s%s", paint_on(&suite->style, PAINT_DIM), paths,
			       paint_off(&suite->style, PAINT_DIM));
	}
	putchar('\n');
}

static void show_result(struct suite *suite, int index, const struct parcel_text *output)
{
	if (suite->options.format == FORMAT_TAP)
		print_tap(suite, index, output);
	else if (suite->options.format == FORMAT_JUNIT)
		suite_junit_keep(suite, index, output);
	else
		fwrite(output->text, 1, output->size, stdout);
	if (suite->options.format == FORMAT_LADDER && !experiment_shown(&suite->options))
		print_line(suite, index, true);
}

/* Progress goes to standard error: one line that is written over on a terminal, else one for each wait. */
static void erase_progress(struct suite *suite)
{
	if (suite->progress_shown)
		fputs("\r\033[K", stderr);
	suite->progress_shown = false;
}

/* A wait that is soon over is not worth a word. */
#define LONG_NS UINT64_C(1000000000)

/* What an experiment has been waiting for, for long; NULL: it has not. */
static const char *waits_for(const struct suite *suite, int index)
{
	const struct result *result = &suite->results[index];

	return result->outcome == OUTCOME_NONE && result->waits_for[0] != '\0' &&
			       timeline_real_ns() - result->waits_since_ns > LONG_NS
		       ? result->waits_for
		       : NULL;
}

static void announce_waits(struct suite *suite)
{
	for (int i = 0; i < suite->count; i++) {
		const struct result *result = &suite->results[i];

		if (waits_for(suite, i) == NULL || suite->announced[i] == result->waits_since_ns)
			continue;
		suite->announced[i] = result->waits_since_ns;
		fprintf(stderr, "tcplab: %s waits for %s, %u s at most\n",
			suite->experiments[i].name, result->waits_for,
			(unsigned int)((result->waits_until_ns - result->waits_since_ns) /
				       1000000000));
	}
}

/* The one that takes longest stands for all. */
static void show_wait(struct suite *suite)
{
	uint64_t now = timeline_real_ns();
	int longest = -1, count = 0;
	char line[200];
	size_t width = terminal_width(STDERR_FILENO);

	for (int i = 0; i < suite->count; i++) {
		if (waits_for(suite, i) == NULL)
			continue;
		count++;
		if (longest < 0 ||
		    suite->results[i].waits_until_ns > suite->results[longest].waits_until_ns)
			longest = i;
	}
	erase_progress(suite);
	if (longest < 0)
		return;
	snprintf(line, sizeof(line), "%d waiting; %s for %s: %.0f of %.0f s", count,
		 suite->experiments[longest].name, suite->results[longest].waits_for,
		 (double)(now - suite->results[longest].waits_since_ns) / 1e9,
		 (double)(suite->results[longest].waits_until_ns -
			  suite->results[longest].waits_since_ns) /
			 1e9);
	if (width > 0)
		text_cut(line, width - 1);
	fputs(line, stderr);
	suite->progress_shown = true;
}

static void look(void *context)
{
	struct suite *suite = context;

	if (isatty(STDERR_FILENO))
		show_wait(suite);
	else
		announce_waits(suite);
}

/* A script's error begins with its name already. */
static void complain(const char *name, const struct why *why)
{
	size_t length = strlen(name);

	if (strncmp(why->text, name, length) == 0 && why->text[length] == ':')
		fprintf(stderr, "tcplab: %s\n", why->text);
	else
		fprintf(stderr, "tcplab: %s: %s\n", name, why->text);
}

static void on_done(int index, const struct parcel_text parcels[PARCELS], void *context)
{
	struct suite *suite = context;
	const struct result *result = &suite->results[index];

	erase_progress(suite);
	if (!suite->quiet)
		show_result(suite, index, &parcels[PARCEL_OUTPUT]);
	suite_report_keep(suite, index, &parcels[PARCEL_SECTION]);
	if (suite->done != NULL)
		suite->done(suite, index, parcels);
	if (result->why.text[0] != '\0')
		complain(suite->experiments[index].name, &result->why);
	fflush(stdout);
}

static void print_coverage_of(const struct suite *suite, enum who who)
{
	unsigned int edges = 0, walked = 0, unreachable = 0, states = 0, missing;
	bool visited[ST_COUNT] = { false };
	uint64_t all = 0, proven = 0;

	for (int i = 0; i < suite->count; i++) {
		all |= suite->results[i].walked[who];
		proven |= suite->results[i].unreachable[who];
	}
	for (; state_edges[edges].from != state_edges[edges].to; edges++) {
		unreachable += proven >> edges & 1;
		if (!(all >> edges & 1))
			continue;
		walked++;
		visited[state_edges[edges].from] = visited[state_edges[edges].to] = true;
	}
	for (int state = 0; state < ST_COUNT; state++)
		states += visited[state];
	missing = edges - (unsigned int)__builtin_popcountll(all | proven);
	printf("%s %u of %d states, %u of %u edges walked, %u unreachable", who_name(who), states,
	       ST_COUNT, walked, edges, unreachable);
	if (missing > 0)
		printf(", %u not walked here", missing);
}

void suite_print_coverage(const struct suite *suite)
{
	printf("state diagram: ");
	print_coverage_of(suite, WHO_LWIP);
	printf("; ");
	print_coverage_of(suite, WHO_KERNEL);
	putchar('\n');
}

static void print_summary(const struct suite *suite)
{
	int holding = 0, deviating = 0;

	for (int i = 0; i < suite->count; i++) {
		holding += holds(&suite->results[i]);
		deviating += deviates(&suite->results[i]);
		if (experiment_shown(&suite->options))
			print_line(suite, i, false);
	}
	putchar('\n');
	suite_print_coverage(suite);
	printf("%d of %d hold", holding, suite->count);
	if (deviating > 0)
		printf(", %d %s as it is known to", deviating,
		       deviating == 1 ? "deviates" : "deviate");
	putchar('\n');
}

/* What is written when all have ended. The report's path comes last: it is what people look for. */
static int write_files(const struct suite *suite, struct why *why)
{
	const struct run_options *options = &suite->options;
	int err = 0;

	if (options->svg != NULL)
		err = suite_report_write_diagram(suite, why);
	if (options->report != NULL && err == 0)
		err = suite_report_write(suite, why);
	if (options->report != NULL && err == 0 && options->format == FORMAT_LADDER &&
	    !suite->quiet)
		printf("report: %s\n", options->report);
	return err;
}

/* What has failed counts more than what could not be tried. */
static int exit_status(const struct suite *suite)
{
	int status = EXIT_HOLDS;

	for (int i = 0; i < suite->count; i++) {
		enum outcome outcome = suite->results[i].outcome;

		if (outcome == OUTCOME_FAILS || outcome == OUTCOME_NONE)
			return EXIT_FAILS;
		if (outcome == OUTCOME_REFUSED)
			status = EXIT_TROUBLE;
	}
	return status;
}

/* To standard output where people read it, else beside what programs read. */
static void print_symptoms(const struct suite *suite)
{
	FILE *out = suite->options.format == FORMAT_LADDER ? stdout : stderr;

	for (int symptom = 0; symptom < SYMPTOMS; symptom++) {
		int count = 0;

		for (int i = 0; i < suite->count; i++)
			count += suite->results[i].symptoms >> symptom & 1;
		if (count > 0)
			fprintf(out, "this looks like %s, in %d of %d: docs/porting.md#%s\n",
				symptom_mistake((enum symptom)symptom), count, suite->count,
				symptom_name((enum symptom)symptom));
	}
}

static int trouble(const char *text)
{
	fprintf(stderr, "tcplab: %s\n", text);
	return EXIT_TROUBLE;
}

int suite_run(struct suite *suite)
{
	struct jobs jobs = { .experiments = suite->experiments,
			     .count = suite->count,
			     .at_a_time = suite->options.jobs,
			     .any_order = suite->any_order,
			     .style = &suite->style,
			     .done = on_done,
			     .look = look,
			     .context = suite };
	struct why why;
	int err;

	suite->results = jobs.results = jobs_results(suite->count);
	if (suite->results == NULL)
		return trouble("out of memory for the results");
	if (suite->options.format == FORMAT_TAP && !suite->quiet)
		printf("TAP version 13\n1..%d\n", suite->count);
	suite->announced = calloc((size_t)suite->count, sizeof(*suite->announced));
	if (suite->announced == NULL)
		return trouble("out of memory for the progress");
	err = jobs_run(&jobs, &why);
	erase_progress(suite);
	if (err < 0)
		return trouble(why.text);
	if (suite->options.format == FORMAT_LADDER && !suite->quiet)
		print_summary(suite);
	if (suite->options.format == FORMAT_JUNIT && !suite->quiet && suite_junit_print(suite) < 0)
		return trouble("out of memory for the verdicts");
	if (suite->ended != NULL && suite->ended(suite) < 0)
		return trouble("out of memory for the outcomes");
	err = write_files(suite, &why);
	if (!suite->quiet)
		print_symptoms(suite);
	if (err < 0) {
		fflush(stdout);
		fprintf(stderr, "tcplab: %s\n", why.text);
		return exit_status(suite) == EXIT_FAILS ? EXIT_FAILS : EXIT_TROUBLE;
	}
	return exit_status(suite);
}

int suite_select(struct suite *suite, struct why *why)
{
	const char *unmatched;
	int err;

	for (int i = 0; i < suite->options.pattern_count; i++) {
		err = scripts_load(suite->options.patterns[i], why);
		if (err < 0)
			return err;
	}
	if (select_experiments(suite) < 0)
		return why_set(why, ENOMEM, "out of memory for the scenarios");
	unmatched = first_unmatched(suite);
	if (unmatched != NULL)
		return why_set(why, ENOENT,
			       "no scenario has the name '%s'; 'tcplab list' shows them all",
			       unmatched);
	return 0;
}

void suite_free(struct suite *suite)
{
	run_options_free(&suite->options);
	free(suite->experiments);
	free(suite->announced);
	suite_report_free(suite);
	suite_junit_free(suite);
	if (suite->results != NULL)
		munmap(suite->results, (size_t)suite->count * sizeof(struct result));
}
