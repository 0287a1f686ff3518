/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: lwIP leaves TCP's checksum to the controller (CHECKSUM_GEN_TCP 0), which does not compute it. */
#include "agent/agent.h"
#include "lwip/pbuf.h"
#include "lwip/prot/ethernet.h"
#include "lwip/prot/ip.h"
#include "lwip/prot/ip6.h"
#include "lwip/prot/tcp.h"

#define CHECKSUM 16 /* in TCP's header */

int __real_agent_run(struct netif *netif, const char *name);
int __wrap_agent_run(struct netif *netif, const char *name);

static netif_linkoutput_fn right;

/* Where TCP's header begins; 0: nowhere. */
static u16_t tcp_at(const struct pbuf *p)
{
	u8_t first = pbuf_get_at(p, SIZEOF_ETH_HDR);

	if (first >> 4 == 6)
		return pbuf_get_at(p, SIZEOF_ETH_HDR + 6) == IP6_NEXTH_TCP
			       ? SIZEOF_ETH_HDR + IP6_HLEN
			       : 0;
	return first >> 4 == 4 && pbuf_get_at(p, SIZEOF_ETH_HDR + 9) == IP_PROTO_TCP
		       ? (u16_t)(SIZEOF_ETH_HDR + 4 * (first & 0xf))
		       : 0;
}

static err_t wrong(struct netif *netif, struct pbuf *p)
{
	u16_t at = tcp_at(p);

	if (at != 0) {
		pbuf_put_at(p, (u16_t)(at + CHECKSUM), 0);
		pbuf_put_at(p, (u16_t)(at + CHECKSUM + 1), 0);
	}
	return right(netif, p);
}

int __wrap_agent_run(struct netif *netif, const char *name)
{
	right = netif->linkoutput;
	netif->linkoutput = wrong;
	return __real_agent_run(netif, name);
}
