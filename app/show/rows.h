/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A timeline laid out into rows, as every ladder shows it: in text (ladder.h) and as a picture
 * (svg_ladder.h).
 *
 * A row has three cells: that of the end on the left, the wire's, that of the end on the right. A
 * transition goes into the row of the frame that caused it, on the receiver's side, or into the
 * row of the first frame that its own cause made it send, on the sender's; only where there is no
 * such row does it get one of its own. A frame of another connection's is no such frame: a listener's end has
 * a row of its own, beside the RST for whom it had not accepted.
 */
#ifndef APP_SHOW_ROWS_H
#define APP_SHOW_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/describe.h"
#include "record/timeline.h"

enum side { SIDE_LEFT, SIDE_RIGHT };

struct row {
	const struct event *event;    /**< what the row is about */
	uint64_t t_ns;                /**< when */
	const struct event *state[2]; /**< a transition at each side; NULL: none */
	bool note[2];                 /**< a call, callback, timer or guard's of that side */
	bool arrow;                   /**< event is a frame, shown in the middle */
	bool released;                /**< it is shown where the wire let it go on */
	bool cut;                     /**< it stands for rows left out: */
	uint32_t frames;              /**< so many of them with a frame, */
	uint32_t others;              /**< so many with something else, */
	uint64_t bytes;               /**< so much data in the frames */
};

struct rows {
	const struct timeline *timeline;
	bool verbose;    /**< every event, and no run of rows is cut */
	bool has_raw;    /**< the raw end takes part, */
	enum side raw;   /**< and stands here */
	bool has_others; /**< an Ethernet segment's other hosts stand where the kernel does */
	struct row *row;
	size_t count, room;
};

/** Lays out events 1 to last of a timeline. Out of memory ends the process. */
void rows_lay_out(struct rows *rows, const struct timeline *timeline, uint32_t last, bool verbose);
void rows_free(struct rows *rows);

/** The same for events first to last of a timeline that is still growing; no run of rows is cut. */
void rows_lay_out_part(struct rows *rows, const struct timeline *timeline, uint32_t first,
		       uint32_t last, bool verbose);

/** @return whether a row is one of many, as segments of data, between those that a reader looks for */
bool row_is_quiet(const struct row *row);

/** @return where an end stands */
enum side rows_side(const struct rows *rows, enum who who);

/** @return the end that stands there */
enum who rows_end(const struct rows *rows, enum side side);

/** What is to be seen in a row. */
enum row_kind {
	ROW_STATE,  /**< transitions alone */
	ROW_FRAME,  /**< a frame, and transitions beside it */
	ROW_NOTE,   /**< a call, callback, timer, or what the guard did, on one side */
	ROW_ACROSS, /**< what the lab or the wire did */
	ROW_CUT,    /**< the rows left out */
};
enum row_kind row_kind(const struct row *row);

/** @return whether a row's frame comes to its receiver, there and then */
bool row_arrives(const struct row *row);

/** The words of a row that has no frame and no transition. @return text */
const char *row_text(const struct row *row, char text[DESCRIBE_STRLEN]);

#endif
