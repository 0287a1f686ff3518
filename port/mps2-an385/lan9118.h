/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers of the LAN9118 and its kin (SMSC/Microchip, LAN9118 datasheet; chapter 5 has the registers,
 * in the order and under the names below). Names of bits begin with their register's.
 */
#ifndef PORT_MPS2_AN385_LAN9118_H
#define PORT_MPS2_AN385_LAN9118_H

#include <stdint.h>

/* 5.1, 5.3: offsets in bytes. Each is to be read and written as 32 bits. */
enum lan9118_register {
	LAN9118_RX_DATA_FIFO = 0x00,
	LAN9118_TX_DATA_FIFO = 0x20,
	LAN9118_RX_STATUS_FIFO = 0x40,
	LAN9118_RX_STATUS_PEEK = 0x44,
	LAN9118_TX_STATUS_FIFO = 0x48,
	LAN9118_ID_REV = 0x50,
	LAN9118_IRQ_CFG = 0x54,
	LAN9118_INT_STS = 0x58, /* a one written clears */
	LAN9118_INT_EN = 0x5c,
	LAN9118_BYTE_TEST = 0x64,
	LAN9118_FIFO_INT = 0x68,
	LAN9118_RX_CFG = 0x6c,
	LAN9118_TX_CFG = 0x70,
	LAN9118_HW_CFG = 0x74,
	LAN9118_RX_FIFO_INF = 0x7c,
	LAN9118_TX_FIFO_INF = 0x80,
	LAN9118_RX_DROP = 0xa0,
	LAN9118_MAC_CSR_CMD = 0xa4,
	LAN9118_MAC_CSR_DATA = 0xa8,
	LAN9118_AFC_CFG = 0xac,
};

#define LAN9118_ID_REV_ID(value) ((value) >> 16)
#define LAN9118_BYTE_TEST_VALUE  0x87654321u

#define LAN9118_IRQ_CFG_EN   (1u << 8)
#define LAN9118_IRQ_CFG_POL  (1u << 4) /* active high */
#define LAN9118_IRQ_CFG_TYPE (1u << 0) /* push-pull */

/* INT_STS and INT_EN */
#define LAN9118_INT_PHY  (1u << 18) /* read only: the PHY's own register clears it */
#define LAN9118_INT_RXE  (1u << 14)
#define LAN9118_INT_TXE  (1u << 13)
#define LAN9118_INT_RSFL (1u << 3) /* more received frames than FIFO_INT's level, here 0 */

#define LAN9118_TX_CFG_ON (1u << 1)

#define LAN9118_HW_CFG_MBO    (1u << 20) /* "must be one" */
#define LAN9118_HW_CFG_SRST   (1u << 0)
#define LAN9118_HW_CFG_TX_5KB (5u << 16) /* TX_FIF_SZ: 10,560 bytes are left for received frames */

#define LAN9118_RX_FIFO_INF_STATUS(value) (((value) >> 16) & 0xff) /* frames that wait */
#define LAN9118_TX_FIFO_INF_STATUS(value) (((value) >> 16) & 0xff) /* frames that were sent */
#define LAN9118_TX_FIFO_INF_FREE(value)   ((value)&0xffff)         /* bytes */

/* 3.13.3 and 3.12.4: a status word for each frame */
#define LAN9118_RX_STATUS_LENGTH(value) (((value) >> 16) & 0x3fff) /* with the FCS */
#define LAN9118_RX_STATUS_ERROR         (1u << 15)
#define LAN9118_TX_STATUS_ERROR         (1u << 15)

/* 3.12.2: two command words before each buffer */
#define LAN9118_TX_A_FIRST         (1u << 13)
#define LAN9118_TX_A_LAST          (1u << 12)
#define LAN9118_TX_A_SIZE(bytes)   (bytes)
#define LAN9118_TX_B_LENGTH(bytes) (bytes)

#define LAN9118_MAC_CSR_BUSY (1u << 31)
#define LAN9118_MAC_CSR_READ (1u << 30)
#define LAN9118_AFC_CFG_FLOW 0x006e3740u /* 5.3.22: levels of flow control, as recommended there */

/* 5.4: the MAC's registers, behind MAC_CSR_CMD and MAC_CSR_DATA */
enum lan9118_mac_register {
	LAN9118_MAC_CR = 1,
	LAN9118_MAC_ADDRH = 2,
	LAN9118_MAC_ADDRL = 3,
	LAN9118_MAC_MII_ACC = 6,
	LAN9118_MAC_MII_DATA = 7,
};

#define LAN9118_MAC_CR_FDPX  (1u << 20) /* full duplex */
#define LAN9118_MAC_CR_MCPAS (1u << 19) /* pass all multicast */
#define LAN9118_MAC_CR_TXEN  (1u << 3)
#define LAN9118_MAC_CR_RXEN  (1u << 2)

#define LAN9118_MII_ACC_PHY   (1u << 11) /* the internal PHY's address, 1 */
#define LAN9118_MII_ACC_WRITE (1u << 1)
#define LAN9118_MII_ACC_BUSY  (1u << 0)

/* 5.5: the PHY's registers, behind MII_ACC and MII_DATA (IEEE 802.3, clause 22) */
enum lan9118_phy_register {
	LAN9118_PHY_BCR = 0,
	LAN9118_PHY_BSR = 1,
	LAN9118_PHY_ADVERTISED = 4,
	LAN9118_PHY_PARTNER = 5,
	LAN9118_PHY_INT_SOURCE = 29, /* reading clears */
	LAN9118_PHY_INT_MASK = 30,
};

#define LAN9118_PHY_BCR_NEGOTIATE  (1u << 12 | 1u << 9) /* enabled, and once more now */
#define LAN9118_PHY_BSR_LINK       (1u << 2)            /* a loss stays until it was read */
#define LAN9118_PHY_100_FULL       (1u << 8)            /* of ADVERTISED and PARTNER */
#define LAN9118_PHY_100_HALF       (1u << 7)
#define LAN9118_PHY_10_FULL        (1u << 6)
#define LAN9118_PHY_INT_ENERGY     (1u << 7)
#define LAN9118_PHY_INT_NEGOTIATED (1u << 6)
#define LAN9118_PHY_INT_DOWN       (1u << 4)

static inline uint32_t lan9118_read(volatile uint32_t *base, enum lan9118_register reg)
{
	return base[reg / sizeof(*base)];
}

static inline void lan9118_write(volatile uint32_t *base, enum lan9118_register reg, uint32_t value)
{
	base[reg / sizeof(*base)] = value;
}

#endif
