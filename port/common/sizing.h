/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much memory lwIP's TCP needs for so many connections at a time, when each has its send buffer full of full
 * segments and its window full of data that the application has not taken. For lwipopts.h, behind TCP_MSS, TCP_WND,
 * TCP_SND_BUF, MEM_ALIGNMENT and LWIP_TCP_TIMESTAMPS:
 *
 *     #include "common/sizing.h"
 *     #define MEMP_NUM_TCP_SEG SIZING_TCP_SEG(4)
 *     #define PBUF_POOL_SIZE   SIZING_PBUF_POOL(4)
 *     #define MEM_SIZE         SIZING_MEM(4)
 *
 * No preprocessor can ask for sizeof(): lwIP's own structures count as what they take at most. tests/unit/test_sizing.c
 * fills the pools, and shows that less does not do.
 */
#ifndef PORT_COMMON_SIZING_H
#define PORT_COMMON_SIZING_H

/** Bytes of data in a full segment: timestamps take 12 (RFC 7323, 3.2). */
#define SIZING_PAYLOAD (TCP_MSS - (LWIP_TCP_TIMESTAMPS ? 12 : 0))

/** Full segments for so many bytes. */
#define SIZING_SEGMENTS(bytes) (((bytes) + SIZING_PAYLOAD - 1) / SIZING_PAYLOAD)

/**
 * MEMP_NUM_TCP_SEG: all that is sent and a FIN, and all that is received but the first, out of order.
 */
#define SIZING_TCP_SEG(connections) \
	((connections) * (SIZING_SEGMENTS(TCP_SND_BUF) + SIZING_SEGMENTS(TCP_WND)))

/** PBUF_POOL_SIZE: the windows, and the frame that comes just now. A pbuf has room for a frame (PBUF_POOL_BUFSIZE). */
#define SIZING_PBUF_POOL(connections) ((connections)*SIZING_SEGMENTS(TCP_WND) + 1)

#define SIZING_ALIGNED(bytes) (((bytes) + MEM_ALIGNMENT - 1) / MEM_ALIGNMENT * MEM_ALIGNMENT)

/** Bytes of the heap for a segment that tcp_write() copies: of the heap, the pbuf, room for headers, data. */
#define SIZING_BLOCK                                                          \
	(SIZING_ALIGNED(3 * 4) + SIZING_ALIGNED(3 * __SIZEOF_POINTER__ + 8) + \
	 SIZING_ALIGNED(14 + (LWIP_IPV6 ? 40 : 20) + 20) + SIZING_ALIGNED(TCP_MSS))

/** MEM_SIZE: the send buffers, and the segment without data that goes just now. */
#define SIZING_MEM(connections) (((connections)*SIZING_SEGMENTS(TCP_SND_BUF) + 1) * SIZING_BLOCK)

#endif
