/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs experiments, each in a child process of its own: its own lwIP, its own namespace, and
 * nothing of it outlives the child. What it prints is collected and handed on in order.
 */
#ifndef APP_CMD_JOBS_H
#define APP_CMD_JOBS_H

#include "cmd/experiment.h"

/** What a child has written. */
struct output {
	const char *text;
	size_t size; /**< bytes */
};

/**
 * Runs experiments, as many at a time as the options say; those that wait for the kernel's timers
 * are begun first and beside the others, since they do next to nothing.
 *
 * @param results  one for each experiment; must be shared memory, see jobs_results()
 * @param look     called about once a second while something runs
 * @param done     called for each experiment in their order, as soon as it and all before have
 *                 ended: what it printed, and its section of the report (empty without one)
 * @return 0; -EINTR when SIGINT or SIGTERM ended it, with all children gone; another negative
 *         errno with the reason in why
 */
int jobs_run(const struct experiment *experiments, struct result *results, int count,
	     const struct run_options *options, const struct style *style,
	     void (*done)(int index, struct output output, struct output section, void *context),
	     void (*look)(void *context), void *context, struct why *why);

/** @return zeroed results that children can write to, or NULL */
struct result *jobs_results(int count);

#endif
