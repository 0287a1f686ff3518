/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An lwIP network interface on an interface of the kernel's, by a packet socket, for bulk: as linux/packetif.h, but
 * with large segments (PACKET_VNET_HDR). Its ring is that for single frames, too (TPACKET_V2): in blocks of frames
 * (TPACKET_V3) an acknowledgement that comes alone would be 1 ms late.
 *
 * Frames with a VLAN tag are dropped. One thread; nothing here blocks.
 */
#ifndef PORT_LINUX_BULK_PACKETIF_BULK_H
#define PORT_LINUX_BULK_PACKETIF_BULK_H

#include <net/if.h>

#include "linux/bulk/buffers.h"
#include "linux/bulk/bulkif.h"
#include "linux/packet_ring.h"

#ifdef __cplusplus
extern "C" {
#endif

struct packetif_bulk {
	struct bulkif bulk; /**< first: the netif's state is both */

	/* Filled in by the caller before netif_add(). */
	char name[IFNAMSIZ]; /**< of the kernel's interface, which there must be */
	uint8_t hwaddr[6];   /**< lwIP's Ethernet address */
	bool shared;         /**< others use the segment, too: see struct packetif */
	bool offload;        /**< what lwIP sends is left to the kernel to complete and to cut */

	/* Owned by the driver from packetif_bulk_init() to packetif_bulk_close(). */
	int fd; /**< the packet socket, non-blocking */
	struct packet_ring ring;
	struct buffers *buffers;
	const char *failed; /**< after packetif_bulk_init() failed: the step that errno is about */
};

/** As packetif_init(), with a struct packetif_bulk. */
err_t packetif_bulk_init(struct netif *netif);

/** As tapif_bulk_poll(). A frame that finds all buffers in use stays in the ring. */
int packetif_bulk_poll(struct netif *netif, int budget);

/** Asks how the link is now, for packetif_bulk_poll(): a carrier's change is told of late otherwise. */
void packetif_bulk_ask_link(struct netif *netif);

/** @return the descriptor that is readable when frames are waiting */
int packetif_bulk_fd(const struct netif *netif);

/** @return the descriptor that is readable when the link's state may have changed */
int packetif_bulk_link_fd(const struct netif *netif);

/** Closes the socket. The netif must have been removed (netif_remove()) before. */
void packetif_bulk_close(struct packetif_bulk *packet);

#ifdef __cplusplus
}
#endif

#endif
