/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/suite.h"
#include "cmd/suite_report.h"

int cmd_run(int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR"); /* no-color.org: set and not empty */
	struct suite suite = { 0 };
	struct why why;
	int status;

	if (run_options_parse(&suite.options, argc, argv, &why) < 0) {
		fprintf(stderr, "tcplab run: %s; see 'tcplab help run'\n", why.text);
		return EXIT_TROUBLE;
	}
	suite.style.verbose = suite.options.verbose > 1;
	suite.style.colour = isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0');
	if (suite_select(&suite, &why) < 0 || suite_report_prepare(&suite, argc, argv, &why) < 0) {
		fprintf(stderr, "tcplab run: %s\n", why.text);
		status = EXIT_TROUBLE;
	} else {
		status = suite_run(&suite);
	}
	suite_free(&suite);
	return status;
}
