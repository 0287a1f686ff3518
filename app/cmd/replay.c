/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs what a run directory holds once more, with the same settings, and compares.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/rundir.h"
#include "show/difference.h"

struct replay {
	const char *dir;
	struct style style;
	int same, different;
	bool trouble;
};

static void compare(struct suite *suite, int index, const struct parcel_text parcels[PARCELS])
{
	struct replay *replay = suite->context;
	const char *name = suite->experiments[index].name;
	struct difference difference;
	char path[4096];
	struct why why;
	char *before = rundir_read(rundir_path(replay->dir, name, RUNDIR_TRANSCRIPT, path), &why);

	if (before == NULL) {
		fprintf(stderr, "tcplab replay: %s\n", why.text);
		replay->trouble = true;
	} else if (!transcript_differ(before, parcels[PARCEL_TRANSCRIPT].text, &difference)) {
		replay->same++;
		printf("%-29s the same transcript\n", name);
	} else {
		replay->different++;
		printf("%-29s another transcript, from line %zu on\n", name, difference.line);
		difference_print(&difference, "then", "now ", &replay->style, stdout);
	}
	free(before);
}

/* Another kernel or another lwIP may well do otherwise: that is worth knowing first. */
static void tell_of_environment(const char *dir, const struct run_options *options)
{
	char *then, *now;

	if (rundir_environment_differs(dir, options, &then, &now))
		printf("this is another environment:\n    then  %s\n    now   %s\n",
		       then == NULL ? "" : then, now == NULL ? "" : now);
	free(then);
	free(now);
}

static int run_again(struct suite *suite, struct replay *replay)
{
	int status;

	tell_of_environment(replay->dir, &suite->options);
	status = suite_run(suite);
	printf("%d of %d transcripts are the same\n", replay->same, suite->count);
	if (replay->trouble || status == EXIT_TROUBLE)
		return EXIT_TROUBLE;
	return replay->different == 0 ? EXIT_HOLDS : EXIT_FAILS;
}

int cmd_replay(int argc, char **argv)
{
	struct replay replay = { .style = style_of_terminal(STDOUT_FILENO) };
	struct suite suite = { .quiet = true, .done = compare, .context = &replay };
	struct command_line command;
	struct why why;
	int status = EXIT_TROUBLE;

	if (argc != 2) {
		fprintf(stderr,
			"tcplab replay: takes one run directory; see 'tcplab help replay'\n");
		return EXIT_TROUBLE;
	}
	replay.dir = argv[1];
	if (rundir_command(replay.dir, &command, &why) < 0) {
		fprintf(stderr, "tcplab replay: %s; 'tcplab run --out DIR' makes a run directory\n",
			why.text);
		return EXIT_TROUBLE;
	}
	if (run_options_parse(&suite.options, command.argc, command.argv, &why) < 0 ||
	    suite_select(&suite, &why) < 0) {
		fprintf(stderr, "tcplab replay: %s/command: %s\n", replay.dir, why.text);
	} else {
		suite.options.keep_transcripts = true;
		status = run_again(&suite, &replay);
	}
	suite_free(&suite);
	command_line_free(&command);
	return status;
}
