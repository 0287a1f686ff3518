/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The board as a whole: lwIP on its Ethernet port, and the loop's two halves. A firmware is
 *
 *     board_init(&address, &mask, &gateway);
 *     for (;;) {
 *             board_poll();
 *             the firmware's own work
 *             board_idle();
 *     }
 */
#ifndef PORT_MPS2_AN385_BOARD_H
#define PORT_MPS2_AN385_BOARD_H

#include "lwip/netif.h"

/**
 * Starts the UART, the timer, lwIP and the Ethernet port. lwIP's clock stands until clock_run(). The seed of
 * its random numbers must be set before (entropy_seed()). Does not return when the port does not
 * work: it says why on the UART and ends.
 *
 * @param address, mask, gateway  of IPv4, in network order; lwIP's functions for netifs change them later
 * @return the netif, up; its link comes up in board_poll()
 */
struct netif *board_init(const ip4_addr_t *address, const ip4_addr_t *mask,
			 const ip4_addr_t *gateway);

/** Gives lwIP what has come in, and its timers what is due by its clock. */
void board_poll(void);

/**
 * Moves lwIP's clock ahead as if the time had passed: from one of lwIP's timers to the next, frames that
 * come in included. (In one jump each periodic timer would run once: timeouts.c.)
 *
 * @param ms  milliseconds
 */
void board_warp(uint32_t ms);

/**
 * Sleeps until there may be something to do: at most a millisecond, which is the timer's interrupt.
 * Does not sleep when a frame or a byte has come in since board_poll() looked.
 */
void board_idle(void);

/** @return how often Ethernet has interrupted: once for each time that board_poll() found all done */
uint32_t board_interrupts(void);

#endif
