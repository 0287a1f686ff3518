/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an experiment leaves when it has been played: for the terminal, for its parent, in files. All
 * of it is written from the timeline.
 */
#ifndef APP_CMD_VIEWS_H
#define APP_CMD_VIEWS_H

#include "cmd/experiment.h"
#include "cmd/world.h"

/** An experiment in its own process, from its beginning to its outputs. */
struct run {
	const struct experiment *experiment;
	struct world world;
	struct board_program board; /**< that lwIP is on, where it is on one */
	uint32_t played;            /**< the last event of the scenario itself */
	FILE *looks;                /**< what was seen at its moments; NULL: nobody asked */
	char *looks_text;
	size_t looks_size;
};

/**
 * Writes what the experiment's options ask for.
 *
 * @param parcels  take what goes to the parent
 * @param failed   a verdict has
 * @return 0; a negative errno with the reason in why: a file could not be written
 */
int views_put(const struct run *run, const struct style *style, FILE *const parcels[PARCELS],
	      bool failed, struct why *why);

/**
 * Writes what a run directory has of an experiment, as it is now: 'tcplab diff' can read it.
 *
 * @param run  its last event is played
 * @param dir  is made if need be
 * @return 0; a negative errno with the reason in why
 */
int views_save(const struct run *run, const char *dir, struct why *why);

#endif
