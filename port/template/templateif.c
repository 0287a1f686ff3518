/* SPDX-License-Identifier: BSD-3-Clause */
#include "template/templateif.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/pbuf.h"
#include "lwip/stats.h"

#if ETH_PAD_SIZE
#error "frames are handed over as they are on the wire: ETH_PAD_SIZE must be 0"
#endif

#define CONTROLLER 3               /* Replace: the address of the controller's registers. */
#define FRAME_MAX  (14 + 4 + 1500) /* with a VLAN tag */

/* There is one controller. */
static struct netif *netif;
static uint32_t frames;

/* Replace: reset the controller, start its transmitter, its receiver and its interrupt. False: it does not answer. */
static bool low_level_init(void)
{
	int type;
	socklen_t size = sizeof(type);

	return getsockopt(CONTROLLER, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       (type == SOCK_DGRAM || type == SOCK_SEQPACKET);
}

/* Replace: copy a frame into the controller's transmit buffer, or give it to its DMA and wait. */
static bool low_level_output(const uint8_t *frame, uint16_t size)
{
	return send(CONTROLLER, frame, size, MSG_NOSIGNAL) == size;
}

/* Replace: sleep until the receive interrupt or so many ms have passed. True: a frame is there. */
static bool low_level_wait(int ms)
{
	struct pollfd controller = { .fd = CONTROLLER, .events = POLLIN };

	return poll(&controller, 1, ms) > 0 && (controller.revents & POLLIN);
}

/* Replace: read a frame from the controller. Returns its size, which is more than room when it does not fit. */
static size_t low_level_input(uint8_t *frame, size_t room)
{
	ssize_t size = recv(CONTROLLER, frame, room, MSG_DONTWAIT | MSG_TRUNC);

	return size < 0 ? 0 : (size_t)size;
}

/* A packet may come in several pbufs, the last of which has len == tot_len. */
static err_t output(struct netif *to, struct pbuf *p)
{
	static uint8_t frame[FRAME_MAX];

	(void)to;
	if (p->tot_len > sizeof(frame)) {
		LINK_STATS_INC(link.lenerr);
		return ERR_BUF;
	}
	pbuf_copy_partial(p, frame, p->tot_len, 0);
	if (!low_level_output(frame, p->tot_len)) {
		LINK_STATS_INC(link.drop);
		return ERR_IF;
	}
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

bool templateif_take(int ms)
{
	static uint8_t frame[FRAME_MAX];
	struct pbuf *p;
	size_t size;

	if (!low_level_wait(ms))
		return false;
	size = low_level_input(frame, sizeof(frame));
	if (size == 0)
		return false;
	frames++;
	if (size > (size_t)netif->mtu + (FRAME_MAX - 1500) || size > sizeof(frame)) {
		LINK_STATS_INC(link.lenerr);
		return true;
	}
	p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
	if (p == NULL) {
		LINK_STATS_INC(link.memerr);
		return true;
	}
	pbuf_take(p, frame, (u16_t)size);
	LINK_STATS_INC(link.recv);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	return true;
}

uint32_t templateif_frames(void)
{
	return frames;
}

/* Replace: write the controller's address registers. A socket has none: it takes every frame. */
void templateif_set_hwaddr(const uint8_t hwaddr[6])
{
	(void)hwaddr;
}

err_t templateif_init(struct netif *new)
{
	static const uint8_t hwaddr[] = { 0x02, 0, 0, 0, 0, 0x02 }; /* Replace: the board's own. */

	if (!low_level_init())
		return ERR_IF;
	netif = new;
	netif->name[0] = 't';
	netif->name[1] = 'm';
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = output;
	netif->hwaddr_len = sizeof(hwaddr);
	memcpy(netif->hwaddr, hwaddr, sizeof(hwaddr));
	netif->mtu = 1500;
	/* Replace: the link's flag, by the PHY's interrupt and netif_set_link_up(). */
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_IGMP | NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
	return ERR_OK;
}
