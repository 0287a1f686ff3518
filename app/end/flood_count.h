/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's own counters of what a flood does to a listener: TcpExt of /proc/net/netstat, Tcp of
 * /proc/net/snmp (Documentation/networking/snmp_counter.rst). Both are of the process's network
 * namespace.
 */
#ifndef APP_END_FLOOD_COUNT_H
#define APP_END_FLOOD_COUNT_H

#include <stdbool.h>

#include "end/flood.h"

/**
 * Finds a counter in the form of these files: a line of names, and a line of values below it.
 *
 * @param group  what both lines begin with: "TcpExt"
 * @return false: it is not there
 */
bool flood_count_find(const char *text, const char *group, const char *name, uint64_t *value);

/**
 * Reads all of them before a flood.
 *
 * @param counter  receives those that this kernel has
 * @return how many these are; a negative errno with the reason in why
 */
int flood_count_begin(struct flood_counter counter[FLOOD_COUNTERS], struct why *why);

/** Reads the same after it. @return 0; a negative errno with the reason in why */
int flood_count_end(struct flood_counter *counter, unsigned int count, struct why *why);

#endif
