/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The LAN9118's inner registers: its MAC's, behind two of those on the bus, and its PHY's, behind two
 * of the MAC's (datasheet, 5.4 and 5.5). Each access waits for the one before, for a bounded time.
 */
#ifndef PORT_MPS2_AN385_LAN9118_MAC_H
#define PORT_MPS2_AN385_LAN9118_MAC_H

#include <stdbool.h>
#include <stdint.h>

#include "mps2-an385/lan9118.h"

/**
 * Reads of a register that a bounded wait consists of: some tenths of a second. A reset takes up to 10 ms
 * (3.11), a full frame at 10 Mbit/s 1.2 ms, all that the transmitter's FIFO holds 4 ms.
 */
#define LAN9118_PATIENCE 1000000

/** @return whether all of these bits of a register became what they are in value, in time */
bool lan9118_wait(volatile uint32_t *base, enum lan9118_register reg, uint32_t bits,
		  uint32_t value);

/** @return whether the MAC took it in time */
bool lan9118_mac_write(volatile uint32_t *base, enum lan9118_mac_register reg, uint32_t value);

/** @return whether the PHY took it in time */
bool lan9118_phy_write(volatile uint32_t *base, enum lan9118_phy_register reg, uint16_t value);

/** @return 0 to 0xffff; -1: the PHY did not answer in time */
int32_t lan9118_phy_read(volatile uint32_t *base, enum lan9118_phy_register reg);

#endif
