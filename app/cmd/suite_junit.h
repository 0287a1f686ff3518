/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A suite's verdicts as JUnit's XML.
 */
#ifndef APP_CMD_SUITE_JUNIT_H
#define APP_CMD_SUITE_JUNIT_H

#include "cmd/suite.h"

/** Keeps what an experiment has to show, until all have ended. */
void suite_junit_keep(struct suite *suite, int index, const struct parcel_text *output);

/** After the run: prints them all. @return 0; -ENOMEM */
int suite_junit_print(const struct suite *suite);

void suite_junit_free(struct suite *suite);

#endif
