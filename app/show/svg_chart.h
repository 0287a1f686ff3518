/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers over time as a picture (SVG): a line for each series, from 0 up. Colour alone tells no two
 * of them apart: each line has its pattern, too, stands with it in the legend, and has its name at
 * its end.
 */
#ifndef APP_SHOW_SVG_CHART_H
#define APP_SHOW_SVG_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** How many patterns there are. */
#define CHART_LOOKS 8
/** How many series a chart has room for, at most. */
#define CHART_SERIES 12

struct chart_series {
	const char *name; /**< "ESTABLISHED" */
	const char
		*paint; /**< its colour: "s0" to "s10", as of the states; "good", "bad", "plain" */
	unsigned int look; /**< its pattern, below CHART_LOOKS; 0: a full line */
	bool steps;        /**< it keeps its value until the next one, as what is counted does */
	const double *y;   /**< at each x; NAN: not known, and the line has a gap */
};

struct svg_chart {
	const char *title;   /**< "States over time" */
	const char *x_title; /**< "seconds on lwIP's clock" */
	const char *y_title; /**< "connections" */
	bool log_y;          /**< logarithmic from 1 up, and linear between 0 and 1 */
	const double *x;     /**< at which the series have their points: rising, from 0 up */
	size_t points;
	const struct chart_series
		*series; /**< CHART_SERIES of them at most; the first lies lowest */
	size_t count;
	const char *limit_name; /**< a line across: "backlog"; NULL: none */
	double limit;
};

/** Writes the picture alone, for a page that has markup_colours() and markup_chart_css. */
void svg_chart_embed(const struct svg_chart *chart, FILE *out);

/**
 * Writes charts side by side as a file of its own, with its style, for light and for dark screens.
 *
 * @param name  below the title, as what has drawn it: "tcplab flood --victim lwip"
 */
void svg_chart_write(const struct svg_chart *charts, size_t count, const char *title,
		     const char *name, FILE *out);

#endif
