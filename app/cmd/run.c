/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/recording.h"
#include "cmd/repeat.h"
#include "cmd/rundir.h"
#include "cmd/suite_report.h"

/* What the options ask for, with the experiments chosen. */
static int run(struct suite *suite)
{
	struct why why;

	if (suite->options.out != NULL && rundir_begin(suite->options.out, suite, &why) < 0) {
		fprintf(stderr, "tcplab run: %s\n", why.text);
		return EXIT_TROUBLE;
	}
	if (suite->options.record != NULL &&
	    recording_begin(suite->options.record, &suite->options.board, &why) < 0) {
		fprintf(stderr, "tcplab run: %s\n", why.text);
		return EXIT_TROUBLE;
	}
	return suite->options.repeat > 1 ? repeat_run(suite) : suite_run(suite);
}

int cmd_run(int argc, char **argv)
{
	struct suite suite = { .style = style_of_terminal(STDOUT_FILENO) };
	struct why why;
	int status = EXIT_TROUBLE;

	if (run_options_parse(&suite.options, argc, argv, &why) < 0) {
		run_options_complain("run", &why);
	} else if (suite.options.replay != NULL) {
		status = recording_replay(suite.options.replay, &suite.options, &suite.style);
	} else if (suite_select(&suite, &why) < 0 ||
		   suite_report_prepare(&suite, argc, argv, &why) < 0) {
		fprintf(stderr, "tcplab run: %s\n", why.text);
	} else {
		suite.style.verbose = suite.options.verbose > 1;
		status = run(&suite);
	}
	suite_free(&suite);
	return status;
}
