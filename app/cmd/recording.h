/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recorded runs of QEMU's board in a run directory (rundir.h): beside what is always there, the firmware, a
 * script that replays, and for each experiment NAME.rr, which QEMU replays, and NAME.serial, what the board has said.
 */
#ifndef APP_CMD_RECORDING_H
#define APP_CMD_RECORDING_H

#include "cmd/boards.h"
#include "cmd/options.h"
#include "show/style.h"

/**
 * Puts into the directory what all recordings share.
 *
 * @return 0; a negative errno with the reason in why
 */
int recording_begin(const char *dir, const struct board_choice *board, struct why *why);

/** @param program  receives how the board of an experiment is started @return 0; a negative errno with the reason in why */
int recording_program(const char *dir, const char *experiment, const struct board_choice *board,
		      struct board_program *program, struct why *why);

/**
 * Replays recordings, and tells whether each board says what it said.
 *
 * @param options  its patterns choose among the directory's experiments
 * @return an exit status
 */
int recording_replay(const char *dir, const struct run_options *options, const struct style *style);

#endif
