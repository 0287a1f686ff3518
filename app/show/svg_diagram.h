/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state diagram of RFC 9293 (3.3.2, Figure 5) as a picture (SVG), with the edges that its text
 * adds, and what is known of each edge on each stack. What leads from a state straight to CLOSED
 * (RST, ABORT, a time-out) stands in the state's own box, or there would be an arrow from everywhere.
 */
#ifndef APP_SHOW_SVG_DIAGRAM_H
#define APP_SHOW_SVG_DIAGRAM_H

#include <stdint.h>
#include <stdio.h>

/** Edges of state_edges, at lwIP's end [0] and at the kernel's [1]: bit i is state_edges[i]. */
struct svg_diagram {
	uint64_t walked[2];
	uint64_t unreachable[2]; /**< shown to be out of reach */
};

/** What is known of an edge at an end: "walked", "unreachable", "missing". */
const char *svg_diagram_word(const struct svg_diagram *diagram, int end, unsigned int edge);

/** Writes a file of its own, with its style and a legend, for light and for dark screens. */
void svg_diagram_write(const struct svg_diagram *diagram, FILE *out);

/**
 * Writes the picture alone, for a page that has markup_colours() and markup_diagram_css. Each edge
 * is a group of class "e" with its number in data-e.
 */
void svg_diagram_embed(const struct svg_diagram *diagram, FILE *out);

#endif
