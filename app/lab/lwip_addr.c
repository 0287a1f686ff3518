/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/lwip_addr.h"

#include <string.h>

struct endpoint lwip_addr_endpoint(const ip_addr_t *ip, uint16_t port)
{
	struct endpoint endpoint = { .family = IP_IS_V6(ip) ? 6 : 4, .port = port };

	if (IP_IS_V6(ip))
		memcpy(endpoint.addr, ip_2_ip6(ip)->addr, 16);
	else
		memcpy(endpoint.addr, &ip_2_ip4(ip)->addr, 4);
	return endpoint;
}

ip_addr_t lwip_addr_of(const struct endpoint *endpoint)
{
	ip_addr_t ip;

	memset(&ip, 0, sizeof(ip));
	if (endpoint->family == 6) {
		memcpy(ip_2_ip6(&ip)->addr, endpoint->addr, 16);
		IP_SET_TYPE(&ip, IPADDR_TYPE_V6);
	} else {
		memcpy(&ip_2_ip4(&ip)->addr, endpoint->addr, 4);
		IP_SET_TYPE(&ip, IPADDR_TYPE_V4);
	}
	return ip;
}
