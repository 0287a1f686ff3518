/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void child_begin(pid_t parent, const sigset_t *signals, unsigned int deadline_s)
{
	sigprocmask(SIG_SETMASK, signals, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		exit(EXIT_FAILURE); /* it died before that was set */
	alarm(deadline_s);
}

/* Waits for the child's end; kills it when it is to stop. */
static int await_end(pid_t pid, const sigset_t *awaited, void (*look)(void *context), void *context,
		     struct why *why)
{
	const struct timespec a_second = { .tv_sec = 1 };
	int status, number = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		number = sigtimedwait(awaited, NULL, &a_second);
		if (number != SIGINT && number != SIGTERM) {
			if (look != NULL)
				look(context);
			continue;
		}
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return why_set(why, EINTR, "stopped by SIG%s", sigabbrev_np(number));
	}
	if (WIFSIGNALED(status))
		return why_set(why, EIO, "died of signal %s", sigabbrev_np(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return why_set(why, EIO, "ended with status %d", WEXITSTATUS(status));
	return 0;
}

int child_run(int (*run)(void *context), void (*look)(void *context), void *context,
	      struct why *why)
{
	pid_t parent = getpid(), pid;
	sigset_t awaited, signals;
	int err;

	/* Signals wait until they are asked for: none is lost between a look and a sleep. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGINT);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, &signals);
	fflush(NULL); /* or the child would print it once more */
	pid = fork();
	if (pid == 0) {
		child_begin(parent, &signals, 0);
		exit(run(context));
	}
	err = pid < 0 ? why_set(why, errno, "cannot start a process: %s", strerror(errno))
		      : await_end(pid, &awaited, look, context, why);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	return err;
}
