/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/neighbour.h"

#include <errno.h>
#include <string.h>

#include "lab/lwip_addr.h"
#include "lwip/etharp.h"
#include "netif/ethernet.h"

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

void neighbour_attach(struct neighbours *neighbours, struct netif *netif)
{
	memset(neighbours, 0, sizeof(*neighbours));
	neighbours->netif = netif;
	neighbours->discover = netif->output_ip6;
	if (client_data_id < 0)
		client_data_id = netif_alloc_client_data_id();
	netif_set_client_data(netif, (u8_t)client_data_id, neighbours);
	netif->output_ip6 = output;
}

int neighbour_add(struct neighbours *neighbours, const struct endpoint *address,
		  const uint8_t hwaddr[6])
{
	struct neighbour *neighbour;
	struct eth_addr ethernet;
	ip_addr_t ip;

	if (address->family == 4) {
		ip = lwip_addr_of(address);
		memcpy(ethernet.addr, hwaddr, sizeof(ethernet.addr));
		return etharp_add_static_entry(ip_2_ip4(&ip), &ethernet) == ERR_OK ? 0 : -ENOSPC;
	}
	if (neighbours->count == NEIGHBOURS)
		return -ENOSPC;
	neighbour = &neighbours->known[neighbours->count++];
	neighbour->address = *address;
	memcpy(neighbour->hwaddr, hwaddr, sizeof(neighbour->hwaddr));
	return 0;
}
