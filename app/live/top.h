/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A live host's connections as top(1) shows processes: full-screen on a terminal (live/screen.h); plain text off it.
 */
#ifndef APP_LIVE_TOP_H
#define APP_LIVE_TOP_H

#include "lab/why.h"
#include "live/live.h"

struct top;

/**
 * Takes the terminal: standard output, and standard input for its keys, if that is one. One per process. The first
 * table comes with top_look().
 *
 * @param live  gets the keys, and the terminal's change of size
 * @return 0; a negative errno with the reason in why
 */
int top_open(struct top **top, struct live *live, struct why *why);

/** Shows what is new, five times a second at most, and the time that has passed once a second. For live->look. */
void top_look(struct top *top);

/** Puts the terminal back. NULL is fine. */
void top_close(struct top *top);

#endif
