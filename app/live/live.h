/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A live lwIP host: the lab's world, with the clock running and the door open. Other processes of the
 * namespace (a shell, curl, nc) connect to lwIP's services, and lwIP to theirs; each transition of both
 * stacks is an event of the timeline, as in an experiment.
 *
 * Still one thread. It sleeps in poll() until a frame, a command, a signal or a timer of lwIP's comes, does
 * all that follows from it (lab_pump()), and sleeps again. lwIP's clock runs with real time all the while.
 */
#ifndef APP_LIVE_LIVE_H
#define APP_LIVE_LIVE_H

#include <stdbool.h>

#include "end/end.h"

#define LIVE_SOURCES 16

/** Something that wakes the loop: a terminal, a control socket, a service's own. */
struct live_source {
	int fd;
	short events; /**< as for poll(2) */
	/** Is called when one of them has come. */
	void (*ready)(void *context, short revents);
	void *context;
	bool busy; /**< the loop's own: in ready(), and not called once more */
};

struct live {
	struct lab *lab;
	/** Both open to others (end_open_to_others()). On an Ethernet segment its hosts' end is the kernel's. */
	struct end *lwip, *kernel;
	struct live_source source[LIVE_SOURCES];
	int sources;
	bool stop;  /**< the loop ends after what it is at */
	int status; /**< the exit status by then */
	/** Is called after everything that happens, before the loop sleeps; NULL: nobody looks. */
	void (*look)(void *context);
	void *look_context;
	unsigned int look_ms; /**< and at least so often, in ms; 0: only when something happens */
	uint64_t attended_ns; /**< the loop's own: timeline_real_ns() of the latest end_attend() */
};

/** @return whether the kernel is at the other end; false: lwIP is on an Ethernet segment */
bool live_has_kernel(const struct live *live);

/** @return 0; -ENOSPC when there are LIVE_SOURCES */
int live_watch(struct live *live, const struct live_source *source);
void live_forget(struct live *live, int fd);

/**
 * Runs until live->stop is set; or until the kernel's interface is gone (lab->gone). Between two
 * things that happen it frees connections that are CLOSED (end_forget()): a command keeps no struct
 * conn from one call of its ready() to the next, but the name.
 */
void live_run(struct live *live);

/**
 * Lets time pass in the same way until a condition holds: for a command that waits. Sources are
 * served meanwhile, but the one whose ready() is waiting; no connection is freed. Ends early when
 * live->stop is set.
 *
 * @return whether it holds
 */
bool live_wait(struct live *live, bool (*holds)(void *context), void *context,
	       unsigned int timeout_ms);

#endif
