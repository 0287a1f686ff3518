/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Ethernet addresses that lwIP knows for good.
 *
 * For IPv4 lwIP has a place for them: static ARP entries. For IPv6 it has none in its public API,
 * and an entry that it learned would grow stale, be probed and be given up, in hours that pass in no
 * time. So neighbours take the place of the netif's output_ip6: what goes to one of them is sent
 * to its Ethernet address at once, everything else is left to lwIP's neighbour discovery.
 */
#ifndef APP_LAB_NEIGHBOUR_H
#define APP_LAB_NEIGHBOUR_H

#include "lwip/netif.h"
#include "tcp/segment.h"

#define NEIGHBOURS 4

struct neighbours {
	struct netif *netif;
	struct neighbour {
		struct endpoint address; /**< port 0 */
		uint8_t hwaddr[6];
	} known[NEIGHBOURS]; /**< over IPv6 */
	unsigned int count;
	netif_output_ip6_fn discover; /* the driver's */
};

/**
 * Puts the table into a netif, which must have been added already.
 *
 * @param neighbours  receives the empty table; it is in use as long as the netif
 */
void neighbour_attach(struct neighbours *neighbours, struct netif *netif);

/**
 * Tells lwIP a neighbour's Ethernet address.
 *
 * @param address  the neighbour's; the port does not matter
 * @return 0; -ENOSPC when there is no room for one more
 */
int neighbour_add(struct neighbours *neighbours, const struct endpoint *address,
		  const uint8_t hwaddr[6]);

#endif
