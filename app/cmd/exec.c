/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command inside a live host's namespaces: setns(2), and the command takes this process's place.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/door.h"
#include "cmd/exec.h"
#include "cmd/option_table.h"

struct exec_options {
	const char *name;
};

static const struct option_kind kinds[] = {
	{ "name", "NAME", '\0', false, OPTION_TEXT, offsetof(struct exec_options, name), 0, 0,
	  "of the live host, as 'tcplab up --name NAME' (default: " DOOR_NAME ")" },
};

static const struct option_table table = { kinds, sizeof(kinds) / sizeof(kinds[0]), NULL, NULL,
					   true };

void exec_options_help(FILE *out)
{
	option_table_help(&table, out);
}

/* Whether a process is in the user namespace of this one. */
static bool shares_user_namespace(pid_t pid)
{
	struct stat ours, theirs;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	return stat("/proc/self/ns/user", &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* The directory stays where it was: entering a mount namespace leads to its root. */
static int enter(const char *name, struct why *why)
{
	char directory[PATH_MAX];
	bool known = getcwd(directory, sizeof(directory)) != NULL;
	int pidfd = -1, flags = CLONE_NEWNET | CLONE_NEWNS;
	pid_t pid = door_find(name, &pidfd, why);
	int err = 0;

	if (pid < 0)
		return pid;
	if (!shares_user_namespace(pid))
		flags |= CLONE_NEWUSER;
	if (setns(pidfd, flags) < 0)
		err = why_set(why, errno,
			      "cannot enter the namespaces of the live host '%s' (process %d): %s",
			      name, (int)pid, strerror(errno));
	close(pidfd);
	if (err == 0 && (!known || chdir(directory) < 0) && chdir("/") < 0)
		err = why_set(why, errno, "cannot enter the live host's root: %s", strerror(errno));
	return err;
}

int exec_command(char **argv)
{
	static char shell[] = "/bin/sh";
	char *users = getenv("SHELL");
	char *own[] = { users != NULL && users[0] != '\0' ? users : shell, NULL };

	if (argv[0] == NULL)
		argv = own;
	fflush(NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "tcplab: cannot run %s: %s\n", argv[0], strerror(errno));
	return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
}

int cmd_exec(int argc, char **argv)
{
	struct exec_options options = { DOOR_NAME };
	struct why why;
	int first = option_table_parse(&table, &options, argc, argv, &why);

	if (first < 0) {
		fprintf(stderr, "tcplab exec: %s; see 'tcplab help exec'\n", why.text);
		return EXIT_TROUBLE;
	}
	if (enter(options.name, &why) < 0) {
		fprintf(stderr, "tcplab exec: %s\n", why.text);
		return EXIT_TROUBLE;
	}
	return exec_command(argv + first);
}
