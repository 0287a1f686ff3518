/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a mistake in a port of lwIP looks like from outside: rules that know the timeline of an experiment, and nothing of
 * the board. docs/porting.md has each under its name.
 */
#ifndef APP_JUDGE_SYMPTOMS_H
#define APP_JUDGE_SYMPTOMS_H

#include <stdbool.h>

#include "end/end.h"

enum symptom {
	SYMPTOM_BYTEORDER,
	SYMPTOM_PORT,
	SYMPTOM_CHECKSUM,
	SYMPTOM_TIMERS,
	SYMPTOM_LEAK,
	SYMPTOM_RECVED,
	SYMPTOM_FREED,
	SYMPTOMS
};

/** @return its name in docs/porting.md: "byteorder" */
const char *symptom_name(enum symptom symptom);

/** @return what it looks like: "a wrong BYTE_ORDER" */
const char *symptom_mistake(enum symptom symptom);

/** What the timeline does not tell. */
struct symptom_evidence {
	unsigned int lost_pbufs; /**< lwip_end_lost_pbufs(), after the clean-up */
	uint32_t time_wait_ms;   /**< lwip_end_time_wait_ms(); 0: not known */
	bool died;               /**< the board has */
};

/**
 * Leaves a failed verdict for each symptom that an experiment shows.
 *
 * @return them: 1 << SYMPTOM_… of each
 */
unsigned int judge_symptoms(struct end *lwip, const struct symptom_evidence *evidence);

#endif
