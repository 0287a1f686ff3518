/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/lan9118_mac.h"

bool lan9118_wait(volatile uint32_t *base, enum lan9118_register reg, uint32_t bits, uint32_t value)
{
	for (int i = 0; i < LAN9118_PATIENCE; i++) {
		if ((lan9118_read(base, reg) & bits) == value)
			return true;
	}
	return false;
}

/* 5.3.20: the command starts with the write, and is over when BUSY is gone. */
static bool command(volatile uint32_t *base, uint32_t cmd)
{
	lan9118_write(base, LAN9118_MAC_CSR_CMD, cmd | LAN9118_MAC_CSR_BUSY);
	return lan9118_wait(base, LAN9118_MAC_CSR_CMD, LAN9118_MAC_CSR_BUSY, 0);
}

bool lan9118_mac_write(volatile uint32_t *base, enum lan9118_mac_register reg, uint32_t value)
{
	lan9118_write(base, LAN9118_MAC_CSR_DATA, value);
	return command(base, reg);
}

static bool mac_read(volatile uint32_t *base, enum lan9118_mac_register reg, uint32_t *value)
{
	if (!command(base, (uint32_t)reg | LAN9118_MAC_CSR_READ))
		return false;
	*value = lan9118_read(base, LAN9118_MAC_CSR_DATA);
	return true;
}

/* 5.4.7: likewise, one level deeper. */
static bool phy_access(volatile uint32_t *base, enum lan9118_phy_register reg, uint32_t write)
{
	uint32_t acc = LAN9118_MII_ACC_PHY | (uint32_t)reg << 6 | write | LAN9118_MII_ACC_BUSY;

	if (!lan9118_mac_write(base, LAN9118_MAC_MII_ACC, acc))
		return false;
	for (int i = 0; i < LAN9118_PATIENCE; i++) {
		if (!mac_read(base, LAN9118_MAC_MII_ACC, &acc))
			return false;
		if (!(acc & LAN9118_MII_ACC_BUSY))
			return true;
	}
	return false;
}

bool lan9118_phy_write(volatile uint32_t *base, enum lan9118_phy_register reg, uint16_t value)
{
	return lan9118_mac_write(base, LAN9118_MAC_MII_DATA, value) &&
	       phy_access(base, reg, LAN9118_MII_ACC_WRITE);
}

int32_t lan9118_phy_read(volatile uint32_t *base, enum lan9118_phy_register reg)
{
	uint32_t value;

	if (!phy_access(base, reg, 0) || !mac_read(base, LAN9118_MAC_MII_DATA, &value))
		return -1;
	return (int32_t)(value & 0xffff);
}
