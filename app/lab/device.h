/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cable between lwIP and the kernel: its kernel's end is an interface of the private namespace,
 * at its other end is a driver of lwIP's.
 *
 * A TAP device; or a veth pair, at whose other end lwIP has a packet socket. That end is in a
 * network namespace of its own, so that nothing of it is seen in the kernel's: no second interface, no
 * frame twice. Both hand a frame to the kernel's TCP within the call that sends it.
 *
 * Or no cable: an interface that is there already, with others at its far end (lab/ethernet.h).
 */
#ifndef APP_LAB_DEVICE_H
#define APP_LAB_DEVICE_H

#include <stdbool.h>

#include "lab/why.h"
#include "linux/packetif.h"
#include "linux/tapif.h"

enum device_kind {
	DEVICE_ANY,    /**< as device_choose() says */
	DEVICE_TAP,    /**< /dev/net/tun */
	DEVICE_PACKET, /**< a veth pair and a packet socket */
	DEVICE_SHARED, /**< a packet socket on an interface of the host's, which stays as it is */
};

struct device {
	enum device_kind kind;
	const char *name; /**< of the kernel's end; of the interface that is there */
	struct tapif tap;
	struct packetif packet;
};

/** What a cable shall be like. */
struct device_plan {
	enum device_kind kind; /**< not DEVICE_ANY */
	const char *name;      /**< of the kernel's end, or of the interface; stays the caller's */
	const uint8_t *hwaddr; /**< lwIP's Ethernet address, 6 bytes */
	unsigned int mtu;      /**< of lwIP's end, in bytes; 0: as it comes, 1500 */
	/** lwIP's addresses, as netif_add() takes them; NULL: none. */
	const ip4_addr_t *address, *netmask, *gateway;
};

/** @return what there is a right to: a TAP device where /dev/net/tun can be opened, else the other */
enum device_kind device_choose(void);

/** @return "tap", "packet", "shared" */
const char *device_name(enum device_kind kind);

/**
 * Makes the cable and adds lwIP's end of it as a netif; the kernel's end is down. In the namespace
 * that namespace_enter() has made. DEVICE_SHARED: in whatever namespace the process is in, where it must have
 * CAP_NET_RAW.
 *
 * @return 0; a negative errno with the reason in why, and nothing to be closed
 */
int device_open(struct device *device, const struct device_plan *plan, struct netif *netif,
		struct why *why);

/** Takes the cable away, after netif_remove(). */
void device_close(struct device *device);

/** The kernel's end, or the interface, is up: gives lwIP word of it. @return 0; a negative errno with the reason in why */
int device_plug_in(struct device *device, struct netif *netif, struct why *why);

/** As many frames are read at a time. */
#define DEVICE_FRAMES 64

/** As tapif_poll() and packetif_poll(). */
int device_poll(const struct device *device, struct netif *netif, int budget);
int device_fd(const struct device *device, const struct netif *netif);
int device_link_fd(const struct device *device, const struct netif *netif);

/**
 * After lwIP has sent to the kernel: waits until the kernel has taken what was sent.
 *
 * @return whether it had done so already, as in lock-step it does
 */
bool device_await_delivery(const struct device *device, const struct netif *netif);

#endif
