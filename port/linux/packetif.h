/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An lwIP network interface on an interface of the kernel's, by a packet socket (packet(7)).
 *
 * lwIP sends and receives beside the kernel's own stack, with an Ethernet address of its own. On one
 * end of a veth pair that is a cable to the other end, as a TAP device is, without /dev/net/tun: it
 * needs CAP_NET_RAW in the network namespace alone, which who makes a user namespace has there. On a
 * real interface lwIP is one more host of the segment; with the host that the interface belongs to it
 * cannot speak, since what that sends leaves and does not come back.
 *
 *     static struct packetif packet = { .name = "veth1", .hwaddr = { 2, 0, 0, 0, 0, 2 } };
 *     static struct netif netif;
 *
 *     netif_add(&netif, &ip, &mask, &gateway, &packet, packetif_init, netif_input);
 *     and so on as with linux/tapif.h
 *
 * Frames are whole and as they would be on a cable: a checksum that the kernel left to the hardware is
 * computed, a VLAN tag that it took off is put back. TCP segments that it merged, or has not cut yet,
 * may be larger than the MTU; such of other protocols are dropped, as lwIP could not tell their parts.
 *
 * A frame that lwIP sends on a veth pair goes through a queue of the processor's to the other end, which
 * is worked off before the call returns: packetif_is_delivered() tells whether it was.
 *
 * The interface must stay up by itself: nothing is changed of it but, with shared, that it takes all
 * frames. The link is up while the interface is and has a carrier; a veth has one while both ends are
 * up. One thread; nothing here blocks.
 */
#ifndef PORT_LINUX_PACKETIF_H
#define PORT_LINUX_PACKETIF_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "linux/etherif.h"
#include "linux/packet_ring.h"

#ifdef __cplusplus
extern "C" {
#endif

struct packetif {
	/* Filled in by the caller before netif_add(). */
	char name[IFNAMSIZ]; /**< of the kernel's interface, which there must be */
	uint8_t hwaddr[6];   /**< lwIP's Ethernet address */
	/**
	 * Others use the segment, too: the interface takes frames to any address (PACKET_MR_PROMISC),
	 * and lwIP gets those to its own address and to groups. Else it gets all that arrive.
	 */
	bool shared;
	bool bulk; /**< many frames at a time, each up to 1 ms late: linux/packet_ring.h */

	/* Owned by the driver from packetif_init() to packetif_close(). */
	int fd;                  /**< the packet socket, non-blocking */
	struct etherif ether;    /**< the interface going up and down */
	struct packet_ring ring; /**< of frames to lwIP */
	uint8_t *large;          /**< room for a frame that has none in the ring */
	const char *failed;      /**< after packetif_init() failed: the step that errno is about */
};

/**
 * The init function for netif_add(), whose state argument is a struct packetif. Needs CAP_NET_RAW
 * in the process's network namespace; later calls may come from another one.
 *
 * @return ERR_OK; else ERR_IF, with errno set, packetif->failed naming the step, and nothing left open
 */
err_t packetif_init(struct netif *netif);

/**
 * Gives waiting frames to netif->input, and follows the state of the link.
 *
 * A frame that finds lwIP's pbuf pool empty stays in the ring, as on hardware; one that is larger
 * than the MTU is dropped then, since it might never find enough.
 *
 * @param netif   made by packetif_init()
 * @param budget  the most frames to read
 * @return frames read; below budget: no more are waiting (or no pbuf was free); ERR_IF when the
 *         interface is gone, with errno set
 */
int packetif_poll(struct netif *netif, int budget);

/** Asks how the link is now, for packetif_poll(): a carrier's change is told of late otherwise. */
void packetif_ask_link(struct netif *netif);

/** @return whether all frames that lwIP has sent have come to the receiver's IP or beyond, or are lost */
bool packetif_is_delivered(const struct netif *netif);

/** @return the descriptor that is readable when frames are waiting */
int packetif_fd(const struct netif *netif);

/** @return the descriptor that is readable when the link's state may have changed */
int packetif_link_fd(const struct netif *netif);

/** Closes the socket. The netif must have been removed (netif_remove()) before. */
void packetif_close(struct packetif *packet);

#ifdef __cplusplus
}
#endif

#endif
