/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder: a timeline as a sequence diagram for people, 100 columns wide. lwIP's state on the
 * left, the kernel's on the right, the frames between them as arrows; a state stands in the row of
 * the frame that brought it about. On an Ethernet segment there is no kernel, and on the right stands
 * which of the other hosts a frame comes from or goes to; a long address makes its row longer.
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
 *
 * @param far_end  who stands on the right: WHO_KERNEL or WHO_OTHERS
 */
void ladder_print_live_header(enum who far_end, const struct style *style, FILE *out);
void ladder_print_live_row(const struct rows *rows, const struct row *row,
			   const struct style *style, FILE *out);

#endif
