/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/suite_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/environment.h"
#include "cmd/outfile.h"
#include "show/report.h"
#include "show/svg_diagram.h"

int suite_report_prepare(struct suite *suite, int argc, char **argv, struct why *why)
{
	const struct run_options *options = &suite->options;
	size_t count = (size_t)suite->count;
	int err = 0;

	environment_command(argc, argv, suite->command, sizeof(suite->command));
	suite->when = time(NULL);
	if (options->out != NULL)
		err = outfile_directory(options->out, why);
	if (options->out != NULL && options->report == NULL) {
		snprintf(suite->report_path, sizeof(suite->report_path), "%s/report.html",
			 options->out);
		suite->options.report = suite->report_path;
	}
	if (options->svg != NULL && err == 0)
		err = outfile_directory(options->svg, why);
	if (options->report == NULL || err < 0)
		return err;
	suite->sections = calloc(count, sizeof(*suite->sections));
	suite->section_sizes = calloc(count, sizeof(*suite->section_sizes));
	if (suite->sections == NULL || suite->section_sizes == NULL)
		return why_set(why, ENOMEM, "out of memory for the report");
	return outfile_check(options->report, why);
}

void suite_report_keep(struct suite *suite, int index, const struct parcel_text *section)
{
	/* Of an experiment that died there may be half of a section. */
	if (suite->sections == NULL || suite->results[index].outcome == OUTCOME_NONE ||
	    section->size == 0)
		return;
	suite->sections[index] = malloc(section->size);
	if (suite->sections[index] == NULL)
		return;
	memcpy(suite->sections[index], section->text, section->size);
	suite->section_sizes[index] = section->size;
}

static enum report_verdict verdict_of(const struct result *result)
{
	switch (result->outcome) {
	case OUTCOME_HOLDS:
		return result->judgement.deviations > 0 ? REPORT_DEVIATES : REPORT_HOLDS;
	case OUTCOME_FAILS: return REPORT_FAILS;
	case OUTCOME_REFUSED: return REPORT_REFUSED;
	case OUTCOME_NONE: break;
	}
	return REPORT_CRASHED;
}

/* The names of an experiment's parts in people's words. */
struct names {
	char role[2][SCENARIO_STRLEN], theme[SCENARIO_STRLEN];
};

static void describe(const struct suite *suite, int index, struct names *names,
		     struct report_experiment *to)
{
	const struct experiment *experiment = &suite->experiments[index];
	const struct result *result = &suite->results[index];

	*to = (struct report_experiment){
		.name = experiment->label[0] == '\0' ? experiment->name : experiment->label,
		.theme = scenario_name(scenario_theme(experiment->scenario), ' ', names->theme),
		.title = experiment->scenario->title,
		.rfc = experiment->scenario->rfc,
		.verdict = verdict_of(result),
		.why = result->why.text,
		.ms = result->ms,
		.section = suite->sections[index],
		.section_size = suite->section_sizes[index],
	};
	for (int i = 0; i < 2; i++) {
		to->role[i] = scenario_name(experiment->scenario->role[i], ' ', names->role[i]);
		to->who[i] = experiment->role[i];
		to->walked[i] = result->walked[i];
		to->unreachable[i] = result->unreachable[i];
		to->path[i] = result->path[i];
	}
}

static void write_report(const void *context, FILE *out)
{
	report_write(context, out);
}

/* In the order of the scenarios, and not of how long they wait. */
static void put_in_order(const struct suite *suite, struct report *report, struct names *names,
			 struct report_experiment *experiments)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		for (int i = 0; i < suite->count; i++) {
			if (suite->experiments[i].scenario != s)
				continue;
			describe(suite, i, &names[i], &experiments[report->count++]);
			if (report->settings == NULL && suite->section_sizes[i] > 0)
				report->settings = &suite->results[i].settings;
		}
	}
}

static void write_diagram(const void *context, FILE *out)
{
	svg_diagram_write(context, out);
}

int suite_report_write_diagram(const struct suite *suite, struct why *why)
{
	struct svg_diagram diagram = { 0 };
	char path[4096];

	for (int i = 0; i < suite->count; i++) {
		for (int end = 0; end < 2; end++) {
			diagram.walked[end] |= suite->results[i].walked[end];
			diagram.unreachable[end] |= suite->results[i].unreachable[end];
		}
	}
	snprintf(path, sizeof(path), "%s/diagram.svg", suite->options.svg);
	return outfile_write(path, write_diagram, &diagram, why);
}

int suite_report_write(const struct suite *suite, struct why *why)
{
	size_t count = (size_t)suite->count;
	struct report_experiment *experiments = calloc(count + 1, sizeof(*experiments));
	struct names *names = calloc(count + 1, sizeof(*names));
	char board[BOARDS_STRLEN];
	struct report report = { .command = suite->command,
				 .when = suite->when,
				 .outcomes = suite->outcomes,
				 .seed = suite->options.lab.seed,
				 .netif = device_name(suite->options.lab.netif),
				 .board = boards_name(&suite->options.board, board),
				 .experiments = experiments };
	int err;

	if (experiments == NULL || names == NULL) {
		err = why_set(why, ENOMEM, "out of memory for the report");
	} else {
		put_in_order(suite, &report, names, experiments);
		err = outfile_write(suite->options.report, write_report, &report, why);
	}
	free(experiments);
	free(names);
	return err;
}

void suite_report_free(struct suite *suite)
{
	for (int i = 0; suite->sections != NULL && i < suite->count; i++)
		free(suite->sections[i]);
	free(suite->sections);
	free(suite->section_sizes);
}
