/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/neighbour.h"

#include <string.h>

#include "lwip/etharp.h"
#include "netif/ethernet.h"

#if LWIP_IPV6

/* lwIP's netif functions have no argument of their own: the table is found by its netif. */
static int client_data_id = -1;

static err_t output(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
	const struct neighbours *neighbours = netif_get_client_data(netif, (u8_t)client_data_id);
	struct eth_addr from, hwaddr;

	for (unsigned int i = 0; i < neighbours->count; i++) {
		const struct neighbour *neighbour = &neighbours->known[i];

		if (memcmp(neighbour->address.addr, to->addr, sizeof(to->addr)) != 0)
			continue;
		memcpy(from.addr, netif->hwaddr, sizeof(from.addr));
		memcpy(hwaddr.addr, neighbour->hwaddr, sizeof(hwaddr.addr));
		return ethernet_output(netif, p, &from, &hwaddr, ETHTYPE_IPV6);
	}
	return neighbours->discover(netif, p, to);
}

static void take_place(struct neighbours *neighbours)
{
	neighbours->discover = neighbours->netif->output_ip6;
	if (client_data_id < 0)
		client_data_id = netif_alloc_client_data_id();
	netif_set_client_data(neighbours->netif, (u8_t)client_data_id, neighbours);
	neighbours->netif->output_ip6 = output;
}

static err_t add_ipv6(struct neighbours *neighbours, const ip6_addr_t *address,
		      const uint8_t hwaddr[6])
{
	struct neighbour *neighbour;

	if (neighbours->count == NEIGHBOURS)
		return ERR_MEM;
	neighbour = &neighbours->known[neighbours->count++];
	neighbour->address = *address;
	memcpy(neighbour->hwaddr, hwaddr, sizeof(neighbour->hwaddr));
	return ERR_OK;
}

#endif

void neighbour_attach(struct neighbours *neighbours, struct netif *netif)
{
	memset(neighbours, 0, sizeof(*neighbours));
	neighbours->netif = netif;
#if LWIP_IPV6
	take_place(neighbours);
#endif
}

err_t neighbour_add(struct neighbours *neighbours, const ip_addr_t *address,
		    const uint8_t hwaddr[6])
{
	struct eth_addr ethernet;

	(void)neighbours;
#if LWIP_IPV6
	if (IP_IS_V6(address))
		return add_ipv6(neighbours, ip_2_ip6(address), hwaddr);
#endif
	memcpy(ethernet.addr, hwaddr, sizeof(ethernet.addr));
	return etharp_add_static_entry(ip_2_ip4(address), &ethernet);
}
