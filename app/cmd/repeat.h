/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Experiments run many times: how many distinct transcripts there are, and who did otherwise where
 * two of them part.
 */
#ifndef APP_CMD_REPEAT_H
#define APP_CMD_REPEAT_H

#include "cmd/suite.h"

/**
 * Runs the suite's experiments as often as its options say and prints what came of each.
 *
 * @return an exit status: of the verdicts, as a single run's
 */
int repeat_run(struct suite *suite);

#endif
