/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/lan9118if.h"

#include <stdbool.h>
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/snmp.h"
#include "lwip/stats.h"
#include "mps2-an385/lan9118.h"
#include "mps2-an385/lan9118_mac.h"

#define FCS        4    /* bytes of a received frame that are not lwIP's */
#define FRAME_MOST 2032 /* bytes of a frame that the transmitter takes, rounded down (3.12.5) */

#if ETH_PAD_SIZE
#error "frames are handed over as they are on the wire: ETH_PAD_SIZE must be 0"
#endif
#if PBUF_POOL_SIZE * PBUF_POOL_BUFSIZE < 1518
#error "a full frame never fits into the pbuf pool and would block the FIFO for good"
#endif

/* What lwIP wants to hear of multicast: all, where it speaks of groups at all. */
#define MULTICAST (LWIP_IPV6 || LWIP_IGMP ? LAN9118_MAC_CR_MCPAS : 0)
#define RUNNING   (LAN9118_MAC_CR_TXEN | LAN9118_MAC_CR_RXEN | MULTICAST)

/* IRQ_CFG: the line is driven high while a reason waits, as the interrupt controller expects. */
#define IRQ_OFF (LAN9118_IRQ_CFG_POL | LAN9118_IRQ_CFG_TYPE)
#define IRQ_ON  (IRQ_OFF | LAN9118_IRQ_CFG_EN)

static struct lan9118if *lan9118if_of(const struct netif *netif)
{
	return netif->state;
}

static uint32_t get(const struct netif *netif, enum lan9118_register reg)
{
	return lan9118_read(lan9118if_of(netif)->base, reg);
}

static void set(const struct netif *netif, enum lan9118_register reg, uint32_t value)
{
	lan9118_write(lan9118if_of(netif)->base, reg, value);
}

/* -- Sending (3.12) */

/* Statuses that nobody reads fill their FIFO, and then the transmitter stops. */
static void read_tx_statuses(const struct netif *netif)
{
	uint32_t n = LAN9118_TX_FIFO_INF_STATUS(get(netif, LAN9118_TX_FIFO_INF));

	for (; n > 0; n--) {
		if (get(netif, LAN9118_TX_STATUS_FIFO) & LAN9118_TX_STATUS_ERROR) {
			LINK_STATS_INC(link.err);
		}
	}
}

static bool wait_for_room(const struct netif *netif, uint32_t bytes)
{
	for (int i = 0; i < LAN9118_PATIENCE; i++) {
		read_tx_statuses(netif);
		if (LAN9118_TX_FIFO_INF_FREE(get(netif, LAN9118_TX_FIFO_INF)) >= bytes)
			return true;
	}
	return false;
}

/*
 * All pbufs as one buffer of the controller's: its rules for fragments (3.12.5) ask for four bytes in each
 * but the first and the last, and an empty one stops it for good.
 */
static void write_chain(const struct netif *netif, const struct pbuf *p)
{
	uint32_t word = 0, held = 0;

	for (; p != NULL; p = p->next) {
		const u8_t *at = p->payload;
		u16_t n = p->len;

		while (n > 0) {
			if (held == 0 && n >= 4) {
				memcpy(&word, at, 4);
				set(netif, LAN9118_TX_DATA_FIFO, word);
				word = 0;
				at += 4;
				n -= 4;
				continue;
			}
			word |= (uint32_t)*at++ << (8 * held++);
			n--;
			if (held == 4) {
				set(netif, LAN9118_TX_DATA_FIFO, word);
				word = 0;
				held = 0;
			}
		}
		if (p->len == p->tot_len)
			break;
	}
	if (held > 0)
		set(netif, LAN9118_TX_DATA_FIFO, word);
}

static err_t lan9118if_linkoutput(struct netif *netif, struct pbuf *p)
{
	const uint32_t commands = 2 * sizeof(uint32_t);

	if (p->tot_len == 0 || p->tot_len > FRAME_MOST) {
		LINK_STATS_INC(link.lenerr);
		return ERR_BUF;
	}
	if (!wait_for_room(netif, commands + p->tot_len + 3u)) {
		LINK_STATS_INC(link.drop);
		return ERR_IF;
	}
	set(netif, LAN9118_TX_DATA_FIFO,
	    LAN9118_TX_A_FIRST | LAN9118_TX_A_LAST | LAN9118_TX_A_SIZE(p->tot_len));
	set(netif, LAN9118_TX_DATA_FIFO, LAN9118_TX_B_LENGTH(p->tot_len));
	write_chain(netif, p);
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

/* -- Receiving (3.13) */

static void read_chain(const struct netif *netif, struct pbuf *p)
{
	uint32_t word = 0, held = 0;

	for (; p != NULL; p = p->next) {
		u8_t *at = p->payload;
		u16_t n = p->len;

		while (n > 0) {
			if (held == 0) {
				word = get(netif, LAN9118_RX_DATA_FIFO);
				held = 4;
			}
			if (held == 4 && n >= 4) {
				memcpy(at, &word, 4);
				at += 4;
				n -= 4;
				held = 0;
				continue;
			}
			*at++ = (u8_t)word;
			word >>= 8;
			held--;
			n--;
		}
	}
	/* The FCS ends in the word after the last byte's, wherever it begins. */
	get(netif, LAN9118_RX_DATA_FIFO);
}

/* By reading it, which works for any length; RX_DP_CTRL's fast forward does for 16 bytes and more. */
static void discard(const struct netif *netif, uint32_t length)
{
	for (uint32_t n = (length + 3) / 4; n > 0; n--)
		get(netif, LAN9118_RX_DATA_FIFO);
}

/* @return whether a frame was taken out of the FIFO */
static bool receive(struct netif *netif)
{
	struct pbuf *p;
	uint32_t status, length;

	if (LAN9118_RX_FIFO_INF_STATUS(get(netif, LAN9118_RX_FIFO_INF)) == 0)
		return false;
	status = get(netif, LAN9118_RX_STATUS_PEEK);
	length = LAN9118_RX_STATUS_LENGTH(status);
	if ((status & LAN9118_RX_STATUS_ERROR) || length < SIZEOF_ETH_HDR + FCS) {
		get(netif, LAN9118_RX_STATUS_FIFO);
		discard(netif, length);
		LINK_STATS_INC(link.err);
		return true;
	}
	p = pbuf_alloc(PBUF_RAW, (u16_t)(length - FCS), PBUF_POOL);
	if (p == NULL) {
		LINK_STATS_INC(link.memerr);
		return false;
	}
	get(netif, LAN9118_RX_STATUS_FIFO);
	read_chain(netif, p);
	LINK_STATS_INC(link.recv);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	return true;
}

/* -- The cable (5.5) */

static void follow_link(struct netif *netif)
{
	volatile uint32_t *base = lan9118if_of(netif)->base;
	int32_t status, common;
	bool full;

	lan9118_phy_read(base, LAN9118_PHY_INT_SOURCE);
	lan9118_phy_read(base, LAN9118_PHY_BSR); /* how it was: a loss stays until now */
	status = lan9118_phy_read(base, LAN9118_PHY_BSR);
	if (status < 0 || !((uint32_t)status & LAN9118_PHY_BSR_LINK)) {
		netif_set_link_down(netif);
		return;
	}
	common = lan9118_phy_read(base, LAN9118_PHY_ADVERTISED) &
		 lan9118_phy_read(base, LAN9118_PHY_PARTNER);
	full = ((uint32_t)common & LAN9118_PHY_100_FULL) ||
	       (!((uint32_t)common & LAN9118_PHY_100_HALF) &&
		((uint32_t)common & LAN9118_PHY_10_FULL));
	lan9118_mac_write(base, LAN9118_MAC_CR, RUNNING | (full ? LAN9118_MAC_CR_FDPX : 0));
	netif_set_link_up(netif);
}

/* -- What the main loop and the interrupt's handler call */

void lan9118if_interrupt(struct netif *netif)
{
	set(netif, LAN9118_IRQ_CFG, IRQ_OFF);
}

int lan9118if_poll(struct netif *netif, int budget)
{
	uint32_t reasons = get(netif, LAN9118_INT_STS);
	int frames = 0;

	/* Cleared before the FIFO is read: what comes later is a new reason. */
	set(netif, LAN9118_INT_STS, reasons);
	if (reasons & LAN9118_INT_PHY)
		follow_link(netif);
	while (frames < budget && receive(netif))
		frames++;
	/* As long as frames wait, the caller knows. */
	if (LAN9118_RX_FIFO_INF_STATUS(get(netif, LAN9118_RX_FIFO_INF)) == 0)
		set(netif, LAN9118_IRQ_CFG, IRQ_ON);
	return frames;
}

int lan9118if_take(struct netif *netif, void *frame, uint16_t room)
{
	uint8_t *at = frame;
	uint32_t status, length;
	int size = -1;

	set(netif, LAN9118_INT_STS, LAN9118_INT_RSFL);
	if (LAN9118_RX_FIFO_INF_STATUS(get(netif, LAN9118_RX_FIFO_INF)) > 0) {
		status = get(netif, LAN9118_RX_STATUS_FIFO);
		length = LAN9118_RX_STATUS_LENGTH(status);
		size = 0;
		if (!(status & LAN9118_RX_STATUS_ERROR) && length > FCS)
			size = (int)LWIP_MIN(length - FCS, room);
		for (uint32_t i = 0; i < length; i += 4) {
			uint32_t word = get(netif, LAN9118_RX_DATA_FIFO);

			for (uint32_t j = i; j < i + 4 && j < (uint32_t)size; j++, word >>= 8)
				at[j] = (uint8_t)word;
		}
	}
	if (LAN9118_RX_FIFO_INF_STATUS(get(netif, LAN9118_RX_FIFO_INF)) == 0)
		set(netif, LAN9118_IRQ_CFG, IRQ_ON);
	return size;
}

/* -- Starting (3.11) */

static bool write_hwaddr(volatile uint32_t *base, const uint8_t mac[6])
{
	return lan9118_mac_write(base, LAN9118_MAC_ADDRL,
				 mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
					 (uint32_t)mac[3] << 24) &&
	       lan9118_mac_write(base, LAN9118_MAC_ADDRH, mac[4] | (uint32_t)mac[5] << 8);
}

err_t lan9118if_set_hwaddr(struct netif *netif, const uint8_t hwaddr[6])
{
	return write_hwaddr(lan9118if_of(netif)->base, hwaddr) ? ERR_OK : ERR_IF;
}

/* @return NULL; else what the controller did not do */
static const char *start(const struct lan9118if *ether)
{
	volatile uint32_t *base = ether->base;
	uint32_t id;

	/* 3.11: the first access after power-on may be answered late. */
	if (!lan9118_wait(base, LAN9118_BYTE_TEST, 0xffffffff, LAN9118_BYTE_TEST_VALUE))
		return "answer to BYTE_TEST";
	id = LAN9118_ID_REV_ID(lan9118_read(base, LAN9118_ID_REV));
	if (id != 0x0118 && id != 0x9220)
		return "be a LAN9118 or LAN9220 by its ID_REV";
	lan9118_write(base, LAN9118_HW_CFG, LAN9118_HW_CFG_SRST);
	if (!lan9118_wait(base, LAN9118_HW_CFG, LAN9118_HW_CFG_SRST, 0))
		return "finish its reset";
	lan9118_write(base, LAN9118_HW_CFG, LAN9118_HW_CFG_MBO | LAN9118_HW_CFG_TX_5KB);
	lan9118_write(base, LAN9118_AFC_CFG, LAN9118_AFC_CFG_FLOW);
	if (!write_hwaddr(base, ether->hwaddr))
		return "take its Ethernet address";
	if (!lan9118_phy_write(base, LAN9118_PHY_INT_MASK,
			       LAN9118_PHY_INT_ENERGY | LAN9118_PHY_INT_NEGOTIATED |
				       LAN9118_PHY_INT_DOWN) ||
	    !lan9118_phy_write(base, LAN9118_PHY_BCR, LAN9118_PHY_BCR_NEGOTIATE))
		return "start its PHY";
	lan9118_write(base, LAN9118_RX_CFG, 0); /* data begin and end with a word */
	lan9118_write(base, LAN9118_TX_CFG, LAN9118_TX_CFG_ON);
	if (!lan9118_mac_write(base, LAN9118_MAC_CR, RUNNING))
		return "start its MAC";
	lan9118_write(base, LAN9118_FIFO_INT, 0); /* each received frame is a reason */
	lan9118_write(base, LAN9118_INT_EN, LAN9118_INT_RSFL | LAN9118_INT_PHY);
	lan9118_write(base, LAN9118_IRQ_CFG, IRQ_ON);
	return NULL;
}

err_t lan9118if_init(struct netif *netif)
{
	struct lan9118if *ether = lan9118if_of(netif);

	ether->failed = start(ether);
	if (ether->failed != NULL)
		return ERR_IF;
	memcpy(netif->name, "la", 2);
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = lan9118if_linkoutput;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, ether->hwaddr, ETH_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 0);
	return ERR_OK;
}
