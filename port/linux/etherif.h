/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the drivers of this directory have in common: lwIP's Ethernet interface that belongs to an
 * interface of the kernel's, whose MTU and link it follows by rtnetlink (rtnetlink(7)).
 */
#ifndef PORT_LINUX_ETHERIF_H
#define PORT_LINUX_ETHERIF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "lwip/netif.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The Ethernet header, with one VLAN tag: what a frame adds to the MTU. */
#define ETHERIF_OVERHEAD (14 + 4)
/** No frame needs more pieces: 65,535 bytes in the smallest PBUF_POOL buffers that make sense. */
#define ETHERIF_PIECES 256

struct mnl_socket;

struct etherif {
	const char *name;        /**< of the kernel's interface; the driver's own text */
	int ifindex;             /**< likewise; 0: rtnetlink will tell */
	unsigned int up;         /**< the link is up while it has all of these flags: IFF_UP … */
	struct mnl_socket *link; /**< tells of the interface's changes; NULL: none is open */
	uint16_t claimed_mtu;    /**< the netif's MTU, whatever the interface's is; 0: that one */
	uint16_t mtu;            /**< so it has told: the interface's */
	bool gone;               /**< so it has told: there is no such interface any more */
};

/**
 * Opens a socket that tells of an interface, and asks how that is now.
 *
 * @param ether  name, ifindex and up are set
 * @return 0; -1 with errno set, and ether to be closed
 */
int etherif_open(struct etherif *ether);
void etherif_close(struct etherif *ether);

/**
 * Makes a netif an Ethernet interface with an MTU of 1500 and the link down.
 *
 * @param name  two letters
 */
void etherif_start(struct netif *netif, const char name[2], const uint8_t hwaddr[6],
		   netif_linkoutput_fn linkoutput);

/** Gives a netif the MTU and the state of the link that were told of since the last call. */
void etherif_follow(struct etherif *ether, struct netif *netif);

/**
 * Asks how the interface is now, for etherif_follow(): where a change is told of late (a carrier's
 * is, by up to a second: net/core/link_watch.c).
 *
 * @return 0; -1 with errno set
 */
int etherif_ask(struct etherif *ether);

/** @return the number of a packet's pieces, in iov; 0: it has more than ETHERIF_PIECES */
int etherif_pieces(const struct pbuf *p, struct iovec iov[ETHERIF_PIECES]);

#ifdef __cplusplus
}
#endif

#endif
