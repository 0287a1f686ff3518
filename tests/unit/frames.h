/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames made by hand.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tcp/segment.h"

#define LWIP_SIDE(port_)   ((struct endpoint){ 4, { 10, 9, 0, 2 }, (port_) })
#define KERNEL_SIDE(port_) ((struct endpoint){ 4, { 10, 9, 0, 1 }, (port_) })

/** Where the headers of frame_ipv4() and frame_ipv6() begin. */
enum { FRAME_IP = 14, FRAME_TCP_4 = 34, FRAME_TCP_6 = 54 };

struct frame {
	uint8_t bytes[512];
	size_t size;
};

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

/* The TCP header, with options, and data: bytes that count from 1. */
static inline size_t frame_put_tcp(uint8_t *tcp, const struct segment *segment,
				   const uint8_t *options, size_t option_size)
{
	put16(tcp, segment->src.port);
	put16(tcp + 2, segment->dst.port);
	put32(tcp + 4, segment->seq);
	put32(tcp + 8, segment->ack);
	tcp[12] = (uint8_t)((20 + option_size) / 4 << 4);
	tcp[13] = segment->flags;
	put16(tcp + 14, segment->window);
	if (option_size > 0)
		memcpy(tcp + 20, options, option_size);
	for (size_t i = 0; i < segment->length; i++)
		tcp[20 + option_size + i] = (uint8_t)(i + 1);
	return 20 + option_size + segment->length;
}

/** @param options  a multiple of four bytes */
static inline struct frame frame_ipv4(const struct segment *segment, const uint8_t *options,
				      size_t option_size)
{
	struct frame frame = { .bytes = { [12] = 0x08, 0x00, [FRAME_IP] = 0x45 } };
	size_t size = frame_put_tcp(frame.bytes + FRAME_TCP_4, segment, options, option_size);

	put16(frame.bytes + FRAME_IP + 2, (uint16_t)(20 + size));
	frame.bytes[FRAME_IP + 8] = 64;
	frame.bytes[FRAME_IP + 9] = 6;
	memcpy(frame.bytes + FRAME_IP + 12, segment->src.addr, 4);
	memcpy(frame.bytes + FRAME_IP + 16, segment->dst.addr, 4);
	frame.size = FRAME_TCP_4 + size;
	return frame;
}

static inline struct frame frame_ipv6(const struct segment *segment, const uint8_t *options,
				      size_t option_size)
{
	struct frame frame = { .bytes = { [12] = 0x86, 0xdd, [FRAME_IP] = 0x60 } };
	size_t size = frame_put_tcp(frame.bytes + FRAME_TCP_6, segment, options, option_size);

	put16(frame.bytes + FRAME_IP + 4, (uint16_t)size);
	frame.bytes[FRAME_IP + 6] = 6;
	frame.bytes[FRAME_IP + 7] = 64;
	memcpy(frame.bytes + FRAME_IP + 8, segment->src.addr, 16);
	memcpy(frame.bytes + FRAME_IP + 24, segment->dst.addr, 16);
	frame.size = FRAME_TCP_6 + size;
	return frame;
}

#endif
