/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text within XML and HTML.
 */
#ifndef APP_SHOW_MARKUP_H
#define APP_SHOW_MARKUP_H

#include <stdio.h>

/**
 * Writes text so that it can stand between tags and in a quoted attribute: & < > " are escaped,
 * and what XML 1.0 (2.2) cannot hold becomes U+FFFD.
 */
void markup_text(FILE *out, const char *text);

/* The style sheets and the script, kept in files of their own beside this one; each ends in '\0'. */
extern const char markup_light_css[], markup_dark_css[]; /**< the colours */
extern const char markup_ladder_css[], markup_diagram_css[], markup_chart_css[];
extern const char markup_report_css[];
extern const char markup_state_css[], markup_state_js[]; /**< of the live host's page */
extern const char markup_page_js[]; /**< light and dark; comes before any other */
extern const char markup_report_js[];

/** Writes the colours: as the reader's system wants them, or as data-theme on the root says. */
void markup_colours(FILE *out);

#endif
