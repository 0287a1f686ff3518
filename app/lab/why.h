/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why something failed, for the person who asked for it: what was tried, on what, why it failed
 * and what to do.
 */
#ifndef APP_LAB_WHY_H
#define APP_LAB_WHY_H

struct why {
	char text[512];
};

/**
 * Writes the reason.
 *
 * @param error  a positive errno
 * @return -error, for the caller to return
 */
int why_set(struct why *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
