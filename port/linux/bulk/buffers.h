/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffers that a frame is received into and that lwIP then has as a pbuf: it is not copied. The one that came
 * back last is used next, since the processor's cache still has it.
 */
#ifndef PORT_LINUX_BULK_BUFFERS_H
#define PORT_LINUX_BULK_BUFFERS_H

#include <stddef.h>
#include <stdint.h>

#include "lwip/pbuf.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Before a frame in its buffer: room for a header of the kernel's, so that IP's begins at a multiple of 8. */
#define BUFFERS_HEADROOM 10

struct buffers;

struct buffer {
	struct pbuf_custom custom; /**< first: lwIP gives back its address */
	struct buffers *home;
	struct buffer *next;
	uint8_t bytes[] __attribute__((aligned(64)));
};

/**
 * @param size   of the largest frame, in bytes, without BUFFERS_HEADROOM
 * @param count  of the buffers
 * @return the buffers; NULL, with errno set
 */
struct buffers *buffers_open(size_t size, unsigned int count);

/** The memory goes when lwIP and its applications have given back what they hold. */
void buffers_close(struct buffers *buffers);

/** @return a free one, to be handed over or put back; NULL: all are in use */
struct buffer *buffers_take(struct buffers *buffers);

/** Gives one back that was taken; those taken together in the opposite order, to have the same next time. */
void buffers_put_back(struct buffer *buffer);

/**
 * @param buffer  that was taken, with a frame at bytes + BUFFERS_HEADROOM
 * @param length  of the frame, in bytes
 * @return the frame as a pbuf; when that is freed, the buffer is free again
 */
struct pbuf *buffers_hand_over(struct buffer *buffer, uint16_t length);

#ifdef __cplusplus
}
#endif

#endif
