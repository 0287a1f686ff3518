/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One experiment: a scenario with its roles given out, run in this process.
 */
#ifndef APP_CMD_EXPERIMENT_H
#define APP_CMD_EXPERIMENT_H

#include <stdio.h>

#include "cmd/options.h"
#include "judge/symptoms.h"
#include "lab/settings.h"
#include "scenarios/scenario.h"
#include "show/style.h"

#define PATH_STRLEN 200

struct experiment {
	const struct scenario *scenario;
	const struct run_options *options;
	enum who role[2];               /**< who plays the scenario's first and second role */
	char name[SCENARIO_STRLEN + 8]; /**< "close-merged/lwip" */
	char label[160]; /**< in a sweep: its name and its values, "close/lwip --drop=3" */
};

enum outcome {
	OUTCOME_NONE,    /**< it has not come to its end */
	OUTCOME_HOLDS,   /**< every verdict holds */
	OUTCOME_FAILS,   /**< at least one does not */
	OUTCOME_REFUSED, /**< the system did not let it begin, or did not take its evidence */
};

/** What an experiment hands to its parent as text. */
enum parcel {
	PARCEL_OUTPUT,     /**< what it prints, in the chosen format */
	PARCEL_TRANSCRIPT, /**< record/transcript.h; where the options ask for it */
	PARCEL_SECTION,    /**< of the report, likewise */
	PARCELS
};

/** What is left of an experiment in its parent's memory. */
struct result {
	enum outcome outcome;
	struct judgement judgement;
	uint64_t walked
		[2]; /**< edges of state_edges at lwIP's and the kernel's end: judge_walked() */
	uint64_t unreachable[2]; /**< likewise: judge_unreachable() */
	char path[2]
		 [PATH_STRLEN]; /**< of the first connection, at lwIP's and at the kernel's end */
	struct journey journey[2]; /**< likewise */
	unsigned int symptoms;     /**< judge_symptoms() */
	unsigned int left[2]; /**< what lwIP holds (pcbs, segments, pbufs), and the kernel's open
			       *   connections, at the scenario's end: before it is cleaned up */
	unsigned int
		disturbed;  /**< timers of the kernel that came between two steps: not lock-step */
	unsigned int tries; /**< runs before this one that were disturbed */
	bool played; /**< all is said and written; only what was set up has to be torn down */
	double ms;   /**< real time, from the namespace to the last verdict */
	char waits_for[48]; /**< what it waits for just now, in real time; empty: nothing long */
	uint64_t waits_since_ns, waits_until_ns; /**< timeline_real_ns() */
	struct settings settings; /**< the kernel's parameters, as they were when it began */
	struct why why;           /**< OUTCOME_NONE, OUTCOME_REFUSED: the reason */
};

/**
 * @param first  WHO_LWIP or WHO_KERNEL
 * @return false when the scenario is not for that stack in the first role
 */
bool experiment_init(struct experiment *experiment, const struct scenario *scenario,
		     enum who first);

/** @return whether the options ask for this ladder, however it ends */
bool experiment_shown(const struct run_options *options);

/** @return the seconds that it waits for the kernel's timers, about */
unsigned int experiment_slow(const struct experiment *experiment);

/**
 * Runs it and writes what the options ask for. Once per process: the process is in the
 * experiment's namespaces from then on.
 *
 * @param parcels  take what it hands to its parent
 */
void experiment_run(const struct experiment *experiment, const struct style *style,
		    FILE *const parcels[PARCELS], struct result *result);

#endif
