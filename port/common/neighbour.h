/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Ethernet addresses that lwIP knows for good.
 *
 * For IPv4 lwIP has a place for them: static ARP entries. For IPv6 it has none in its public API,
 * and an entry that it learned would grow stale, be probed and be given up, in hours that pass in no
 * time. So neighbours take the place of the netif's output_ip6: what goes to one of them is sent
 * to its Ethernet address at once, everything else is left to lwIP's neighbour discovery.
 *
 * lwIP is compiled with ETHARP_SUPPORT_STATIC_ENTRIES 1, and over IPv6 with LWIP_NUM_NETIF_CLIENT_DATA for one
 * more client.
 */
#ifndef PORT_COMMON_NEIGHBOUR_H
#define PORT_COMMON_NEIGHBOUR_H

#include "lwip/netif.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NEIGHBOURS 4

struct neighbours {
	struct netif *netif;
#if LWIP_IPV6
	struct neighbour {
		ip6_addr_t address;
		uint8_t hwaddr[6];
	} known[NEIGHBOURS]; /**< over IPv6 */
	unsigned int count;
	netif_output_ip6_fn discover; /* the driver's */
#endif
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
 * @return ERR_OK; ERR_MEM when there is no room for one more; ERR_RTE: no netif that is up leads to an IPv4 address
 */
err_t neighbour_add(struct neighbours *neighbours, const ip_addr_t *address,
		    const uint8_t hwaddr[6]);

#ifdef __cplusplus
}
#endif

#endif
