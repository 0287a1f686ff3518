/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/ethernet_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "cmd/option_table.h"

/* -- Values */

static int take_interface(struct ethernet_plan *plan, const char *text, struct why *why)
{
	if (*text == '\0' || strlen(text) >= IFNAMSIZ)
		return why_set(why, EINVAL, "--packet takes the name of an interface, not '%s'",
			       text);
	plan->interface = text;
	return 0;
}

static int read_hwaddr(const char *text, uint8_t hwaddr[6])
{
	int used = 0,
	    count = sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &hwaddr[0], &hwaddr[1],
			   &hwaddr[2], &hwaddr[3], &hwaddr[4], &hwaddr[5], &used);

	/* Two digits each: nothing that scanf would skip or take for a sign. */
	return count == 6 && used == 17 && text[used] == '\0' &&
			       strspn(text, "0123456789abcdefABCDEF:") == 17
		       ? 0
		       : -EINVAL;
}

static int take_hwaddr(struct ethernet_plan *plan, const char *text, struct why *why)
{
	static const uint8_t none[6];

	if (read_hwaddr(text, plan->hwaddr) < 0 || memcmp(plan->hwaddr, none, sizeof(none)) == 0)
		return why_set(why, EINVAL,
			       "--mac takes an Ethernet address as 02:00:00:12:34:56, not '%s'",
			       text);
	if (plan->hwaddr[0] & 1)
		return why_set(
			why, EINVAL,
			"--mac %s is a group's address, and no host's: its first byte is odd; "
			"take one that begins with 02",
			text);
	return 0;
}

/* lwIP's own address, and what of it is its network's. */
static bool is_usable_ipv4(const struct ethernet_address *ip)
{
	uint32_t mask = UINT32_MAX << (32 - ip->prefix), address;

	memcpy(&address, ip->address.addr, sizeof(address));
	address = ntohl(address);
	return address >> 24 != 0 && address >> 24 != 127 && address >> 28 < 14 &&
	       (address & ~mask) != 0 && (address | mask) != UINT32_MAX;
}

static bool is_usable_ipv6(const struct ethernet_address *ip)
{
	static const uint8_t loopback[16] = { [15] = 1 }, nobody[16];
	const uint8_t *addr = ip->address.addr;

	/* The link-local ones are made of the Ethernet address. */
	return addr[0] != 0xff && !(addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80) &&
	       memcmp(addr, loopback, 16) != 0 && memcmp(addr, nobody, 16) != 0;
}

static int take_prefix(struct ethernet_address *ip, const char *text, struct why *why)
{
	uint64_t prefix;
	int err;

	if (ip->address.family == 4) {
		err = option_number("--ip: a prefix of IPv4", text, 1, 30, &prefix, why);
		ip->prefix = (uint8_t)prefix;
		return err;
	}
	if (strcmp(text, "64") != 0)
		return why_set(why, EINVAL,
			       "--ip: lwIP's networks of IPv6 have the prefix 64, not '%s'", text);
	ip->prefix = 64;
	return 0;
}

static int read_address(const char *text, struct endpoint *address)
{
	*address = (struct endpoint){ .family = strchr(text, ':') != NULL ? 6 : 4 };
	return inet_pton(address->family == 6 ? AF_INET6 : AF_INET, text, address->addr) == 1
		       ? 0
		       : -EINVAL;
}

static int take_ip(struct ethernet_plan *plan, const char *text, struct why *why)
{
	const char *slash = strchr(text, '/');
	struct ethernet_address ip, *taken;
	char address[ENDPOINT_STRLEN];

	snprintf(address, sizeof(address), "%.*s", slash == NULL ? 0 : (int)(slash - text), text);
	if (slash == NULL || read_address(address, &ip.address) < 0)
		return why_set(why, EINVAL,
			       "--ip takes an address and its prefix, as 192.168.1.77/24, not '%s'",
			       text);
	if (take_prefix(&ip, slash + 1, why) < 0)
		return -EINVAL;
	if (!(ip.address.family == 4 ? is_usable_ipv4(&ip) : is_usable_ipv6(&ip)))
		return why_set(why, EINVAL, "--ip %s is no address that a host could have there",
			       text);
	taken = ip.address.family == 4 ? &plan->ipv4 : &plan->ipv6;
	if (taken->address.family != 0)
		return why_set(why, EINVAL, "--ip %s is a second address of IPv%d: lwIP has one",
			       text, ip.address.family);
	*taken = ip;
	return 0;
}

static int take_gateway(struct ethernet_plan *plan, const char *text, struct why *why)
{
	if (read_address(text, &plan->gateway) < 0 || plan->gateway.family != 4)
		return why_set(
			why, EINVAL,
			"--gateway takes an address of IPv4, not '%s' (over IPv6 lwIP takes the "
			"routers that advertise themselves)",
			text);
	return 0;
}

int ethernet_options_take(struct ethernet_plan *plan, const char *option, const char *text,
			  struct why *why)
{
	if (strcmp(option, "packet") == 0)
		return take_interface(plan, text, why);
	if (strcmp(option, "mac") == 0)
		return take_hwaddr(plan, text, why);
	return strcmp(option, "ip") == 0 ? take_ip(plan, text, why) : take_gateway(plan, text, why);
}

/* -- The whole */

static bool has_hwaddr(const struct ethernet_plan *plan)
{
	static const uint8_t none[6];

	return memcmp(plan->hwaddr, none, sizeof(none)) != 0;
}

static bool has_ip(const struct ethernet_plan *plan)
{
	return plan->ipv4.address.family != 0 || plan->ipv6.address.family != 0;
}

bool ethernet_options_given(const struct ethernet_plan *plan)
{
	return plan->interface != NULL || has_hwaddr(plan) || has_ip(plan) ||
	       plan->gateway.family != 0;
}

/* A router is a neighbour. */
static bool is_neighbour(const struct endpoint *address, const struct ethernet_address *of)
{
	uint32_t mask = htonl(UINT32_MAX << (32 - of->prefix)), a, b;

	memcpy(&a, address->addr, sizeof(a));
	memcpy(&b, of->address.addr, sizeof(b));
	return a != b && ((a ^ b) & mask) == 0;
}

int ethernet_options_check(const struct ethernet_plan *plan, struct why *why)
{
	char gateway[ENDPOINT_STRLEN];

	if (plan->interface == NULL)
		return why_set(
			why, EINVAL,
			"--mac, --ip and --gateway go with --packet alone: elsewhere lwIP has "
			"addresses of its own");
	if (!has_hwaddr(plan))
		return why_set(
			why, EINVAL,
			"--packet needs lwIP's Ethernet address, which nobody on the segment "
			"may have: --mac 02:… (02 is for those that one makes up)");
	if (!has_ip(plan))
		return why_set(why, EINVAL,
			       "--packet needs lwIP's IP address, which nobody on the segment may "
			       "have: --ip ADDRESS/PREFIX");
	if (plan->gateway.family == 0)
		return 0;
	if (plan->ipv4.address.family == 0 || !is_neighbour(&plan->gateway, &plan->ipv4))
		return why_set(
			why, EINVAL,
			"--gateway %s is no other host of lwIP's own network, which --ip says",
			address_format(&plan->gateway, gateway));
	return 0;
}

/* -- For people */

void ethernet_options_announce(const struct ethernet_plan *plan, FILE *out)
{
	struct endpoint address[ETHERNET_ADDRESSES];
	unsigned int count = ethernet_addresses(plan, address);
	const char *name = plan->interface;
	const uint8_t *mac = plan->hwaddr;
	char text[ENDPOINT_STRLEN];

	fprintf(out,
		"lwIP becomes a host of the Ethernet segment at %s:\n"
		"- it has the Ethernet address %02x:%02x:%02x:%02x:%02x:%02x, and answers for",
		name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s %s",
			i == 0          ? ""
			: i + 1 < count ? ","
					: " and",
			address_format(&address[i], text));
	fprintf(out,
		"\n"
		"- as long as it lives, %s is promiscuous: it takes all frames of the segment\n"
		"- nothing else of this host is changed: no address, route, neighbour or sysctl\n"
		"- this host cannot reach it by %s, as what it sends there does not come back:\n"
		"  talk to lwIP from another host of the segment\n",
		name, name);
}
