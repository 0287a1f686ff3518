/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/ethernet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lab/link.h"
#include "lwip/inet_chksum.h"
#include "lwip/pbuf.h"
#include "record/timeline.h"

#define PROBES    3
#define PROBE_MS  300
#define NS_PER_MS 1000000u

unsigned int ethernet_addresses(const struct ethernet_plan *plan,
				struct endpoint address[ETHERNET_ADDRESSES])
{
	const uint8_t *mac = plan->hwaddr;
	/* RFC 4291, appendix A: the universal bit is inverted. */
	const uint8_t link_local[16] = { 0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2],
					 0xff, 0xfe, mac[3],           mac[4], mac[5] };
	unsigned int count = 0;

	if (plan->ipv4.address.family != 0)
		address[count++] = plan->ipv4.address;
	if (plan->ipv6.address.family != 0)
		address[count++] = plan->ipv6.address;
	address[count] = (struct endpoint){ .family = 6 };
	memcpy(address[count++].addr, link_local, sizeof(link_local));
	return count;
}

/* -- This host */

static int refuse_unknown(const char *name, struct why *why)
{
	struct if_nameindex *all = if_nameindex();
	char list[160] = "";
	size_t length = 0;

	for (int i = 0; all != NULL && all[i].if_index != 0 && length < sizeof(list); i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i == 0 ? "" : ", ", all[i].if_name);
	if_freenameindex(all);
	return why_set(why, ENODEV, "there is no interface '%s' here; there are %s", name, list);
}

static int check_interface(const struct ethernet_plan *plan, struct why *why)
{
	const char *name = plan->interface;
	struct link_state link;
	int err;

	if (if_nametoindex(name) == 0)
		return refuse_unknown(name, why);
	err = link_look(name, &link, why);
	if (err < 0)
		return err;
	if (!link.ethernet)
		return why_set(
			why, EINVAL,
			"interface %s is no Ethernet: a packet host needs one, or a bridge or "
			"veth of the kernel's",
			name);
	if (!link.up)
		return why_set(
			why, ENETDOWN,
			"interface %s is down, and tcplab changes nothing of it: ip link set "
			"%s up",
			name, name);
	if (!link.carrier)
		return why_set(why, ENETDOWN, "interface %s has no carrier: plug its cable in",
			       name);
	if (memcmp(link.hwaddr, plan->hwaddr, sizeof(link.hwaddr)) == 0)
		return why_set(
			why, EADDRINUSE,
			"the Ethernet address is that of interface %s itself, whose host would "
			"answer, too: choose another one",
			name);
	return 0;
}

static bool is_same(const struct sockaddr *own, const struct endpoint *address)
{
	union {
		const struct sockaddr *any;
		const struct sockaddr_in *v4;
		const struct sockaddr_in6 *v6;
	} at = { own };

	if (own == NULL)
		return false;
	if (own->sa_family == AF_INET && address->family == 4)
		return memcmp(&at.v4->sin_addr, address->addr, 4) == 0;
	return own->sa_family == AF_INET6 && address->family == 6 &&
	       memcmp(&at.v6->sin6_addr, address->addr, 16) == 0;
}

/* The segment cannot tell: what this host's socket sends does not come to its own stack. */
static int check_own_addresses(const struct ethernet_plan *plan, struct why *why)
{
	struct endpoint address[ETHERNET_ADDRESSES];
	unsigned int count = ethernet_addresses(plan, address);
	char text[ENDPOINT_STRLEN];
	struct ifaddrs *all;
	int err = 0;

	if (getifaddrs(&all) < 0)
		return why_set(why, errno, "cannot tell this host's own addresses: %s",
			       strerror(errno));
	for (const struct ifaddrs *own = all; own != NULL && err == 0; own = own->ifa_next)
		for (unsigned int i = 0; i < count && err == 0; i++)
			if (is_same(own->ifa_addr, &address[i]))
				err = why_set(
					why, EADDRINUSE,
					"%s is this host's own address, at %s: choose one that "
					"nobody has",
					address_format(&address[i], text), own->ifa_name);
	freeifaddrs(all);
	return err;
}

int ethernet_check(const struct ethernet_plan *plan, struct why *why)
{
	int err = check_interface(plan, why);

	return err < 0 ? err : check_own_addresses(plan, why);
}

/* -- The segment: questions */

/* ARP over Ethernet for IPv4 (RFC 826). */
struct arp {
	struct ether_header ethernet;
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;
	uint8_t sender_hwaddr[6], sender[4], target_hwaddr[6], target[4];
} __attribute__((packed));

#define ARP_ETHERNET 1
#define ARP_REQUEST  1

struct solicitation {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	struct nd_neighbor_solicit nd;
} __attribute__((packed));

static void send_frame(struct netif *netif, const void *frame, uint16_t size)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, size, PBUF_RAM);

	if (p == NULL)
		return; /* a probe that got lost: there are others */
	pbuf_take(p, frame, size);
	netif->linkoutput(netif, p);
	pbuf_free(p);
}

/* RFC 5227, 2.1.1: it names no sender, so that nobody learns from it. */
static void probe_ipv4(struct netif *netif, const struct endpoint *address)
{
	struct arp arp = { .hardware = htons(ARP_ETHERNET),
			   .protocol = htons(ETHERTYPE_IP),
			   .hardware_size = 6,
			   .protocol_size = 4,
			   .operation = htons(ARP_REQUEST) };
	uint8_t frame[ETH_ZLEN] = { 0 };

	arp.ethernet.ether_type = htons(ETHERTYPE_ARP);
	memset(arp.ethernet.ether_dhost, 0xff, 6);
	memcpy(arp.ethernet.ether_shost, netif->hwaddr, 6);
	memcpy(arp.sender_hwaddr, netif->hwaddr, 6);
	memcpy(arp.target, address->addr, 4);
	memcpy(frame, &arp, sizeof(arp));
	send_frame(netif, frame, sizeof(frame));
}

/* RFC 4443, 2.3: over the pseudo-header (RFC 8200, 8.1), too. */
static uint16_t icmp6_checksum(const struct solicitation *solicitation)
{
	struct {
		struct in6_addr src, dst;
		uint32_t length;
		uint8_t zero[3], next;
		struct nd_neighbor_solicit nd;
	} covered = { .src = solicitation->ip.ip6_src,
		      .dst = solicitation->ip.ip6_dst,
		      .length = htonl(sizeof(solicitation->nd)),
		      .next = IPPROTO_ICMPV6,
		      .nd = solicitation->nd };

	return inet_chksum(&covered, sizeof(covered));
}

/* RFC 4862, 5.4.2: from the unspecified address, to the group of whoever has this one. */
static void probe_ipv6(struct netif *netif, const struct endpoint *address)
{
	static const uint8_t group[13] = { 0xff, 0x02, [11] = 1, 0xff };
	struct solicitation ns = { .ip = { .ip6_flow = htonl(6u << 28),
					   .ip6_plen = htons(sizeof(ns.nd)),
					   .ip6_nxt = IPPROTO_ICMPV6,
					   .ip6_hlim = 255 } };

	ns.ethernet.ether_type = htons(ETHERTYPE_IPV6);
	memcpy(ns.ip.ip6_dst.s6_addr, group, sizeof(group));
	memcpy(ns.ip.ip6_dst.s6_addr + 13, address->addr + 13, 3);
	ns.ethernet.ether_dhost[0] = ns.ethernet.ether_dhost[1] = 0x33;
	memcpy(ns.ethernet.ether_dhost + 2, ns.ip.ip6_dst.s6_addr + 12, 4);
	memcpy(ns.ethernet.ether_shost, netif->hwaddr, 6);
	ns.nd.nd_ns_type = ND_NEIGHBOR_SOLICIT;
	memcpy(ns.nd.nd_ns_target.s6_addr, address->addr, 16);
	ns.nd.nd_ns_cksum = icmp6_checksum(&ns);
	send_frame(netif, &ns, sizeof(ns));
}

/* -- The segment: answers */

/* One at a time, as lwIP's netif functions have no argument of their own. */
static struct claim {
	struct endpoint address[ETHERNET_ADDRESSES];
	unsigned int count;
	const struct endpoint *taken; /* of these; NULL: none */
	uint8_t by[6];                /* whoever has it */
} claim;

static void note_taken(const struct endpoint *address, const uint8_t hwaddr[6])
{
	claim.taken = address;
	memcpy(claim.by, hwaddr, sizeof(claim.by));
}

/* Who speaks in its name has it; who probes for it, too, is about to take it (RFC 5227, 2.1.1). */
static void look_at_arp(const struct arp *arp, const uint8_t own[6])
{
	static const uint8_t nobody[4];
	bool probe = memcmp(arp->sender, nobody, 4) == 0 && memcmp(arp->sender_hwaddr, own, 6) != 0;

	for (unsigned int i = 0; i < claim.count; i++) {
		const struct endpoint *address = &claim.address[i];

		if (address->family == 4 && (memcmp(arp->sender, address->addr, 4) == 0 ||
					     (probe && memcmp(arp->target, address->addr, 4) == 0)))
			note_taken(address, arp->sender_hwaddr);
	}
}

/* Advertisements and solicitations have their target at the same place (RFC 4861, 4.3, 4.4). */
static void look_at_neighbour(const struct solicitation *message, const uint8_t own[6])
{
	static const uint8_t nobody[16];
	bool probe = message->nd.nd_ns_type == ND_NEIGHBOR_SOLICIT &&
		     memcmp(message->ip.ip6_src.s6_addr, nobody, 16) == 0 &&
		     memcmp(message->ethernet.ether_shost, own, 6) != 0;

	if (message->ip.ip6_nxt != IPPROTO_ICMPV6 ||
	    (message->nd.nd_ns_type != ND_NEIGHBOR_ADVERT && !probe))
		return;
	for (unsigned int i = 0; i < claim.count; i++)
		if (claim.address[i].family == 6 &&
		    memcmp(message->nd.nd_ns_target.s6_addr, claim.address[i].addr, 16) == 0)
			note_taken(&claim.address[i], message->ethernet.ether_shost);
}

static err_t take_answer(struct pbuf *p, struct netif *netif)
{
	union {
		struct ether_header ethernet;
		struct arp arp;
		struct solicitation neighbour;
	} frame;
	uint16_t size = pbuf_copy_partial(p, &frame, sizeof(frame), 0);

	if (size >= sizeof(frame.arp) && frame.ethernet.ether_type == htons(ETHERTYPE_ARP))
		look_at_arp(&frame.arp, netif->hwaddr);
	if (size >= sizeof(frame.neighbour) && frame.ethernet.ether_type == htons(ETHERTYPE_IPV6))
		look_at_neighbour(&frame.neighbour, netif->hwaddr);
	pbuf_free(p);
	return ERR_OK;
}

static void probe(struct netif *netif)
{
	for (unsigned int i = 0; i < claim.count; i++)
		if (claim.address[i].family == 4)
			probe_ipv4(netif, &claim.address[i]);
		else
			probe_ipv6(netif, &claim.address[i]);
}

static void listen_for(const struct device *device, struct netif *netif, unsigned int ms)
{
	uint64_t now_ns = timeline_real_ns(), end_ns = now_ns + (uint64_t)ms * NS_PER_MS;
	struct pollfd fd = { .fd = device_fd(device, netif), .events = POLLIN };

	for (; claim.taken == NULL && now_ns < end_ns; now_ns = timeline_real_ns()) {
		poll(&fd, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1);
		if (device_poll(device, netif, DEVICE_FRAMES) < 0)
			return; /* the interface is gone: who uses it next is told */
	}
}

int ethernet_claim(const struct ethernet_plan *plan, const struct device *device,
		   struct netif *netif, struct why *why)
{
	netif_input_fn input = netif->input;
	char text[ENDPOINT_STRLEN];

	claim = (struct claim){ .taken = NULL };
	claim.count = ethernet_addresses(plan, claim.address);
	netif->input = take_answer;
	for (int i = 0; i < PROBES && claim.taken == NULL; i++) {
		probe(netif);
		listen_for(device, netif, PROBE_MS);
	}
	netif->input = input;
	if (claim.taken == NULL)
		return 0;
	return why_set(why, EADDRINUSE,
		       "somebody on the segment at %s has %s already, the host with the Ethernet "
		       "address %02x:%02x:%02x:%02x:%02x:%02x: choose an address that nobody has",
		       plan->interface, address_format(claim.taken, text), claim.by[0], claim.by[1],
		       claim.by[2], claim.by[3], claim.by[4], claim.by[5]);
}
