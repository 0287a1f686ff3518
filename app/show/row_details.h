/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that is known of a row, in lines of words, for whoever points at it.
 */
#ifndef APP_SHOW_ROW_DETAILS_H
#define APP_SHOW_ROW_DETAILS_H

#include <stdio.h>

#include "show/rows.h"

/**
 * Writes the row's events with their numbers, times and causes; of a segment its header's fields
 * and options, of a transition where in lwIP it was made or what saw it. As markup, see markup.h.
 */
void row_details(const struct rows *rows, const struct row *row, FILE *out);

#endif
