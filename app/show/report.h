/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report of a run: one HTML file that needs nothing else, for a screen of any size. Each
 * experiment writes its own section, in its own process; the rest is written when all have ended.
 */
#ifndef APP_SHOW_REPORT_H
#define APP_SHOW_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "lab/settings.h"
#include "show/outcomes.h"
#include "show/svg_ladder.h"

/**
 * What only the experiment's own process knows: its ladder and its verdicts.
 *
 * @param looks  what the system's tools said at its moments, as text; NULL: nobody asked
 */
void report_section(const struct svg_ladder *ladder, const char *looks, FILE *out);

enum report_verdict {
	REPORT_HOLDS,
	REPORT_DEVIATES,
	REPORT_FAILS,
	REPORT_REFUSED,
	REPORT_CRASHED,
	REPORT_VERDICTS
};

/** What came of an experiment. */
struct report_experiment {
	const char *name;  /**< "close/lwip" */
	const char *theme; /**< "close" */
	const char *title;
	const char *rfc;     /**< "RFC 9293, 3.6" */
	const char *role[2]; /**< "active closer" */
	enum who who[2];     /**< who plays them */
	enum report_verdict verdict;
	const char *why;    /**< of what was refused or crashed; empty: nothing to say */
	double ms;          /**< real time */
	uint64_t walked[2]; /**< edges of state_edges, at lwIP's and the kernel's end */
	uint64_t unreachable[2];
	const char *path[2]; /**< "CLOSED → SYN_SENT", likewise; empty: none */
	const char *section; /**< what report_section() wrote, */
	size_t section_size; /**< bytes of it; 0: the experiment did not come to that */
};

struct report {
	const char *command; /**< as it was typed */
	time_t when;         /**< the run began */
	uint64_t seed;
	const char *netif;               /**< "tap", "packet" */
	const char *board;               /**< that lwIP was on; NULL: on none */
	const struct settings *settings; /**< NULL: no experiment came so far as to read them */
	const struct outcomes *outcomes; /**< of a sweep; NULL: it was none */
	const struct report_experiment *experiments;
	int count;
};

void report_write(const struct report *report, FILE *out);

#endif
