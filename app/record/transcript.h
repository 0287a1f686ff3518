/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transcript: the timeline without times and random numbers, one line per event. Two runs in
 * which the same things happened in the same order have the same transcript, so any tool that
 * compares text compares runs:
 *
 *     lwip c1 call tcp_connect 10.9.0.1:7777 = ERR_OK
 *     lwip c1 CLOSED → SYN_SENT, by its tcp_connect
 *     lwip c1 sends SYN seq=0 win=65535 mss=1460, by its tcp_connect
 *     kernel c1 LISTEN → SYN_RCVD, by lwip's SYN seq=0
 *
 * Left out are times, absolute sequence numbers, time stamps, ports that a stack chose, what saw a
 * transition, lwIP's poll callbacks (they count seconds and do nothing else) and verdicts (they
 * follow from the rest).
 */
#ifndef APP_RECORD_TRANSCRIPT_H
#define APP_RECORD_TRANSCRIPT_H

#include <stdbool.h>
#include <stdio.h>

#include "record/timeline.h"

/** Ports from here on are chosen by a stack: Linux's ip_local_port_range and lwIP's begin above. */
#define TRANSCRIPT_FIRST_RANDOM_PORT 32768

void transcript_write(const struct timeline *timeline, FILE *out);

/** Where two transcripts part. */
struct difference {
	size_t line;         /**< number of the line, from 1 */
	const char *a, *b;   /**< the line in each, within the texts compared; NULL: it has ended */
	const char *context; /**< where the lines just before it begin, within the first text */
};

/** How many equal lines before a difference are its context. */
#define TRANSCRIPT_CONTEXT 5

/**
 * Compares two transcripts.
 *
 * @param difference  receives the first one
 * @return whether they differ
 */
bool transcript_differ(const char *a, const char *b, struct difference *difference);

/** Who did differently, for the same things had happened to both before. */
enum decider {
	DECIDER_LWIP,  /**< lwIP did something else than before */
	DECIDER_OTHER, /**< the kernel, the lab, or the order in which timers of both fired */
};
enum decider transcript_decider(const struct difference *difference);

#endif
