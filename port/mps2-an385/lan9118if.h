/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An lwIP network interface on a LAN9118 Ethernet controller (SMSC/Microchip, LAN9118 datasheet), or one of
 * its kin with the same registers, such as the LAN9220 of the MPS2 board.
 *
 *     static struct lan9118if ethernet = { .base = (volatile uint32_t *)0x40200000, .hwaddr = { 2, 0, 0, 0, 0, 2 } };
 *     static struct netif netif;
 *
 *     netif_add(&netif, &ip, &mask, &gateway, &ethernet, lan9118if_init, netif_input);
 *     netif_set_up(&netif);
 *     for (;;) {
 *             lan9118if_poll(&netif, 64);
 *             sys_check_timeouts();
 *             sleep until an interrupt, at most some ms
 *     }
 *
 * The controller's interrupt handler calls lan9118if_interrupt(), and nothing else: lwIP is entered by
 * the main loop alone. The link follows the cable. Nothing here blocks but for the bounded waits below.
 *
 * Received frames wait in the controller's FIFO, which holds six full ones; those beyond are dropped by
 * the controller, whole. So the receive windows of all connections together should be 6 MSS at most.
 *
 * Tried on QEMU's model (mps2-an385, version 7.2); not on silicon. There the minimum times between two
 * accesses (datasheet, 6.1) must be kept, too: at 25 MHz the bus is slow enough by itself.
 */
#ifndef PORT_MPS2_AN385_LAN9118IF_H
#define PORT_MPS2_AN385_LAN9118IF_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"

struct lan9118if {
	/* Filled in by the caller before netif_add(). */
	volatile uint32_t *base; /**< the controller's registers */
	uint8_t hwaddr[6];       /**< the Ethernet address */

	/* Owned by the driver from lan9118if_init() on. */
	const char *failed; /**< after lan9118if_init() failed: what the controller did not do */
};

/**
 * The init function for netif_add(), whose state argument is a struct lan9118if. Resets the controller
 * and starts it; the link comes up in lan9118if_poll().
 *
 * @return ERR_OK; else ERR_IF with failed set: there is no such controller, or it does not answer in time
 */
err_t lan9118if_init(struct netif *netif);

/** Another Ethernet address, which netif->hwaddr has already. @return ERR_OK; ERR_IF: the controller does not take it */
err_t lan9118if_set_hwaddr(struct netif *netif, const uint8_t hwaddr[6]);

/** For the controller's interrupt: keeps it quiet until lan9118if_poll() has seen to its reason. */
void lan9118if_interrupt(struct netif *netif);

/**
 * Reads waiting frames and gives each to netif->input, and follows the state of the link.
 *
 * A frame that finds lwIP's pbuf pool empty stays in the controller. No interrupt tells of it again:
 * call once more soon, whatever happens.
 *
 * @param netif   made by lan9118if_init()
 * @param budget  the most frames to read
 * @return frames read, broken ones included; below budget: no more are waiting (or no pbuf was free)
 */
int lan9118if_poll(struct netif *netif, int budget);

/**
 * Takes the frame that has waited longest out of the controller, past lwIP.
 *
 * @param frame  receives its first bytes, without FCS
 * @param room   for so many
 * @return how many it has received; 0: the frame is broken; -1: none waits
 */
int lan9118if_take(struct netif *netif, void *frame, uint16_t room);

#endif
