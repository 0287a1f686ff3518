/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs experiments over the values of one or two parameters, all beside each other, and prints what
 * became of the connection in each case. A parameter is any word of the command line that stands
 * for several (cmd/range.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cases.h"
#include "cmd/cmd.h"
#include "cmd/suite.h"
#include "cmd/suite_report.h"
#include "show/outcomes.h"

/* One combination of values. */
struct sweep_case {
	char **argv; /* with these values; the words are the ranges' or main's */
	struct run_options options;
	int value[OUTCOME_PARAMETERS];
};

struct sweep {
	struct cases all;
	struct sweep_case *cases;
	int case_count;
	int *case_of; /* for each of the suite's experiments */
	struct outcomes outcomes;
	struct suite suite;
};

/* What a sweep cannot do, whatever 'tcplab run' can. */
static int check_options(const struct run_options *options, struct why *why)
{
	if (options->pattern_count == 0)
		return why_set(why, EINVAL, "which scenarios? A sweep of all takes too long");
	if (options->repeat > 1 || options->show || options->verbose > 0 || options->out != NULL ||
	    options->replay != NULL)
		return why_set(why, EINVAL,
			       "a sweep prints one table: it does not go with --repeat, --show, "
			       "--verbose, --out, --record or --replay");
	if (options->format != FORMAT_LADDER && options->format != FORMAT_CSV)
		return why_set(why, EINVAL, "a sweep prints a table, or --format csv");
	return 0;
}

static int make_case(struct sweep *sweep, int number, struct why *why)
{
	struct sweep_case *one = &sweep->cases[sweep->case_count];
	int err;

	one->argv = cases_argv(&sweep->all, number, one->value);
	if (one->argv == NULL)
		return why_set(why, ENOMEM, "out of memory for %d cases", number);
	sweep->case_count++;
	err = run_options_parse(&one->options, sweep->all.argc, one->argv, why);
	return err < 0 ? err : check_options(&one->options, why);
}

static int make_cases(struct sweep *sweep, int argc, char **argv, struct why *why)
{
	int count, err = cases_find(&sweep->all, argc, argv, why);

	if (err < 0)
		return err;
	if (sweep->all.parameter_count == 0)
		return why_set(why, EINVAL,
			       "nothing varies: give a range in braces, as --seed '{1..5}'; see "
			       "'tcplab help sweep'");
	count = sweep->all.count;
	sweep->cases = calloc((size_t)count, sizeof(*sweep->cases));
	if (sweep->cases == NULL) {
		why_set(why, ENOMEM, "out of memory for %d cases", count);
		return -ENOMEM;
	}
	for (int i = 0; i < count && err == 0; i++)
		err = make_case(sweep, i, why);
	return err;
}

/* What sets it apart from the others of its name. */
static void label(const struct sweep *sweep, int number, struct experiment *experiment)
{
	size_t length = (size_t)snprintf(experiment->label, sizeof(experiment->label), "%s",
					 experiment->name);

	for (int i = 0; i < sweep->all.parameter_count && length < sizeof(experiment->label); i++)
		length += (size_t)snprintf(
			experiment->label + length, sizeof(experiment->label) - length, " %s=%s",
			sweep->all.parameters[i].name,
			sweep->all.parameters[i].range.values[sweep->cases[number].value[i]]);
}

static int make_room(struct sweep *sweep, int more, struct why *why)
{
	struct suite *all = &sweep->suite;
	size_t total = (size_t)all->count + (size_t)more;
	struct experiment *experiments = realloc(all->experiments, total * sizeof(*experiments));
	int *case_of = realloc(sweep->case_of, total * sizeof(*case_of));

	if (experiments != NULL)
		all->experiments = experiments;
	if (case_of != NULL)
		sweep->case_of = case_of;
	if (experiments != NULL && case_of != NULL)
		return 0;
	why_set(why, ENOMEM, "out of memory for the experiments");
	return -ENOMEM;
}

/* The experiments of one case join the others. */
static int join(struct sweep *sweep, int number, struct why *why)
{
	struct suite one = { .options = sweep->cases[number].options };
	struct suite *all = &sweep->suite;
	int err = suite_select(&one, why);

	if (err == 0)
		err = make_room(sweep, one.count, why);
	for (int i = 0; i < one.count && err == 0; i++) {
		all->experiments[all->count] = one.experiments[i];
		all->experiments[all->count].options = &sweep->cases[number].options;
		label(sweep, number, &all->experiments[all->count]);
		sweep->case_of[all->count++] = number;
	}
	free(one.experiments); /* its options are the case's */
	return err;
}

/* What became of each, when all have ended. */
static int fill_outcomes(struct suite *suite)
{
	struct sweep *sweep = suite->context;
	struct outcomes *outcomes = &sweep->outcomes;
	struct outcome_row *rows = calloc((size_t)suite->count, sizeof(*rows));

	if (rows == NULL)
		return -ENOMEM;
	for (int i = 0; i < suite->count; i++) {
		const struct sweep_case *one = &sweep->cases[sweep->case_of[i]];

		for (int j = 0; j < sweep->all.parameter_count; j++)
			rows[i].value[j] = sweep->all.parameters[j].range.values[one->value[j]];
		rows[i].experiment = suite->experiments[i].name;
		rows[i].verdict = suite_word(&suite->results[i]);
		for (enum who who = WHO_LWIP; who <= WHO_KERNEL; who++) {
			rows[i].journey[who] = &suite->results[i].journey[who];
			rows[i].left[who] = suite->results[i].left[who];
		}
	}
	for (int j = 0; j < sweep->all.parameter_count; j++)
		outcomes->parameter[j] = sweep->all.parameters[j].name;
	outcomes->rows = rows;
	outcomes->count = suite->count;
	suite->outcomes = outcomes;
	return 0;
}

static void print_outcomes(const struct sweep *sweep)
{
	if (sweep->suite.options.format == FORMAT_CSV)
		outcomes_write_csv(&sweep->outcomes, stdout);
	else
		outcomes_print(&sweep->outcomes, &sweep->suite.style, stdout);
}

/* A verdict that fails is what a sweep looks for; an experiment that dies or cannot begin is not. */
static int status_of(const struct suite *suite)
{
	for (int i = 0; i < suite->count; i++)
		if (suite->results[i].outcome == OUTCOME_NONE)
			return EXIT_FAILS;
	for (int i = 0; i < suite->count; i++)
		if (suite->results[i].outcome == OUTCOME_REFUSED)
			return EXIT_TROUBLE;
	return EXIT_HOLDS;
}

static void sweep_free(struct sweep *sweep)
{
	for (int i = 0; i < sweep->case_count; i++) {
		run_options_free(&sweep->cases[i].options);
		free(sweep->cases[i].argv);
	}
	cases_free(&sweep->all);
	free(sweep->cases);
	free(sweep->case_of);
	free((void *)sweep->outcomes.rows);
	sweep->suite.options = (struct run_options){ 0 }; /* the first case's */
	suite_free(&sweep->suite);
}

static int run(struct sweep *sweep, int argc, char **argv)
{
	struct suite *suite = &sweep->suite;
	struct why why;

	suite->options = sweep->cases[0].options;
	suite->style = style_of_terminal(STDOUT_FILENO);
	suite->ended = fill_outcomes;
	suite->context = sweep;
	if (suite_report_prepare(suite, argc, argv, &why) < 0) {
		fprintf(stderr, "tcplab sweep: %s\n", why.text);
		return EXIT_TROUBLE;
	}
	if (suite_run(suite) == EXIT_TROUBLE && suite->outcomes == NULL)
		return EXIT_TROUBLE;
	print_outcomes(sweep);
	if (suite->options.report != NULL && suite->options.format == FORMAT_LADDER)
		printf("\nreport: %s\n", suite->options.report);
	return status_of(suite);
}

int cmd_sweep(int argc, char **argv)
{
	struct sweep sweep = { .suite = { .quiet = true } };
	struct why why;
	int err = make_cases(&sweep, argc, argv, &why), status = EXIT_TROUBLE;

	for (int i = 0; i < sweep.case_count && err == 0; i++)
		err = join(&sweep, i, &why);
	if (err < 0 || sweep.cases == NULL) {
		fprintf(stderr, "tcplab sweep: %s\n", why.text);
	} else {
		status = run(&sweep, argc, argv);
	}
	sweep_free(&sweep);
	return status;
}
