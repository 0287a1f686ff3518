/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SYN-cookie guard (port/guard) before lwIP's listeners, and its deeds on the timeline.
 */
#ifndef APP_END_GUARD_H
#define APP_END_GUARD_H

#include "lab/lab.h"

/** What is asked for. */
struct guard_plan {
	bool on;
	unsigned int threshold; /**< half-open connections that are left to lwIP; 0: none */
};

/** A quarter of lwIP's connections may be half-open before the guard steps in. */
unsigned int guard_default_threshold(void);

struct flood_counter;

/**
 * @param counter  receives what it has done since it was started: FLOOD_COUNTERS at most
 * @return how many these are; 0: it is off
 */
unsigned int guard_count(struct flood_counter *counter);

/**
 * Starts it, or starts it anew with fresh secrets.
 *
 * @param threshold  half-open connections that are left to lwIP; 0: none
 */
void guard_start(struct lab *lab, unsigned int threshold);

/** It has done something. @param name  of enum tcp_guard_event: "answers", "no room" */
void guard_on_event(const char *name);

/** Stops it; what it has answered by a cookie will not be known any more. */
void guard_stop(struct lab *lab);

#endif
