/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder as a picture (SVG): a band per end that shows its state between two transitions, the
 * frames as arrows between, calls and callbacks beside them. What is known of a row is in its
 * title, for whoever points at it.
 */
#ifndef APP_SHOW_SVG_LADDER_H
#define APP_SHOW_SVG_LADDER_H

#include <stdio.h>

#include "record/timeline.h"

struct svg_ladder {
	const struct timeline *timeline;
	uint32_t last;    /**< of the events that are shown, from the first */
	bool verbose;     /**< every event, and nothing is cut */
	const char *name; /**< "close/lwip" */
	const char *title;
	const char *role[WHO_HOSTS]; /**< of each end: "active closer"; NULL: it has none */
};

/** Writes a file of its own, with its style, for light and for dark screens. */
void svg_ladder_write(const struct svg_ladder *ladder, FILE *out);

/** Writes the picture alone, for a page that has markup_colours() and markup_ladder_css. */
void svg_ladder_embed(const struct svg_ladder *ladder, FILE *out);

#endif
