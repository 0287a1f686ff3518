/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The receive ring of a packet socket: frames in memory that is shared with the kernel (packet(7);
 * kernel, Documentation/networking/packet_mmap.rst).
 *
 * Two kinds. TPACKET_V2 hands over each frame when it is there: what the kernel has sent when a system
 * call returns can be read then, which lock-step needs. TPACKET_V3 hands over blocks of frames, when
 * one is full or by a timer of 1 ms at least: better for bulk, and 1 ms late for a single frame.
 */
#ifndef PORT_LINUX_PACKET_RING_H
#define PORT_LINUX_PACKET_RING_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct packet_ring {
	uint8_t *map; /* NULL: none is open */
	size_t size;
	bool bulk;
	unsigned int count; /* of slots, or blocks */
	unsigned int at;    /* the slot, or the block, to be read next */
	uint32_t left; /* bulk: frames of that block that were not read yet; 0: it is not begun */
	uint8_t *in_block; /* bulk: the next of them */
};

/** A frame in the ring. */
struct packet_frame {
	uint8_t *bytes;    /**< as it came, but for a VLAN tag: that is beside it */
	uint32_t size;     /**< so many are there */
	uint32_t length;   /**< so many it had */
	uint32_t status;   /**< TP_STATUS_… of linux/if_packet.h */
	uint16_t vlan_tci; /**< with TP_STATUS_VLAN_VALID */
	uint16_t vlan_tpid;
	const struct virtio_net_hdr *offload; /**< what of it the kernel has left to do */
};

/**
 * Gives a packet socket its ring. The socket's frames begin with a virtio_net_hdr from then on, those
 * that it sends, too.
 *
 * @param fd    a packet socket that is not bound yet
 * @param bulk  TPACKET_V3
 * @param slots without bulk: so many frames find room, of 2 KiB of the kernel's memory each; a multiple of 512
 * @return 0; -1 with errno set
 */
int packet_ring_open(struct packet_ring *ring, int fd, bool bulk, unsigned int slots);
void packet_ring_close(struct packet_ring *ring);

/** @return whether a frame waits; frame is it, in place until packet_ring_next() */
bool packet_ring_peek(struct packet_ring *ring, struct packet_frame *frame);

/** Gives the place of the frame of packet_ring_peek() back to the kernel. */
void packet_ring_next(struct packet_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
