/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens at a live host, as it happens: the ladder of an experiment (show/ladder.h), each row
 * printed when it is complete. Of a busy transfer, segment after segment in which no state changes, only the
 * first are printed, and then once a second how many more there were.
 */
#ifndef APP_LIVE_STREAM_H
#define APP_LIVE_STREAM_H

#include <stdio.h>

#include "lab/lab.h"
#include "show/style.h"

struct stream {
	const struct lab *lab;
	struct style style;
	FILE *out;
	/** Are called before and after rows are printed: for who has a prompt on the terminal; may be NULL. */
	void (*before)(void *context);
	void (*after)(void *context);
	void *context;
	/* Its own. */
	uint32_t seen;      /* the last event that was looked at */
	bool header;        /* was printed */
	bool printing;      /* between before and after */
	unsigned int quiet; /* rows without any news, one behind the other */
	uint64_t summed_ns; /* when the first row that is summed up came; 0: there is none */
	uint64_t t_ns;      /* its time on the timeline */
	uint32_t frames, others;
	uint64_t bytes;
	struct left_out left_out; /* as it was told */
};

/**
 * @param stream  receives it: from the next event on
 * @param style   verbose: every event and every segment
 * @param out     is flushed after each look
 */
void stream_open(struct stream *stream, const struct lab *lab, const struct style *style,
		 FILE *out);

/** Prints what is new: for live->look. A struct stream. */
void stream_look(void *stream);

/** Prints what there is left to tell. */
void stream_finish(struct stream *stream);

#endif
