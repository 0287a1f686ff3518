/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP as one more host of a real Ethernet segment, beside the host whose interface leads there.
 *
 * Nothing of that host is changed: lwIP has a packet socket on the interface, which takes all frames of the
 * segment as long as the socket is open (packet(7), PACKET_MR_PROMISC).
 */
#ifndef APP_LAB_ETHERNET_H
#define APP_LAB_ETHERNET_H

#include <stdint.h>

#include "lab/device.h"
#include "lab/why.h"
#include "tcp/segment.h"

/** An address, and how many of its bits are its network's. */
struct ethernet_address {
	struct endpoint address; /**< port 0; family 0: none */
	uint8_t prefix;
};

/** What lwIP shall be on the segment. */
struct ethernet_plan {
	const char *interface; /**< of the kernel's, in the process's network namespace */
	uint8_t hwaddr[6];     /**< lwIP's Ethernet address */
	struct ethernet_address ipv4, ipv6; /**< one of them at least */
	struct endpoint gateway;            /**< IPv4's; family 0: none */
};

/** lwIP's addresses: IPv4's, IPv6's, and the link-local one that it makes of its Ethernet address. */
#define ETHERNET_ADDRESSES 3

/** @param address  receives them, without ports @return how many there are */
unsigned int ethernet_addresses(const struct ethernet_plan *plan,
				struct endpoint address[ETHERNET_ADDRESSES]);

/**
 * Looks whether the interface leads to a segment, and whether the addresses are this host's own. Sends
 * nothing and needs no right.
 *
 * @return 0; a negative errno with the reason, and what to do, in why
 */
int ethernet_check(const struct ethernet_plan *plan, struct why *why);

/**
 * Asks the segment whether somebody has one of the addresses: ARP probes (RFC 5227, 2.1.1) and neighbour
 * solicitations (RFC 4862, 5.4.2), three of each within a second, which is sooner than these would have it.
 * Frames that arrive meanwhile are lost.
 *
 * @param netif  the device's, with a link, and not yet up
 * @return 0; -EADDRINUSE with who has it in why, or another negative errno
 */
int ethernet_claim(const struct ethernet_plan *plan, const struct device *device,
		   struct netif *netif, struct why *why);

#endif
