/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

const struct command commands[] = {
	{ "list", cmd_list, "", "the scenarios, with their roles and their place in RFC 9293" },
	{ "run", cmd_run, "[options] [NAME or glob ...]", "run scenarios; without a name, all" },
	{ "help", cmd_help, "[COMMAND]", "this, or all about one command" },
	{ NULL, NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	for (const struct command *command = commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return argc > 1 ? command->run(argc - 1, argv + 1)
					: command->run(argc, argv);
	fprintf(stderr, "tcplab: there is no command '%s'; see 'tcplab help'\n", name);
	return EXIT_TROUBLE;
}
