/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs experiments, each in a child process of its own: its own lwIP, its own namespace, and
 * nothing of it outlives the child. What it prints is collected and handed on in order.
 */
#ifndef APP_CMD_JOBS_H
#define APP_CMD_JOBS_H

#include "cmd/experiment.h"

/** A text that an experiment has handed over; it ends with '\0', which size does not count. */
struct parcel_text {
	const char *text;
	size_t size;
};

/** Experiments to be run, and who is told of them. */
struct jobs {
	const struct experiment *experiments;
	struct result *results; /**< one for each; must be shared memory, see jobs_results() */
	int count;
	unsigned int at_a_time; /**< of those that do not wait for the kernel's timers */
	bool any_order;         /**< done need not be called in the experiments' order */
	const struct style *style;
	/**
	 * Is called for each experiment, as soon as it and all before have ended; parcels are what
	 * it handed over, for the time of the call.
	 */
	void (*done)(int index, const struct parcel_text parcels[PARCELS], void *context);
	void (*look)(void *context); /**< is called about once a second while something runs */
	void *context;
};

/**
 * Runs experiments. Those that wait for the kernel's timers are begun first and beside the others,
 * since they do next to nothing.
 *
 * @return 0; -EINTR when SIGINT or SIGTERM ended it, with all children gone; another negative
 *         errno with the reason in why
 */
int jobs_run(const struct jobs *jobs, struct why *why);

/** @return zeroed results that children can write to, or NULL */
struct result *jobs_results(int count);

#endif
