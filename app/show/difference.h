/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where two transcripts part, for people.
 */
#ifndef APP_SHOW_DIFFERENCE_H
#define APP_SHOW_DIFFERENCE_H

#include <stdio.h>

#include "record/transcript.h"
#include "show/style.h"

/**
 * Prints the equal lines before a difference and then what came next in each:
 *
 *        kernel c1 CLOSE_WAIT → LAST_ACK, by its close
 *        kernel c1 sends FIN,ACK seq=1 ack=2 win=64 ts, by its close
 *     A  lwip c1 FIN_WAIT_2 → TIME_WAIT, by kernel's FIN,ACK seq=1 ack=2
 *     B  kernel c1 timer: kernel
 *
 * @param a, b  what the two are called, of the same width
 */
void difference_print(const struct difference *difference, const char *a, const char *b,
		      const struct style *style, FILE *out);

#endif
