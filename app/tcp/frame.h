/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet frames made by hand: the inverse of segment_parse().
 */
#ifndef APP_TCP_FRAME_H
#define APP_TCP_FRAME_H

#include "tcp/segment.h"

/** Room for the headers of any segment that frame_build() makes: Ethernet, IPv6, TCP with options. */
#define FRAME_HEADERS (14 + 40 + 60)

/**
 * Writes a segment as an Ethernet frame, with correct checksums.
 *
 * @param segment  src and dst of one family; seq, ack, flags, window and length as they shall be;
 *                 the options mss, wscale, sack_permitted and timestamps where they are present
 * @param data     segment->length bytes
 * @param frame    receives the frame
 * @param room     bytes there
 * @return the frame's size in bytes; 0 when room is too small
 */
size_t frame_build(const struct segment *segment, const uint8_t src_mac[6],
		   const uint8_t dst_mac[6], const void *data, uint8_t *frame, size_t room);

/**
 * Looks at the checksum of a frame's segment (RFC 9293, 3.1).
 *
 * @param is     receives it, and
 * @param right  what it would have to be
 * @return false: the frame has no whole segment behind one header of IPv4 or IPv6
 */
bool frame_checksum(const uint8_t *frame, size_t size, uint16_t *is, uint16_t *right);

/** Makes the TCP checksum of a frame wrong. */
void frame_spoil_checksum(uint8_t *frame);

#endif
