/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Child processes: an experiment's own lwIP and namespace live and die with one.
 */
#ifndef APP_CMD_CHILD_H
#define APP_CMD_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "lab/why.h"

/**
 * The first thing that a child does: takes signals as its parent did before, and dies with it.
 *
 * @param parent      its pid
 * @param signals     those that were blocked before the fork
 * @param deadline_s  real seconds after which it dies of SIGALRM; 0: it never does
 */
void child_begin(pid_t parent, const sigset_t *signals, unsigned int deadline_s);

/**
 * Runs something in a child of its own and waits for its end. SIGINT and SIGTERM end both.
 *
 * @param run   returns the child's exit status
 * @param look  is called about once a second meanwhile, in the parent; NULL: nobody
 * @return 0: it has ended with status 0; -EINTR: one of these signals came; another negative errno;
 *         all of them with the reason in why
 */
int child_run(int (*run)(void *context), void (*look)(void *context), void *context,
	      struct why *why);

#endif
