/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections of an experiment by name, and their initial sequence numbers.
 *
 * Ends and wire meet here: whoever sees a connection first gives it its name ("c1", "c2" …) and
 * everybody else finds it by its two endpoints. A new connection between the same endpoints is a
 * new flow.
 */
#ifndef APP_RECORD_FLOW_H
#define APP_RECORD_FLOW_H

#include "tcp/segment.h"

/** Flows are found by their ports: so many lists of them. */
#define FLOW_BUCKETS 1024

struct flow {
	struct flow *older;       /**< of all */
	struct flow *older_alike; /**< of those in the same bucket */
	char name[12];
	struct endpoint side[2];
	uint32_t isn[2]; /**< initial sequence number that each side sent */
	bool has_isn[2]; /**< whether it did */
};

struct flows {
	struct flow *newest;
	struct flow *bucket[FLOW_BUCKETS];
	unsigned int count, listeners;
};

/**
 * An end opens a connection actively: it has a new flow, unless the other side's active open has
 * just made it (simultaneous open, RFC 9293 3.5).
 */
struct flow *flow_open(struct flows *flows, const struct endpoint *local,
		       const struct endpoint *remote);

/** @return the newest flow between two endpoints, in either order; NULL if there is none */
struct flow *flow_find(const struct flows *flows, const struct endpoint *a,
		       const struct endpoint *b);

/**
 * A segment passes: finds its flow, or makes one for a new SYN (or for a segment of no known
 * connection), and learns initial sequence numbers.
 *
 * @param seq, ack  receive the segment's numbers relative to the initial ones, absolute where
 *                  these were not seen; ack is 0 where the ACK bit is not set, and
 *                  in an RST that acknowledges 0 as it stands
 */
struct flow *flow_segment(struct flows *flows, const struct segment *segment, uint32_t *seq,
			  uint32_t *ack);

/**
 * @param name  receives the next listener's name, "l1", "l2" …
 */
void flow_name_listener(struct flows *flows, char name[12]);

/** Forgets all flows. */
void flows_clear(struct flows *flows);

#endif
