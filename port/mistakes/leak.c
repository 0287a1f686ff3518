/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: the driver keeps a reference of its own to each pbuf that it gives to lwIP, and never frees it. */
#include "agent/agent.h"
#include "lwip/pbuf.h"

int __real_agent_run(struct netif *netif, const char *name);
int __wrap_agent_run(struct netif *netif, const char *name);

static netif_input_fn right;

static err_t wrong(struct pbuf *p, struct netif *netif)
{
	pbuf_ref(p);
	return right(p, netif);
}

int __wrap_agent_run(struct netif *netif, const char *name)
{
	right = netif->input;
	netif->input = wrong;
	return __real_agent_run(netif, name);
}
