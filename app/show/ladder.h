/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder: a timeline as a sequence diagram for people, 100 columns wide. lwIP's state on the
 * left, the kernel's on the right, the frames between them as arrows; a state stands in the row of
 * the frame that brought it about.
 */
#ifndef APP_SHOW_LADDER_H
#define APP_SHOW_LADDER_H

#include <stdio.h>

#include "record/timeline.h"
#include "show/rows.h"
#include "show/style.h"

#define LADDER_WIDTH 100

/**
 * Prints events 1 to last of a timeline.
 */
void ladder_print(const struct timeline *timeline, uint32_t last, const struct style *style,
		  FILE *out);

/**
 * The ladder of a live host, row by row as it grows: times in seconds, and in front of each row the name of its
 * connection, of which there are many.
 */
void ladder_print_live_header(const struct style *style, FILE *out);
void ladder_print_live_row(const struct rows *rows, const struct row *row,
			   const struct style *style, FILE *out);

#endif
