/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/experiment.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/recording.h"
#include "cmd/scripts.h"
#include "cmd/views.h"
#include "end/guard.h"
#include "end/settle.h"
#include "show/diagnosis.h"

/* What --until-closed may well take: the kernel's TIME_WAIT. */
#define UNTIL_CLOSED_S 60

bool experiment_init(struct experiment *experiment, const struct scenario *scenario, enum who first)
{
	char name[SCENARIO_STRLEN];

	if (scenario->only != 0 && !(scenario->only & 1u << first))
		return false;
	experiment->scenario = scenario;
	experiment->options = NULL; /* whoever chooses it knows them */
	experiment->label[0] = '\0';
	experiment->role[0] = first;
	experiment->role[1] = scenario->against == RAW ? WHO_RAW
			      : first == WHO_LWIP      ? WHO_KERNEL
						       : WHO_LWIP;
	scenario_name(scenario->name, '-', name);
	if (scenario->script != NULL)
		snprintf(experiment->name, sizeof(experiment->name), "%s", name);
	else
		snprintf(experiment->name, sizeof(experiment->name), "%s/%s", name,
			 who_name(first));
	return true;
}

bool experiment_shown(const struct run_options *options)
{
	return options->verbose > 0 || options->show || options->pattern_count > 0;
}

unsigned int experiment_slow(const struct experiment *experiment)
{
	unsigned int slow = experiment->scenario->slow[experiment->role[0]];

	return experiment->options != NULL && experiment->options->until_closed
		       ? slow + UNTIL_CLOSED_S
		       : slow;
}

static void tear_down(struct run *run)
{
	if (run->looks != NULL)
		fclose(run->looks);
	free(run->looks_text);
	world_close(&run->world);
}

/* The command line's rules for the wire: what they make retransmit takes its time. */
static int impair_wire(struct world *world, const struct run_options *options, struct why *why)
{
	if (options->patience_ms > 0)
		world->lab.patience_ms = options->patience_ms;
	else if (options->rule_count > 0)
		world->lab.patience_ms = LAB_LONG_PATIENCE_MS;
	return world_add_rules(world, options->rules, options->rule_count, why);
}

static int choose_board(struct run *run, struct lab_settings *settings, struct why *why)
{
	const struct run_options *options = run->experiment->options;
	char name[BOARDS_STRLEN];

	if (boards_name(&options->board, name) == NULL)
		return 0;
	settings->board = run->board.argv;
	if (options->record == NULL)
		return boards_program(&options->board, &run->board, why);
	return recording_program(options->record, run->experiment->name, &options->board,
				 &run->board, why);
}

static int set_up(struct run *run, const struct run_options *options, struct why *why)
{
	struct lab_settings settings = options->lab;
	int err = choose_board(run, &settings, why);

	if (err == 0)
		err = world_open(&run->world, &settings, why);
	if (err < 0)
		return err;
	err = impair_wire(&run->world, options, why);
	if (err == 0)
		err = world_set(&run->world, &options->sysctls, &options->lwip, why);
	if (err < 0)
		tear_down(run);
	return err;
}

/* A script can fail otherwise than by its verdicts: by a line that is no command. */
static int play_scenario(struct run *run, struct why *why)
{
	const struct experiment *experiment = run->experiment;

	if (experiment->scenario->script != NULL)
		return scripts_play(run, why);
	judge_play(experiment->scenario->play, run->world.ends[experiment->role[0]],
		   run->world.ends[experiment->role[1]]);
	return 0;
}

/* Names what the board's port seems to do wrong. */
static void diagnose(struct run *run, struct result *result)
{
	struct end *lwip = run->world.ends[WHO_LWIP];
	const struct symptom_evidence evidence = { .lost_pbufs = lwip_end_lost_pbufs(lwip),
						   .time_wait_ms = lwip_end_time_wait_ms() };

	result->symptoms = judge_symptoms(lwip, &evidence);
}

/* What is left of an experiment whose board fails, before the process ends. */
struct last_will {
	struct run *run;
	const struct style *style;
	FILE *const *parcels;
	struct result *result;
};

static void on_board_failure(void *context, const char *how)
{
	const struct symptom_evidence evidence = { .died = true };
	const struct last_will *will = context;
	struct run *run = will->run;

	run->played = timeline_count(run->world.lab.timeline);
	expect(&run->world.lab, false, "lwIP's board goes on: %s", how);
	will->result->symptoms = judge_symptoms(run->world.ends[WHO_LWIP], &evidence);
	views_put(run, will->style, will->parcels, true, &will->result->why);
}

/* Plays the scenario, cleans up after it, and judges what must hold for all of them. */
static int play(struct run *run, struct result *result)
{
	const struct experiment *experiment = run->experiment;
	struct cause before;
	struct event *call;
	int err;

	settings_read(&result->settings);
	timeline_begin(run->world.lab.timeline);
	if (experiment->options->guard.on)
		guard_start(&run->world.lab, experiment->options->guard.threshold);
	err = play_scenario(run, &result->why);
	if (experiment->options->until_closed) {
		call = lab_call(&run->world.lab, &before, WHO_LAB, NULL, "until closed", "%s", "");
		lab_call_end(&run->world.lab, call, before, NULL);
		settle(run->world.ends[WHO_LWIP], run->world.ends[WHO_KERNEL]);
	}
	wire_finish(&run->world.lab.wire);
	if (experiment->options->show)
		lab_show(&run->world.lab, "the end");
	run->played = timeline_count(run->world.lab.timeline);
	for (enum who who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		judge_path_text(run->world.lab.timeline, who, "c1", result->path[who], PATH_STRLEN);
		result->walked[who] = judge_walked(run->world.lab.timeline, who);
		result->unreachable[who] = judge_unreachable(run->world.lab.timeline, who);
		judge_journey(run->world.lab.timeline, who, "c1", &result->journey[who]);
	}
	result->left[WHO_LWIP] =
		lwip_end_leaks(run->world.ends[WHO_LWIP], (char[LEAKS_STRLEN]){ 0 }, LEAKS_STRLEN);
	result->left[WHO_KERNEL] = end_open_count(run->world.ends[WHO_KERNEL]);
	call = lab_call(&run->world.lab, &before, WHO_LAB, NULL, "clean up", "%s", "");
	end_abort(run->world.ends[WHO_LWIP]);
	end_abort(run->world.ends[WHO_KERNEL]);
	lab_call_end(&run->world.lab, call, before, NULL);
	judge_edges(&run->world.lab);
	judge_leaks(run->world.ends[WHO_LWIP]);
	if (run->world.lab.board != NULL)
		diagnose(run, result);
	return err;
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

void experiment_run(const struct experiment *experiment, const struct style *style,
		    FILE *const parcels[PARCELS], struct result *result)
{
	const struct run_options *options = experiment->options;
	struct run run = { .experiment = experiment };
	struct last_will will = { &run, style, parcels, result };
	uint64_t start = timeline_real_ns();
	int err;

	if (set_up(&run, options, &result->why) < 0) {
		result->outcome = OUTCOME_REFUSED;
		return;
	}
	if (options->show || experiment->scenario->script != NULL)
		run.looks = open_memstream(&run.looks_text, &run.looks_size);
	if (options->show) {
		run.world.lab.look = look;
		run.world.lab.look_context = &run;
	}
	run.world.lab.announce = announce;
	run.world.lab.announce_context = result;
	if (run.world.lab.board != NULL) {
		run.world.lab.board->on_failure = on_board_failure;
		run.world.lab.board->failure_context = &will;
	}
	err = play(&run, result);
	result->ms = (double)(timeline_real_ns() - start) / 1e6;
	result->disturbed = run.world.lab.disturbed;
	result->judgement = judge_count(run.world.lab.timeline);
	result->outcome = err < 0                         ? OUTCOME_REFUSED
			  : result->judgement.failed == 0 ? OUTCOME_HOLDS
							  : OUTCOME_FAILS;
	if (views_put(&run, style, parcels, result->outcome == OUTCOME_FAILS, &result->why) < 0 &&
	    result->outcome == OUTCOME_HOLDS)
		result->outcome = OUTCOME_REFUSED; /* what has failed stays failed */
	result->played = true;
	kill(getppid(), SIGCHLD); /* for whoever waits for its end to look already: jobs.c */
	tear_down(&run);
}
