/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command inside a live host's namespaces: setns(2), and the command takes this process's place.
 */
#include <errno.h>
#include <fcntl.h>
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

/* The root directory that a process has: in a chroot it is not that of its mount namespace. */
static int open_root(pid_t pid, struct why *why)
{
	char path[48];
	int root;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root >= 0 ? root
			 : why_set(why, errno, "cannot open the live host's root, %s: %s", path,
				   strerror(errno));
}

/* Entering a mount namespace leads to its root. There a path is the same as before, and a descriptor is not. */
static int go_to(int root, const char *directory, struct why *why)
{
	if (fchdir(root) < 0 || chroot(".") < 0)
		return why_set(why, errno, "cannot enter the live host's root: %s",
			       strerror(errno));
	if (chdir(directory) < 0)
		fprintf(stderr, "tcplab exec: there is no %s inside (%s): beginning in /\n",
			directory, strerror(errno));
	return 0;
}

static int enter(const char *name, struct why *why)
{
	char directory[PATH_MAX];
	int pidfd = -1, flags = CLONE_NEWNET | CLONE_NEWNS, root, err;
	pid_t pid = door_find(name, &pidfd, why);

	if (pid < 0)
		return pid;
	if (getcwd(directory, sizeof(directory)) == NULL)
		snprintf(directory, sizeof(directory), "/"); /* somebody has removed it */
	if (!shares_user_namespace(pid))
		flags |= CLONE_NEWUSER;
	root = err = open_root(pid, why);
	if (root >= 0 && setns(pidfd, flags) < 0)
		err = why_set(why, errno,
			      "cannot enter the namespaces of the live host '%s' (process %d): %s",
			      name, (int)pid, strerror(errno));
	else if (root >= 0)
		err = go_to(root, directory, why);
	close(pidfd);
	if (root >= 0)
		close(root);
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
