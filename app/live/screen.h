/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal while a table fills it (ncurses). One per process.
 *
 * What anybody else prints on it meanwhile, by stdout or stderr, is kept, and comes when the terminal is put back: by
 * screen_close(), and when the process exits, aborts or crashes without it.
 */
#ifndef APP_LIVE_SCREEN_H
#define APP_LIVE_SCREEN_H

#include <stdbool.h>

#include "lab/why.h"
#include "live/top_layout.h"

/**
 * Takes the terminal at standard output, and the keys at standard input (ncurses's getch(), which does not wait).
 * SIGWINCH is blocked from here on.
 *
 * @return 0; a negative errno with the reason in why; to be closed in either case
 */
int screen_open(struct why *why);

/** Puts the terminal back as it was. May be called without an open one. */
void screen_close(void);

bool screen_is_open(void);

/** @return becomes readable when the terminal has another size: for screen_resize() */
int screen_size_fd(void);
void screen_resize(void);

void screen_draw(const struct top_page *page);

#endif
