/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static char help[] = "help"; /* argv's strings may be written to */

static int run_command(const struct command *command, int argc, char **argv)
{
	int status;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		status = cmd_help(2, (char *[]){ help, argv[0], NULL });
	else
		status = command->run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("tcplab: cannot write to the standard output\n", stderr);
		return EXIT_TROUBLE;
	}
	return status;
}

/*
 * A standard descriptor that is closed would be taken by the next file that is opened, and output
 * would go there. With /dev/null opened the other way round, using it fails instead.
 */
static void occupy_standard_descriptors(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", modes[fd]);
}

int main(int argc, char **argv)
{
	char *nothing[] = { help, NULL };
	const char *name = argc > 1 ? argv[1] : help;

	occupy_standard_descriptors();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = help;
	for (const struct command *command = commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return argc > 1 ? run_command(command, argc - 1, argv + 1)
					: run_command(command, 1, nothing);
	fprintf(stderr, "tcplab: there is no command '%s'; see 'tcplab help'\n", name);
	return EXIT_TROUBLE;
}
