/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/outfile.h"
#include "record/jsonl.h"
#include "show/diagnosis.h"
#include "show/ladder.h"
#include "show/report.h"
#include "show/svg_ladder.h"

/* Everything that one run needs, from its beginning to its outputs. */
struct run {
	const struct experiment *experiment;
	struct lab lab;
	struct end *ends[WHO_RAW + 1];
	uint32_t played; /* the last event of the scenario itself */
	FILE *looks;     /* what was seen at its moments; NULL: nobody asked */
	char *looks_text;
	size_t looks_size;
};

bool experiment_init(struct experiment *experiment, const struct scenario *scenario, enum who first)
{
	char name[SCENARIO_STRLEN];

	if (scenario->only != 0 && !(scenario->only & 1u << first))
		return false;
	experiment->scenario = scenario;
	experiment->role[0] = first;
	experiment->role[1] = scenario->against == RAW ? WHO_RAW
			      : first == WHO_LWIP      ? WHO_KERNEL
						       : WHO_LWIP;
	snprintf(experiment->name, sizeof(experiment->name), "%s/%s",
		 scenario_name(scenario->name, '-', name), who_name(first));
	return true;
}

bool experiment_shown(const struct run_options *options)
{
	return options->verbose > 0 || options->show || options->pattern_count > 0;
}

unsigned int experiment_slow(const struct experiment *experiment)
{
	return experiment->scenario->slow[experiment->role[0]];
}

static void tear_down(struct run *run)
{
	if (run->looks != NULL)
		fclose(run->looks);
	free(run->looks_text);
	for (enum who who = WHO_LWIP; who <= WHO_RAW; who++)
		if (run->ends[who] != NULL)
			end_close(run->ends[who]);
	lab_close(&run->lab);
}

static int set_up(struct run *run, uint64_t seed, struct why *why)
{
	int err = lab_open(&run->lab, seed, why);

	if (err < 0)
		return err;
	err = kernel_end_open(&run->ends[WHO_KERNEL], &run->lab, why);
	if (err == 0)
		err = raw_end_open(&run->ends[WHO_RAW], &run->lab, why);
	if (err == 0) {
		err = lwip_end_open(&run->ends[WHO_LWIP], &run->lab);
		if (err < 0)
			why_set(why, -err, "out of memory for lwIP's end");
	}
	if (err < 0)
		tear_down(run);
	return err;
}

/* Plays the scenario, cleans up after it, and judges what must hold for all of them. */
static void play(struct run *run, struct result *result)
{
	const struct experiment *experiment = run->experiment;
	struct cause before;
	struct event *call;

	settings_read(&result->settings);
	timeline_begin(run->lab.timeline);
	judge_play(experiment->scenario->play, run->ends[experiment->role[0]],
		   run->ends[experiment->role[1]]);
	if (run->looks != NULL)
		lab_show(&run->lab, "the end");
	run->played = timeline_count(run->lab.timeline);
	for (enum who who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		judge_path_text(run->lab.timeline, who, "c1", result->path[who], PATH_STRLEN);
		result->walked[who] = judge_walked(run->lab.timeline, who);
		result->unreachable[who] = judge_unreachable(run->lab.timeline, who);
	}
	call = lab_call(&run->lab, &before, WHO_LAB, NULL, "clean up", "%s", "");
	end_abort(run->ends[WHO_LWIP]);
	end_abort(run->ends[WHO_KERNEL]);
	lab_call_end(&run->lab, call, before, NULL);
	judge_edges(&run->lab);
	judge_leaks(run->ends[WHO_LWIP]);
}

static void print_verdicts(const struct timeline *timeline, const struct style *style, FILE *out)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		enum paint paint;

		if (event->kind != EV_VERDICT)
			continue;
		paint = event->verdict.holds ? PAINT_GOOD : PAINT_BAD;
		if (event->verdict.deviation != NULL)
			fprintf(out, "  %sdeviates%s from %s: ", paint_on(style, PAINT_STATE),
				paint_off(style, PAINT_STATE), event->verdict.deviation);
		else
			fprintf(out, "  %s%s%s ", paint_on(style, paint),
				event->verdict.holds ? "holds" : "FAILS", paint_off(style, paint));
		for (const char *c = event->verdict.text; *c != '\0'; c++) {
			putc(*c, out);
			if (*c == '\n')
				fputs("        ", out);
		}
		putc('\n', out);
	}
}

/* The events that a ladder shows, from the first: the clean-up is for the curious. */
static uint32_t last_shown(const struct run *run, bool verbose)
{
	return verbose ? timeline_count(run->lab.timeline) : run->played;
}

static void print_ladder(const struct run *run, const struct style *style, FILE *out)
{
	const struct scenario *scenario = run->experiment->scenario;
	char first[SCENARIO_STRLEN], second[SCENARIO_STRLEN];

	fprintf(out, "%s%s%s  %s (%s)\n", paint_on(style, PAINT_STATE), run->experiment->name,
		paint_off(style, PAINT_STATE), scenario->title, scenario->rfc);
	fprintf(out, "%s: %s, %s: %s\nkernel watched by %s\n\n",
		scenario_name(scenario->role[0], ' ', first), who_name(run->experiment->role[0]),
		scenario_name(scenario->role[1], ' ', second), who_name(run->experiment->role[1]),
		kernel_end_watchers(run->ends[WHO_KERNEL]));
	ladder_print(run->lab.timeline, last_shown(run, style->verbose), style, out);
	putc('\n', out);
	if (run->looks != NULL && fflush(run->looks) == 0)
		fwrite(run->looks_text, 1, run->looks_size, out);
	print_verdicts(run->lab.timeline, style, out);
	putc('\n', out);
}

/* TAP's diagnostics are lines that begin with '#'. */
static void print_diagnostics(const struct run *run, FILE *out)
{
	static const struct style plain = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		return;
	print_ladder(run, &plain, memory);
	fclose(memory);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		fprintf(out, "# %s\n", line);
	free(text);
}

/* A file of the evidence, named after the experiment. */
static int write_evidence(const struct run *run, const char *dir, const char *suffix,
			  void (*write)(const void *run, FILE *out), struct why *why)
{
	char path[4096], name[sizeof(run->experiment->name)];

	snprintf(name, sizeof(name), "%s", run->experiment->name);
	*strchr(name, '/') = '-';
	snprintf(path, sizeof(path), "%s/%s.%s", dir, name, suffix);
	return outfile_write(path, write, run, why);
}

static void write_jsonl(const void *context, FILE *out)
{
	const struct run *run = context;

	jsonl_write(run->lab.timeline, run->experiment->name, out);
}

static void write_text(const void *context, FILE *out)
{
	static const struct style plain = { 0 };

	print_ladder(context, &plain, out);
}

/* The picture; its roles are room for their names in people's words. */
static struct svg_ladder picture_of(const struct run *run, bool verbose,
				    char roles[2][SCENARIO_STRLEN])
{
	const struct experiment *experiment = run->experiment;
	struct svg_ladder picture = { .timeline = run->lab.timeline,
				      .last = last_shown(run, verbose),
				      .verbose = verbose,
				      .name = experiment->name,
				      .title = experiment->scenario->title };

	for (int i = 0; i < 2; i++)
		picture.role[experiment->role[i]] =
			scenario_name(experiment->scenario->role[i], ' ', roles[i]);
	return picture;
}

static void write_svg(const void *context, FILE *out)
{
	char roles[2][SCENARIO_STRLEN];
	struct svg_ladder picture = picture_of(context, false, roles);

	svg_ladder_write(&picture, out);
}

/* What the report says of this experiment and its parent does not know. */
static void write_section(const struct run *run, bool verbose, FILE *out)
{
	char roles[2][SCENARIO_STRLEN];
	struct svg_ladder picture = picture_of(run, verbose, roles);

	if (run->looks != NULL && fflush(run->looks) == 0)
		report_section(&picture, run->looks_text, out);
	else
		report_section(&picture, NULL, out);
}

/* Into files. */
static int put_evidence(const struct run *run, const struct run_options *options, struct why *why)
{
	int err = 0;

	if (options->out != NULL)
		err = write_evidence(run, options->out, "jsonl", write_jsonl, why);
	if (options->out != NULL && err == 0)
		err = write_evidence(run, options->out, "txt", write_text, why);
	if (options->svg != NULL && err == 0)
		err = write_evidence(run, options->svg, "svg", write_svg, why);
	return err;
}

static void put_out(const struct run *run, const struct run_options *options,
		    const struct style *style, FILE *out, FILE *section, struct result *result)
{
	switch (options->format) {
	case FORMAT_LADDER:
		if (experiment_shown(options) || result->judgement.failed > 0)
			print_ladder(run, style, out);
		break;
	case FORMAT_JSONL: write_jsonl(run, out); break;
	case FORMAT_TAP:
		if (result->judgement.failed > 0)
			print_diagnostics(run, out);
		break;
	}
	if (options->report != NULL)
		write_section(run, style->verbose, section);
	if (put_evidence(run, options, &result->why) < 0 && result->outcome == OUTCOME_HOLDS)
		result->outcome = OUTCOME_REFUSED; /* what has failed stays failed */
}

static void look(void *context, const char *what)
{
	struct run *run = context;

	diagnosis_print(what, run->looks);
}

/* Tells the parent, in the memory that both share. */
static void announce(void *context, const char *what, unsigned int seconds)
{
	struct result *result = context;

	result->waits_since_ns = timeline_real_ns();
	result->waits_until_ns = result->waits_since_ns + (uint64_t)seconds * 1000000000;
	snprintf(result->waits_for, sizeof(result->waits_for), "%s", seconds == 0 ? "" : what);
}

void experiment_run(const struct experiment *experiment, const struct run_options *options,
		    const struct style *style, FILE *out, FILE *section, struct result *result)
{
	struct run run = { .experiment = experiment };
	uint64_t start = timeline_real_ns();

	if (set_up(&run, options->seed, &result->why) < 0) {
		result->outcome = OUTCOME_REFUSED;
		return;
	}
	if (options->show) {
		run.looks = open_memstream(&run.looks_text, &run.looks_size);
		run.lab.look = look;
		run.lab.look_context = &run;
	}
	run.lab.announce = announce;
	run.lab.announce_context = result;
	play(&run, result);
	result->ms = (double)(timeline_real_ns() - start) / 1e6;
	result->disturbed = run.lab.disturbed;
	result->judgement = judge_count(run.lab.timeline);
	result->outcome = result->judgement.failed == 0 ? OUTCOME_HOLDS : OUTCOME_FAILS;
	put_out(&run, options, style, out, section, result);
	tear_down(&run);
}
