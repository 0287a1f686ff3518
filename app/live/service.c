/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/service.h"

#include "end/lwip_err.h"
#include "live/state_page.h"
#include "live/tcp_service.h"
#include "lwip/apps/httpd.h"
#include "lwip/apps/lwiperf.h"
#include "lwip/apps/mdns.h"
#include "lwip/init.h"

#define HTTP_PORT 80

static err_t start_echo(struct netif *netif)
{
	(void)netif;
	return echo_start();
}

static err_t start_discard(struct netif *netif)
{
	(void)netif;
	return discard_start();
}

static err_t start_daytime(struct netif *netif)
{
	(void)netif;
	return daytime_start();
}

static err_t start_chargen(struct netif *netif)
{
	(void)netif;
	return chargen_start();
}

static err_t start_http(struct netif *netif)
{
	(void)netif;
	httpd_init();
	return ERR_OK;
}

/* Its own default listens over IPv4 alone. And no report: after a reset it would read the pcb that is gone. */
static err_t start_iperf(struct netif *netif)
{
	(void)netif;
	return lwiperf_start_tcp_server(IP_ANY_TYPE, LWIPERF_TCP_PORT_DEFAULT, NULL, NULL) == NULL
		       ? ERR_MEM
		       : ERR_OK;
}

static void describe_http(struct mdns_service *service, void *context)
{
	static const char path[] = "path=/";

	(void)context;
	mdns_resp_add_service_txtitem(service, path, sizeof(path) - 1);
}

/* lwIP 2.1 wants to be told how long its answers are valid, in seconds (RFC 6762, 10). */
#if LWIP_VERSION_MAJOR == 2 && LWIP_VERSION_MINOR < 2
#define TTL , 120
#else
#define TTL
#endif

static err_t start_mdns(struct netif *netif)
{
	err_t err;

	/* It probes over both families, and waits until it has an address of each (RFC 4291, 2.8). */
	if (!ip6_addr_isvalid(netif_ip6_addr_state(netif, 0)))
		netif_create_ip6_linklocal_address(netif, 1);
	mdns_resp_init();
	err = mdns_resp_add_netif(netif, "lwip" TTL);
	if (err != ERR_OK)
		return err;
	return mdns_resp_add_service(netif, "lwIP", "_http", DNSSD_PROTO_TCP, HTTP_PORT TTL,
				     describe_http, NULL) < 0
		       ? ERR_MEM
		       : ERR_OK;
}

const struct service services[] = {
	{ 7, "TCP, UDP", "echo", "RFC 862", "sends back what it gets", start_echo },
	{ 9, "TCP, UDP", "discard", "RFC 863", "throws away what it gets", start_discard },
	{ 13, "TCP, UDP", "daytime", "RFC 867", "says what time it is, and closes", start_daytime },
	{ 19, "TCP", "chargen", "RFC 864", "sends lines as fast as they are read", start_chargen },
	{ HTTP_PORT, "TCP", "http", "RFC 9110", "lwIP's httpd: the connections of both stacks",
	  start_http },
	{ 5001, "TCP", "iperf", NULL, "lwIP's lwiperf: a server for iperf, version 2",
	  start_iperf },
	{ 5353, "UDP", "mdns", "RFC 6762", "lwIP's responder: lwip.local, and the service of http",
	  start_mdns },
	{ 0 },
};

int services_start(struct live *live, struct why *why)
{
	state_page_of(live);
	for (const struct service *service = services; service->port != 0; service++) {
		err_t err = service->start(&live->lab->netif);

		if (err != ERR_OK)
			return why_set(why, lwip_err_errno(err),
				       "lwIP cannot start its service %s at port %u: %s",
				       service->name, service->port, lwip_err_name(err));
	}
	return 0;
}
