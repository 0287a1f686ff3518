/* SPDX-License-Identifier: BSD-3-Clause */
/* How a lab begins and ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/link.h"
#include "lab/lwip_addr.h"
#include "lab/namespace.h"
#include "lab/pools.h"
#include "linux/clock.h"
#include "lwip/init.h"

#define KERNEL_END "lwip0" /* the name of its interface */

const uint8_t lab_kernel_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x01 };
const uint8_t lab_lwip_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x02 };
const uint8_t lab_raw_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x03 };

static const int families[] = { 4, 6, 0 };

bool lab_has_family(const struct lab *lab, int family)
{
	return lab->settings.family == 0 || lab->settings.family == family;
}

/* Sets what the kernel's end of the cable has of its own below net/ipv6/conf. */
static int set_ipv6(const struct lab *lab, const char *name, const char *value, struct why *why)
{
	char path[64];

	snprintf(path, sizeof(path), "net/ipv6/conf/%s/%s", lab->device.name, name);
	return namespace_sysctl(path, value, why);
}

/*
 * The kernel speaks the one family alone, and nothing of its own accord. With IPv6: no link-local
 * address, in whose name it would look for routers; and one report, at once, of the multicast group
 * in which a neighbour would ask for its address (that is MLDv1), not the second one that would come
 * some time in the next ten seconds (RFC 2710, 4): it comes some time in the next 24 days.
 */
static int choose_family(const struct lab *lab, struct why *why)
{
	bool v6 = lab->settings.family != 4;
	int err = set_ipv6(lab, "disable_ipv6", v6 ? "0" : "1", why);

	if (err == -ENOENT && v6)
		return why_set(why, ENOENT,
			       "this kernel has no IPv6 (there is no /proc/sys/net/ipv6/conf): run "
			       "without -6, or boot it without ipv6.disable=1");
	if (!v6) /* a kernel without IPv6 is as silent */
		return err == -ENOENT ? 0 : err;
	if (err == 0)
		err = set_ipv6(lab, "addr_gen_mode", "1", why);
	if (err == 0)
		err = set_ipv6(lab, "force_mld_version", "1", why);
	if (err == 0)
		err = set_ipv6(lab, "mldv1_unsolicited_report_interval", "2147483647", why);
	return err;
}

static int add_kernel_addresses(const struct lab *lab, struct why *why)
{
	int err = 0;

	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint address = host_address(HOST_KERNEL, families[i]);

		if (lab_has_family(lab, families[i]))
			err = link_add_address(lab->device.name, &address, host_prefix(families[i]),
					       why);
	}
	return err;
}

/*
 * The kernel's side of the cable: no tail loss probes, whose timer is set from a round-trip time that
 * is next to nothing here; no limit, in real time, to how often it answers what is out of the
 * window, for hours of lwIP's pass in no time; a receive buffer that does not grow with what arrives
 * in some real time; no large packets, whose size (and so the place of PSH) follows from a rate in
 * real time; an address; up.
 */
static int configure_kernel(struct lab *lab, struct why *why)
{
	const char *name = lab->device.name;
	int err = choose_family(lab, why);

	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_early_retrans", "0", why);
	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_invalid_ratelimit", "0", why);
	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_moderate_rcvbuf", "0", why);
	if (err == 0)
		err = link_set_hwaddr(name, lab_kernel_hwaddr, why);
	if (err == 0)
		err = link_set_gso_segments(name, 1, why);
	if (err == 0 && lab->settings.mtu != 0)
		err = link_set_mtu(name, lab->settings.mtu, why);
	if (err == 0)
		err = add_kernel_addresses(lab, why);
	if (err == 0)
		err = link_up(name, why);
	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint address = host_address(HOST_KERNEL, families[i]);

		if (lab_has_family(lab, families[i]))
			err = link_await_address(&address, why);
	}
	return err;
}

/* Over IPv4 lwIP has its address when the netif is added; over IPv6, when that is there. */
static void give_lwip_ipv6(struct lab *lab, const struct endpoint *lwip)
{
	ip_addr_t address = lwip_addr_of(lwip);
	s8_t slot = -1;

	netif_add_ip6_address(&lab->netif, ip_2_ip6(&address), &slot);
	LWIP_ASSERT("a new netif has room for an address", slot >= 0);
	/* Valid at once: on a private cable nobody else can have it, on a segment nobody has. */
	netif_ip6_addr_set_state(&lab->netif, slot, IP6_ADDR_PREFERRED);
}

/* What lwIP's addresses shall be: those of the private cable, or those that were asked for on a segment. */
static struct ethernet_plan addresses_of(const struct lab *lab)
{
	struct ethernet_plan plan = { .interface = KERNEL_END };

	if (lab->settings.ethernet != NULL)
		return *lab->settings.ethernet;
	memcpy(plan.hwaddr, lab_lwip_hwaddr, sizeof(plan.hwaddr));
	if (lab->settings.board != NULL)
		return plan; /* here only the driver is, and nothing shall speak */
	if (lab_has_family(lab, 4)) {
		plan.ipv4 = (struct ethernet_address){ host_address(HOST_LWIP, 4), host_prefix(4) };
		plan.gateway = host_address(HOST_KERNEL, 4);
	}
	if (lab_has_family(lab, 6))
		plan.ipv6 = (struct ethernet_address){ host_address(HOST_LWIP, 6), host_prefix(6) };
	return plan;
}

static int start_lwip(struct lab *lab, struct why *why)
{
	const struct ethernet_plan host = addresses_of(lab);
	bool v4 = host.ipv4.address.family != 0;
	ip_addr_t address = lwip_addr_of(&host.ipv4.address), gateway = lwip_addr_of(&host.gateway);
	ip4_addr_t netmask = { v4 ? lwip_htonl(UINT32_MAX << (32 - host.ipv4.prefix)) : 0 };
	struct device_plan plan = { .kind = lab->settings.netif,
				    .name = host.interface,
				    .hwaddr = host.hwaddr,
				    .mtu = lab->settings.mtu,
				    .address = v4 ? ip_2_ip4(&address) : NULL,
				    .netmask = v4 ? &netmask : NULL,
				    .gateway = v4 ? ip_2_ip4(&gateway) : NULL };
	int err;

	lwip_init();
	if (!lab->settings.live)
		pools_shrink();
	err = device_open(&lab->device, &plan, &lab->netif, why);
	if (err < 0)
		return err;
	/* Nor are groups of multicast reported, of either family: nobody speaks before an experiment begins. */
	if (!lab->settings.live)
		lab->netif.flags &= (u8_t) ~(NETIF_FLAG_IGMP | NETIF_FLAG_MLD6);
	neighbour_attach(&lab->neighbours, &lab->netif);
	if (host.ipv6.address.family != 0)
		give_lwip_ipv6(lab, &host.ipv6.address);
	return 0;
}

/*
 * The two hosts know each other's Ethernet addresses, and do not ask for them: neither before the
 * experiment nor when a cable is pulled, where a route would go on saying that there is a way.
 */
static int introduce_hosts(struct lab *lab, struct why *why)
{
	int err = 0;

	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint kernel = host_address(HOST_KERNEL, families[i]);
		struct endpoint lwip = host_address(HOST_LWIP, families[i]);

		if (!lab_has_family(lab, families[i]))
			continue;
		if (lab->stack->introduce(lab, &kernel, lab_kernel_hwaddr) < 0)
			return why_set(why, ENOSPC,
				       "lwIP has no room for the kernel's Ethernet address");
		err = link_add_neighbour(lab->device.name, &lwip, lab_lwip_hwaddr, why);
	}
	return err;
}

int lab_introduce(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6],
		  struct why *why)
{
	if (lab->stack->introduce(lab, host, hwaddr) < 0)
		return why_set(why, ENOSPC, "lwIP has no room for one more Ethernet address");
	return link_add_neighbour(lab->device.name, host, hwaddr, why);
}

int lab_route_to_raw(struct lab *lab, const struct endpoint *network, uint8_t prefix,
		     struct why *why)
{
	if (network->family != 4)
		return why_set(why, EAFNOSUPPORT, "the third host is a router over IPv4 alone");
	lab->stack->set_gateway(lab, &lab->raw);
	return link_add_route(lab->device.name, network, prefix, &lab->raw, why);
}

static void before_kernel(void *context)
{
	lab_notice_kernel_timers(context);
}

static void after_kernel(void *context)
{
	struct lab *lab = context;

	if (lab->wire.on_segment)
		return; /* nobody can tell what others do because of a frame */
	/* What it answers to a frame that it took late would look like its timers' doing. */
	if (!device_await_delivery(&lab->device, &lab->netif))
		lab->disturbed++;
	lab_kernel_acted(lab);
}

static void before_frame(void *context, const struct event *frame)
{
	struct lab *lab = context;

	if (lab->frame_observer != NULL)
		lab->frame_observer(lab->observer_context, frame);
}

static void name_hosts(struct lab *lab)
{
	const struct ethernet_plan *segment = lab->settings.ethernet;
	int family = lab->settings.family == 6 ? 6 : 4;

	if (segment != NULL) {
		lab->lwip = family == 6 ? segment->ipv6.address : segment->ipv4.address;
		lab->kernel.family = lab->raw.family = (uint8_t)family;
		return;
	}
	lab->kernel = host_address(HOST_KERNEL, family);
	lab->lwip = host_address(HOST_LWIP, family);
	lab->raw = host_address(HOST_RAW, family);
}

/* From here on lwIP would answer. */
static void bring_lwip_up(struct lab *lab)
{
	netif_set_default(&lab->netif);
	netif_set_up(&lab->netif);
}

static void stop_lwip(struct lab *lab)
{
	netif_remove(&lab->netif);
	device_close(&lab->device);
}

/* lwIP and the kernel, each at its end of a cable, in a private namespace. */
static int open_cable(struct lab *lab, struct why *why)
{
	int err = namespace_enter(why);

	if (err == 0)
		err = start_lwip(lab, why);
	if (err < 0)
		return err;
	err = configure_kernel(lab, why);
	if (err == 0) {
		bring_lwip_up(lab);
		err = device_plug_in(&lab->device, &lab->netif, why);
	}
	if (err == 0) {
		device_poll(&lab->device, &lab->netif, DEVICE_FRAMES);
		err = lab->stack->join(lab, why);
	}
	if (err == 0)
		err = introduce_hosts(lab, why);
	if (err < 0)
		stop_lwip(lab);
	return err;
}

/* lwIP on a segment that is there. */
static int open_segment(struct lab *lab, struct why *why)
{
	const struct ethernet_plan *plan = lab->settings.ethernet;
	int err = start_lwip(lab, why);

	if (err < 0)
		return err;
	err = device_plug_in(&lab->device, &lab->netif, why);
	if (err == 0)
		err = ethernet_claim(plan, &lab->device, &lab->netif, why);
	if (err < 0)
		stop_lwip(lab);
	else
		bring_lwip_up(lab);
	return err;
}

/*
 * Three sequences from one seed: the lab's, lwIP's, the wire's. Others could guess lwIP's sequence numbers and
 * ports from a seed that everybody knows: on a segment these are the kernel's randomness.
 */
static void seed_all(struct lab *lab)
{
	uint32_t lwip;

	lab->random.state = lab->settings.seed;
	lwip = entropy_next(&lab->random);
	lab->wire.seed = (uint64_t)entropy_next(&lab->random) << 32 | 2;
	lab->lwip_seed = (uint64_t)lwip << 32 | 1;
	if (lab->settings.ethernet == NULL)
		entropy_seed(lab->lwip_seed);
	else
		lab->random.state = (uint64_t)entropy_u32() << 32 | entropy_u32();
}

int lab_open(struct lab *lab, const struct lab_settings *settings, struct why *why)
{
	int err;

	memset(lab, 0, sizeof(*lab));
	lab->settings = *settings;
	if (settings->ethernet != NULL)
		lab->settings.netif = DEVICE_SHARED;
	else if (settings->netif == DEVICE_ANY)
		lab->settings.netif = device_choose();
	name_hosts(lab);
	seed_all(lab);
	lab->wire.now_ns = clock_now_ns;
	lab->wire.on_segment = settings->ethernet != NULL;
	lab->patience_ms = LAB_PATIENCE_MS;
	lab->stack = settings->board == NULL ? &stack_here : &stack_on_board;
	err = lab->stack->start(lab, why);
	if (err == 0)
		err = settings->ethernet != NULL ? open_segment(lab, why) : open_cable(lab, why);
	if (err < 0) {
		lab->stack->stop(lab);
		return err;
	}
	device_poll(&lab->device, &lab->netif, DEVICE_FRAMES);
	lab->timeline = timeline_new(clock_now_ns);
	lab->wire.before_kernel = before_kernel;
	lab->wire.after_kernel = after_kernel;
	lab->wire.before_frame = before_frame;
	lab->wire.context = lab;
	wire_attach(&lab->wire, &lab->netif, lab->timeline, &lab->flows);
	return 0;
}

void lab_close(struct lab *lab)
{
	wire_detach(&lab->wire);
	lab->stack->stop(lab);
	netif_remove(&lab->netif);
	device_close(&lab->device);
	flows_clear(&lab->flows);
	timeline_free(lab->timeline);
	lab->timeline = NULL;
}
