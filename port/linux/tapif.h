/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An lwIP network interface on a Linux TAP device.
 *
 * The TAP device is a cable between two hosts: the kernel holds one end (an interface of the
 * network namespace that the process is in), lwIP holds the other. A frame that lwIP writes is
 * processed by the kernel before write() returns; a frame that the kernel sends waits in the
 * device until tapif_poll() reads it.
 *
 *     static struct tapif tap = { .hwaddr = { 2, 0, 0, 0, 0, 2 } };
 *     static struct netif netif;
 *
 *     netif_add(&netif, &ip, &mask, &gateway, &tap, tapif_init, netif_input);
 *     netif_set_up(&netif);
 *     for (;;) {
 *             poll() for tapif_fd() and tapif_link_fd(), at most sys_timeouts_sleeptime();
 *             tapif_poll(&netif, 64);
 *             sys_check_timeouts();
 *     }
 *
 * Addresses are given by netif_add() and can be changed by lwIP's netif functions at any time.
 * The link is up while the kernel's interface is up, and netif->mtu follows its MTU.
 * One thread; nothing here blocks.
 */
#ifndef PORT_LINUX_TAPIF_H
#define PORT_LINUX_TAPIF_H

#include <net/if.h>
#include <stdint.h>

#include "linux/etherif.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tapif {
	/* Filled in by the caller before netif_add(). */
	char name[IFNAMSIZ]; /**< the kernel's name for its end; empty: the kernel picks "tapN" */
	uint8_t hwaddr[6];   /**< lwIP's Ethernet address */

	/* Owned by the driver from tapif_init() to tapif_close(). */
	int fd;               /**< /dev/net/tun, attached, non-blocking */
	struct etherif ether; /**< the kernel's interface going up and down */
	struct pbuf *spare;   /**< allocated for the next frame, as large as the MTU asks */
	const char *failed;   /**< after tapif_init() failed: the step that errno is about */
};

/**
 * The init function for netif_add(), whose state argument is a struct tapif.
 *
 * Creates the TAP device in the process's network namespace, which needs CAP_NET_ADMIN there and
 * access to /dev/net/tun (kernel, Documentation/networking/tuntap.rst).
 *
 * @return ERR_OK; else ERR_IF, with errno set, tapif->failed naming the step, and nothing left open
 */
err_t tapif_init(struct netif *netif);

/**
 * Reads waiting frames and gives each to netif->input, and follows the state of the link.
 *
 * A frame that finds lwIP's pbuf pool empty stays in the device's queue, as on hardware.
 *
 * @param netif   made by tapif_init()
 * @param budget  the most frames to read
 * @return frames read; below budget: no more are waiting (or no pbuf was free); ERR_IF when the
 *         device is gone, with errno set
 */
int tapif_poll(struct netif *netif, int budget);

/** @return the descriptor that is readable when frames are waiting */
int tapif_fd(const struct netif *netif);

/** @return the descriptor that is readable when the link's state may have changed */
int tapif_link_fd(const struct netif *netif);

/**
 * Destroys the TAP device. The netif must have been removed (netif_remove()) before.
 */
void tapif_close(struct tapif *tap);

#ifdef __cplusplus
}
#endif

#endif
