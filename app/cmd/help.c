/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"

static const char statuses[] =
	"Exit status: 0 all verdicts hold, 1 a verdict fails, 2 usage or environment.\n";

static void print_options(void)
{
	putchar('\n');
	run_options_help(stdout);
	printf("\n%s", statuses);
}

static int help_command(const char *name)
{
	for (const struct command *command = commands; command->name != NULL; command++) {
		if (strcmp(command->name, name) != 0)
			continue;
		printf("tcplab %s %s\n    %s\n", command->name, command->usage, command->help);
		if (strcmp(name, "run") == 0)
			print_options();
		return EXIT_HOLDS;
	}
	fprintf(stderr, "tcplab help: there is no command '%s'; see 'tcplab help'\n", name);
	return EXIT_TROUBLE;
}

int cmd_help(int argc, char **argv)
{
	if (argc > 1)
		return help_command(argv[1]);
	printf("tcplab: lwIP's TCP against the host kernel's, every state transition with its "
	       "cause\n\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("  tcplab %-8s %-30s %s\n", command->name, command->usage, command->help);
	printf("\n%s", statuses);
	return EXIT_HOLDS;
}
