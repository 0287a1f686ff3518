/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The full-screen table of a live host as lines of text: what top.c shows on a terminal and prints off it.
 * All of it is ASCII.
 */
#ifndef APP_LIVE_TOP_LAYOUT_H
#define APP_LIVE_TOP_LAYOUT_H

#include "live/table.h"

/** With fewer columns connections have ports for addresses, and states above the counts short names. */
#define TOP_WIDE 120

enum top_sort {
	TOP_BY_AGE,   /**< the latest transition first, at either end */
	TOP_BY_STATE, /**< lwIP's, then the kernel's, in the order of enum state */
	TOP_BY_QUEUE, /**< the longest queues first */
	TOP_SORTS
};
/** @return "age", "state", "queue" */
const char *top_sort_name(enum top_sort sort);

/** What there is to show, and how. */
struct top_view {
	const struct table *table;
	uint64_t up_ns;
	double frames, transitions; /**< per second */
	enum top_sort sort;
	bool help;           /**< the keys, in place of the line that tells what is shown */
	bool keys;           /**< there are any */
	unsigned int width;  /**< columns: lines are cut there */
	unsigned int height; /**< lines; 0: as many as there are connections */
	size_t first;        /**< the first connection that is shown, from 0 */
};

enum top_part {
	TOP_TEXT,
	TOP_HEADING, /**< of the columns */
	TOP_CONN,
	TOP_NEW,    /**< a connection with a transition within the last second */
	TOP_CLOSED, /**< one that neither stack has any more */
};

#define TOP_COLUMNS 160
struct top_line {
	enum top_part part;
	char text[TOP_COLUMNS + 1];
};

struct top_page {
	struct top_line *line;
	size_t count;
	size_t first; /**< of the connections, as it had to be: there is no empty page */
	size_t room;  /**< connections that fit */
};

/** @param page  receives it; to be freed */
void top_lay_out(struct top_page *page, const struct top_view *view);
void top_page_free(struct top_page *page);

#endif
