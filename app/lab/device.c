/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lab/link.h"
#include "lab/namespace.h"
#include "netif/ethernet.h"
#include "record/timeline.h"

/* Of lwIP's end of a veth pair, in a namespace that has no other interface. */
#define FAR_END "lwip1"
/* How long a frame may lie in a queue of the kernel's before it is taken for lost. */
#define DELIVERY_NS 100000000

enum device_kind device_choose(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return DEVICE_PACKET;
	close(fd);
	return DEVICE_TAP;
}

const char *device_name(enum device_kind kind)
{
	static const char *const names[] = {
		[DEVICE_TAP] = "tap", [DEVICE_PACKET] = "packet", [DEVICE_SHARED] = "shared"
	};

	return names[kind];
}

/* Whose driver is the packet socket's. */
static bool is_packet(const struct device *device)
{
	return device->kind == DEVICE_PACKET || device->kind == DEVICE_SHARED;
}

static int refuse_tap(const struct tapif *tap, int error, struct why *why)
{
	const char *remedy = "";

	if (error == ENOENT)
		remedy = "; load the tun module (modprobe tun), give the container /dev/net/tun, "
			 "or use --netif packet";
	else if (error == EACCES || error == EPERM)
		remedy = "; run tcplab as root, let users open it (chmod 0666 /dev/net/tun), or "
			 "use --netif packet";
	return why_set(why, error, "cannot %s for lwIP: %s%s", tap->failed, strerror(error),
		       remedy);
}

static int refuse_packet(const struct packetif *packet, int error, struct why *why)
{
	const char *remedy = "";

	if (error == EAFNOSUPPORT)
		remedy = "; load the af_packet module (modprobe af_packet), or use --netif tap";
	else if (error == EPERM)
		remedy = "; it needs CAP_NET_RAW: run tcplab as root, or give it that right "
			 "(setcap cap_net_raw+ep tcplab)";
	return why_set(why, error, "cannot %s for lwIP: %s%s", packet->failed, strerror(error),
		       remedy);
}

/* lwIP's end. Returns whether there is one; else errno tells why not. */
static bool add_netif(struct netif *netif, const struct device_plan *plan, void *driver,
		      netif_init_fn init)
{
	return netif_add(netif, plan->address, plan->netmask, plan->gateway, driver, init,
			 ethernet_input) != NULL;
}

/*
 * The window that the kernel's TCP announces depends on how much memory the segments of its queue take,
 * and a TAP device allocates less for each than a packet socket does, as long as its own buffer has no
 * limit (drivers/net/tun.c, tun_can_build_skb()). With any limit, both do the same, and so does TCP.
 */
static int allocate_alike(int fd)
{
	int limit = INT_MAX - 1;

	return ioctl(fd, TUNSETSNDBUF, &limit);
}

static int open_tap(struct device *device, const struct device_plan *plan, struct netif *netif,
		    struct why *why)
{
	struct tapif *tap = &device->tap;
	int err = 0;

	snprintf(tap->name, sizeof(tap->name), "%s", plan->name);
	memcpy(tap->hwaddr, plan->hwaddr, sizeof(tap->hwaddr));
	if (!add_netif(netif, plan, tap, tapif_init))
		return refuse_tap(tap, errno, why);
	if (allocate_alike(tap->fd) < 0)
		err = why_set(why, errno, "cannot set up the TAP device's buffer: %s",
			      strerror(errno));
	if (err < 0) {
		netif_remove(netif);
		tapif_close(tap);
	}
	return err;
}

/* A frame is to be received where it was sent: on another processor that would go on beside the sender. */
static int keep_to_processor(void *context, struct why *why)
{
	static const char path[] = "net/core/rps_default_mask";

	(void)context;
	return namespace_has_sysctl(path) ? namespace_sysctl(path, "0", why) : 0;
}

struct far_end {
	struct device *device;
	const struct device_plan *plan;
	struct netif *netif;
};

/* The kernel neither speaks at lwIP's end nor answers: it is lwIP's alone. */
static int silence(const struct device_plan *plan, struct why *why)
{
	static const char path[] = "net/ipv6/conf/" FAR_END "/disable_ipv6";
	int err = namespace_has_sysctl(path) ? namespace_sysctl(path, "1", why) : 0;

	if (err == 0 && plan->mtu != 0)
		err = link_set_mtu(FAR_END, plan->mtu, why);
	return err < 0 ? err : link_up_mute(FAR_END, why);
}

static int open_socket(struct packetif *packet, const char *name, const struct device_plan *plan,
		       struct netif *netif, struct why *why)
{
	snprintf(packet->name, sizeof(packet->name), "%s", name);
	memcpy(packet->hwaddr, plan->hwaddr, sizeof(packet->hwaddr));
	if (!add_netif(netif, plan, packet, packetif_init))
		return refuse_packet(packet, errno, why);
	return 0;
}

/* lwIP's socket stays in the namespace in which it was opened. */
static int open_far_end(void *context, struct why *why)
{
	const struct far_end *far = context;
	int err = silence(far->plan, why);

	return err < 0 ? err
		       : open_socket(&far->device->packet, FAR_END, far->plan, far->netif, why);
}

static int open_packet(struct device *device, const struct device_plan *plan, struct netif *netif,
		       struct why *why)
{
	struct far_end far = { device, plan, netif };
	int ns = namespace_beside(why), err;

	if (ns < 0)
		return ns;
	err = keep_to_processor(NULL, why);
	if (err == 0)
		err = namespace_in(ns, keep_to_processor, NULL, why);
	if (err == 0)
		err = link_add_veth(plan->name, FAR_END, ns, why);
	if (err == 0)
		err = link_compute_checksums(plan->name, why);
	if (err == 0)
		err = namespace_in(ns, open_far_end, &far, why);
	close(ns);
	return err;
}

int device_open(struct device *device, const struct device_plan *plan, struct netif *netif,
		struct why *why)
{
	device->kind = plan->kind;
	device->name = plan->name;
	switch (plan->kind) {
	case DEVICE_PACKET: return open_packet(device, plan, netif, why);
	case DEVICE_SHARED:
		device->packet.shared = true;
		return open_socket(&device->packet, plan->name, plan, netif, why);
	default: return open_tap(device, plan, netif, why);
	}
}

void device_close(struct device *device)
{
	if (is_packet(device))
		packetif_close(&device->packet);
	else
		tapif_close(&device->tap);
}

int device_plug_in(struct device *device, struct netif *netif, struct why *why)
{
	int err;

	/* Both ends of a pair are up now: it has a carrier, of which word may come later than a frame. */
	if (device->kind == DEVICE_PACKET) {
		err = link_await_carrier(device->name, why);
		if (err < 0)
			return err;
	}
	if (is_packet(device))
		packetif_ask_link(netif);
	device_poll(device, netif, 0);
	if (!netif_is_link_up(netif))
		return why_set(why, ENETDOWN, "interface %s is up, but lwIP's end of it is not",
			       device->name);
	return 0;
}

int device_poll(const struct device *device, struct netif *netif, int budget)
{
	return is_packet(device) ? packetif_poll(netif, budget) : tapif_poll(netif, budget);
}

int device_fd(const struct device *device, const struct netif *netif)
{
	return is_packet(device) ? packetif_fd(netif) : tapif_fd(netif);
}

int device_link_fd(const struct device *device, const struct netif *netif)
{
	return is_packet(device) ? packetif_link_fd(netif) : tapif_link_fd(netif);
}

bool device_await_delivery(const struct device *device, const struct netif *netif)
{
	uint64_t deadline;

	if (device->kind != DEVICE_PACKET || packetif_is_delivered(netif))
		return true;
	deadline = timeline_real_ns() + DELIVERY_NS;
	while (!packetif_is_delivered(netif) && timeline_real_ns() < deadline)
		sched_yield();
	return false;
}
