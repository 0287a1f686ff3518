/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A suite's report, and the places of all that it writes into files.
 */
#ifndef APP_CMD_SUITE_REPORT_H
#define APP_CMD_SUITE_REPORT_H

#include "cmd/suite.h"

/**
 * Before the run: makes the directories that the options ask for, and sees whether the report can
 * be written.
 *
 * @param argv  the command line, for the report
 * @return 0; a negative errno with the reason in why
 */
int suite_report_prepare(struct suite *suite, int argc, char **argv, struct why *why);

/** Keeps what an experiment wrote for the report, if there is to be one. */
void suite_report_keep(struct suite *suite, int index, const struct parcel_text *section);

/** After the run: writes the report. @return 0; a negative errno with the reason in why */
int suite_report_write(const struct suite *suite, struct why *why);

/** After the run: writes the state diagram beside the ladders. @return likewise */
int suite_report_write_diagram(const struct suite *suite, struct why *why);

void suite_report_free(struct suite *suite);

#endif
