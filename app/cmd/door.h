/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a live host is found by its name: a file of its user's that it keeps locked while it lives. The
 * lock goes with the process, however that ends; what it leaves behind is a file that is not locked,
 * and the next one of that name takes it.
 */
#ifndef APP_CMD_DOOR_H
#define APP_CMD_DOOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "lab/why.h"

/** The name that a live host has when it is given none. */
#define DOOR_NAME "up"

struct door {
	int fd;
	char path[300]; /**< in $XDG_RUNTIME_DIR/tcplab, or /tmp/tcplab-UID */
};

/**
 * Takes a name.
 *
 * @return 0; -EEXIST when a live host has it; another negative errno; with the reason in why
 */
int door_open(struct door *door, const char *name, struct why *why);

/**
 * This process is there from now on.
 *
 * @param inside  it has namespaces of its own, which may be entered
 * @return 0; a negative errno with the reason in why
 */
int door_announce(const struct door *door, bool inside, struct why *why);

/** Gives the name back. */
void door_close(struct door *door);

/**
 * Finds the live host of a name, to enter it.
 *
 * @param pidfd  receives a descriptor of its process (pidfd_open(2)), to be closed
 * @return its process; a negative errno with the reason in why
 */
pid_t door_find(const char *name, int *pidfd, struct why *why);

#endif
