/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attacker's segments: one frame, in which each time the source's address and port and the
 * numbers are replaced, and what that changes in the checksums (RFC 1624). The same seed makes the
 * same segments.
 */
#ifndef APP_END_FLOOD_SEGMENT_H
#define APP_END_FLOOD_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "end/flood.h"
#include "linux/entropy.h"
#include "tcp/frame.h"

/** The network that the segments pretend to come from: 198.18.0.0/15. Port 0. */
struct endpoint flood_network(void);
#define FLOOD_PREFIX 15

/** @return whether an address is in that network */
bool flood_is_source(const struct endpoint *endpoint);

/** Bytes of data in a FLOOD_SYN_DATA. */
#define FLOOD_DATA 100

struct flood_segments {
	struct entropy random;
	uint8_t frame[FRAME_HEADERS + FLOOD_DATA]; /**< the latest segment */
	uint16_t size;                             /**< of it, in bytes */
	bool acks;                                 /**< it has an acknowledgement number */
	uint32_t ip_sum, tcp_sum; /* of the fields that stay the same, not complemented */
};

/**
 * @param from, to  Ethernet addresses
 * @param victim    address and port
 */
void flood_segments_init(struct flood_segments *segments, enum flood_kind kind, uint64_t seed,
			 const uint8_t from[6], const uint8_t to[6], const struct endpoint *victim);

/** Makes the next segment, in segments->frame. */
void flood_segments_next(struct flood_segments *segments);

#endif
