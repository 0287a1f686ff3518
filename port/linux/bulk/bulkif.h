/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the drivers for bulk have in common: lwIP's network interface, whose frames leave in batches, and which
 * leaves checksums and the cutting of large segments to the kernel, or not.
 *
 * lwIP must be compiled with LWIP_CHECKSUM_CTRL_PER_NETIF, and with the hook of linux/bulk/large.h (config/bulk). With
 * offload
 *  - netif->mtu is OFFLOAD_MTU, that of the link is in ether.mtu; larger packets of IPv4 that are not TCP's are
 *    cut into fragments here, of IPv6 they are dropped (LINK_STATS lenerr);
 *  - pcb->mss is up to 64 KiB, and it is what lwIP's congestion control counts in: 2 segments to begin with
 *    (RFC 5681 has 2 to 4, of the link's size), one after a time-out, and one for each repeated ACK of a fast recovery.
 *    Lost data are sent again in whole segments: one for a fast retransmission, of which the receiver
 *    keeps what it lacks.
 */
#ifndef PORT_LINUX_BULK_BULKIF_H
#define PORT_LINUX_BULK_BULKIF_H

#include <sys/uio.h>

#include "linux/bulk/buffers.h"
#include "linux/bulk/outbox.h"
#include "linux/etherif.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A frame on its way to the kernel. */
struct bulkif_frame {
	struct iovec *iov; /**< the header, of no length without headers; then the frame */
	int pieces;
};

/** Of the frames of a batch together: a frame that may have all of its own finds room for them. */
#define BULKIF_PIECES (4 * (1 + ETHERIF_PIECES))

struct bulkif {
	/* Set by the driver before bulkif_start(). */
	bool offload;
	bool headers; /**< a header of virtio is before each frame; with offload it must be */
	struct etherif ether; /**< open */
	/**
	 * Sends frames, in their order.
	 *
	 * @param count  at most OUTBOX_FRAMES
	 * @return how many are sent, or lost as on a cable; the others are lost to an error
	 */
	unsigned int (*send)(struct netif *netif, const struct bulkif_frame *frames,
			     unsigned int count);

	/* Owned by bulkif_start() and those after it. */
	unsigned int polls;
	struct outbox out;
	struct bulkif_batch {
		unsigned int count; /* of frames */
		int pieces;         /* of iov, that they take */
		struct bulkif_frame frames[OUTBOX_FRAMES];
		struct virtio_net_hdr headers[OUTBOX_FRAMES];
		struct iovec iov[BULKIF_PIECES];
	} batch;
};

/** Makes a netif, whose state begins with its bulkif, an Ethernet interface. */
void bulkif_start(struct netif *netif, const char name[2], const uint8_t hwaddr[6]);

/**
 * Gives a received frame to netif->input.
 *
 * @param p       the whole frame in one piece; lwIP's from now on
 * @param header  as it came with the frame; NULL: with nothing left to do
 */
void bulkif_input(struct netif *netif, struct pbuf *p, const struct virtio_net_hdr *header);

/** @return whether a frame of that length is one for lwIP; else it is counted as too long */
bool bulkif_has_legal_length(const struct netif *netif, size_t length,
			     const struct virtio_net_hdr *header);

/**
 * @param buffer  that was taken, as large as the largest frame, with a frame at bytes + BUFFERS_HEADROOM
 * @return the frame as a pbuf: the buffer, or for a small frame a copy
 */
struct pbuf *bulkif_pbuf(struct buffer *buffer, size_t length);

/** Sends what waits. To be called after lwIP was given something to send: lwIP itself does not. */
void bulkif_flush(struct netif *netif);

/** Once in so many polls the driver looks at the link: it takes a system call, as much as a small frame. */
#define BULKIF_POLLS_FOR_LINK 16

/**
 * To be called in each poll: gives the netif the MTU and the state of the link, up to BULKIF_POLLS_FOR_LINK polls after
 * they have changed.
 *
 * @return whether it has asked
 */
bool bulkif_follow(struct netif *netif);

/** Forgets what waits. */
void bulkif_stop(struct bulkif *bulk);

#ifdef __cplusplus
}
#endif

#endif
