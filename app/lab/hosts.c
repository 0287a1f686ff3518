/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/hosts.h"

#include <arpa/inet.h>

static const struct {
	const char *ipv4, *ipv6;
} hosts[] = {
	[HOST_KERNEL] = { "10.9.0.1", "fd09::1" },     [HOST_LWIP] = { "10.9.0.2", "fd09::2" },
	[HOST_RAW] = { "10.9.0.3", "fd09::3" },        [HOST_ABSENT] = { "10.9.0.99", "fd09::99" },
	[HOST_FAR] = { "203.0.113.1", "2001:db8::1" },
};

uint8_t host_prefix(int family)
{
	return family == 6 ? 64 : 24;
}

struct endpoint host_address(enum host host, int family)
{
	struct endpoint endpoint = { .family = (uint8_t)family };

	if (family == 6)
		inet_pton(AF_INET6, hosts[host].ipv6, endpoint.addr);
	else
		inet_pton(AF_INET, hosts[host].ipv4, endpoint.addr);
	return endpoint;
}
