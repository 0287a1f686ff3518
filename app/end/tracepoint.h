/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's tracepoint sock:inet_sock_set_state: each transition of a socket, as it is made.
 *
 * Read through perf events (perf_event_open(2)) and not through a tracefs instance, because a
 * perf event dies with the process even when that is killed; a tracefs instance would stay behind.
 * Needs CAP_PERFMON and tracefs, so root.
 */
#ifndef APP_END_TRACEPOINT_H
#define APP_END_TRACEPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lab/why.h"
#include "tcp/segment.h"
#include "tcp/state.h"

/** One transition of a kernel socket, of any namespace. */
struct kernel_transition {
	uint64_t socket; /**< the kernel's name for it; may be used again after ST_CLOSED */
	pid_t tid;       /**< the thread in whose context it was made (a timer's is anybody's) */
	enum state from, to;
	struct endpoint local, remote;
};

struct tracepoint;

/**
 * Starts to listen. The process must be in its own mount namespace: tracefs may be mounted there.
 *
 * @return 0; a negative errno with the reason in why
 */
int tracepoint_open(struct tracepoint **tracepoint, struct why *why);
void tracepoint_close(struct tracepoint *tracepoint);

/**
 * Hands over the TCP transitions since the last call, in order.
 *
 * @return how many were lost because they came faster than they were read
 */
uint64_t tracepoint_drain(struct tracepoint *tracepoint,
			  void (*fn)(void *context, const struct kernel_transition *transition),
			  void *context);

#endif
