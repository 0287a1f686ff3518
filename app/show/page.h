/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every page of HTML begins and ends with: it needs no other file, and fits a screen of any
 * size. In this order: page_open(), what else belongs to the head, page_main(), the page's own
 * sections, page_environment(), page_close().
 */
#ifndef APP_SHOW_PAGE_H
#define APP_SHOW_PAGE_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "lab/settings.h"

/** What a page tells of the run that it is about. */
struct page {
	const char *command; /**< as it was typed */
	time_t when;         /**< the run began */
	uint64_t seed;
	const char *netif;               /**< lwIP's way to the kernel: "tap", "packet" */
	const char *board;               /**< that lwIP was on; NULL: in this process */
	const struct settings *settings; /**< NULL: no experiment came so far as to read them */
};

/**
 * Writes the page's head, and begins what is seen of it: the versions, the command.
 *
 * @param title   of the window
 * @param styles  style sheets beside the colours and the page's own; ends with NULL
 */
void page_open(const struct page *page, const char *title, const char *const *styles, FILE *out);

/** The visible head ends, and what the page is about begins. */
void page_main(FILE *out);

/** Writes the section of what the outcome depends on: lwIP's options (a board's are not known), the kernel's parameters. */
void page_environment(const struct page *page, FILE *out);

/** Ends the page. What has to be done by script is the caller's: markup_page_js and more. */
void page_close(FILE *out);

#endif
