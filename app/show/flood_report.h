/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What has become of the victims of floods: a page (HTML) over all runs, a picture (SVG) of one.
 */
#ifndef APP_SHOW_FLOOD_REPORT_H
#define APP_SHOW_FLOOD_REPORT_H

#include "show/flood_row.h"
#include "show/page.h"

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
