/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What has become of the victims of floods: a page (HTML) over all runs, a picture (SVG) of one.
 */
#ifndef APP_SHOW_FLOOD_REPORT_H
#define APP_SHOW_FLOOD_REPORT_H

#include "end/flood.h"
#include "show/page.h"

/** One run. */
struct flood_row {
	const char *label; /**< of the victim, as "lwIP with the guard"; another one in each run */
	enum who victim;   /**< WHO_LWIP or WHO_KERNEL */
	const struct flood_plan *plan;
	const struct flood_result *result;
};

/** Writes the page: each run's figures over time, and a table over all of them. */
void flood_report_write(const struct flood_row *rows, int count, const struct page *page,
			FILE *out);

/**
 * Writes one run's figures as a file of its own.
 *
 * @param command  as it was typed
 */
void flood_report_picture(const struct flood_row *row, const char *command, FILE *out);

#endif
