/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The private world of an experiment: a network namespace that dies with the process.
 */
#ifndef APP_LAB_NAMESPACE_H
#define APP_LAB_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lab/why.h"

/**
 * Moves the process into a new network and mount namespace, and into a new user namespace where
 * it has not the right to do that otherwise (namespaces(7), user_namespaces(7)). The loopback
 * interface is brought up. The process must have one thread.
 *
 * @return 0; a negative errno, with the right that is missing and how to get it in why
 */
int namespace_enter(struct why *why);

/**
 * Makes one more network namespace, for the far end of a cable, and stays in the one it is in.
 *
 * @return a descriptor of it, which keeps it alive; a negative errno with the reason in why
 */
int namespace_beside(struct why *why);

/**
 * Does something in another network namespace, and comes back.
 *
 * @param ns  a descriptor of it
 * @param fn  returns 0, or a negative errno with the reason in why
 * @return what fn returns; a negative errno, too, when there is no way there or back
 */
int namespace_in(int ns, int (*fn)(void *context, struct why *why), void *context, struct why *why);

/** @return whether the process is in the network namespace that namespace_enter() made for it */
bool namespace_is_private(void);

/** @param tid  a thread's @return whether it is in that network namespace, too; false: or nobody can tell */
bool namespace_has_thread(pid_t tid);

/**
 * @param path  below /proc/sys
 * @return whether this kernel has such a parameter
 */
bool namespace_has_sysctl(const char *path);

/**
 * Sets a kernel parameter of the process's network namespace.
 *
 * @param path   below /proc/sys, "net/ipv4/tcp_syncookies"
 * @param value  as one would echo it
 * @return 0; a negative errno with the reason in why
 */
int namespace_sysctl(const char *path, const char *value, struct why *why);

/**
 * The same as people write it.
 *
 * @param setting  "net.ipv4.tcp_rfc1337=1", or with slashes
 */
int namespace_set(const char *setting, struct why *why);

#endif
