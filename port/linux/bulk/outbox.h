/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that wait for the end of a batch. Meanwhile an acknowledgement that a later one of the same connection
 * covers is left out, as hardware that merges segments would have caused one for many.
 */
#ifndef PORT_LINUX_BULK_OUTBOX_H
#define PORT_LINUX_BULK_OUTBOX_H

#include <stdbool.h>

#include "linux/bulk/offload.h"
#include "lwip/pbuf.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef OUTBOX_FRAMES
#define OUTBOX_FRAMES 64
#endif

struct outbox {
	unsigned int count;
	struct outbox_frame {
		struct pbuf *p; /**< NULL: it was left out */
		bool is_tcp;
		struct tcp_place place; /**< of a TCP segment */
	} frames[OUTBOX_FRAMES];
};

/**
 * Puts a frame in at the end; it is lwIP's still, and must not change before it is taken out.
 *
 * @param outbox  with fewer than OUTBOX_FRAMES
 * @param p       an Ethernet frame, all of its headers in the first pbuf
 */
void outbox_put(struct outbox *outbox, struct pbuf *p);

/** Forgets all frames. */
void outbox_empty(struct outbox *outbox);

#ifdef __cplusplus
}
#endif

#endif
