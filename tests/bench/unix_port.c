/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's own port for Unix, with the options of its example application, and lwiperf: built from lwIP's source package
 * (contrib) as it is.
 *
 *     PRECONFIGURED_TAPIF=NAME unix_port serve|send
 *
 * Makes the TAP device NAME and has 10.9.0.2 there. When a line comes at standard input, the kernel's end is ready:
 * lwiperf waits for connections at port 5001, or connects to 10.9.0.1 and sends, for 10 s.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lwip/apps/lwiperf.h"
#include "lwip/netif.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"
#include "netif/tapif.h"

void lwip_example_app_platform_assert(const char *message, int line, const char *file);

/* lwIP's options ask for it. */
void lwip_example_app_platform_assert(const char *message, int line, const char *file)
{
	fprintf(stderr, "lwIP assertion failed: %s (%s:%d)\n", message, file, line);
	abort();
}

static void tell(void *arg)
{
	sys_sem_signal(arg);
}

static void start_lwip(struct netif *netif)
{
	ip4_addr_t address, netmask, gateway;
	sys_sem_t ready;

	sys_sem_new(&ready, 0);
	tcpip_init(tell, &ready);
	sys_sem_wait(&ready);
	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	IP4_ADDR(&gateway, 10, 9, 0, 1);
	LOCK_TCPIP_CORE();
	netif_add(netif, &address, &netmask, &gateway, NULL, tapif_init, tcpip_input);
	netif_set_default(netif);
	netif_set_up(netif);
	UNLOCK_TCPIP_CORE();
}

static void *start_lwiperf(int sends)
{
	ip_addr_t peer = IPADDR4_INIT_BYTES(10, 9, 0, 1);
	void *session;

	LOCK_TCPIP_CORE();
	session = sends ? lwiperf_start_tcp_client_default(&peer, NULL, NULL)
			: lwiperf_start_tcp_server(IP4_ADDR_ANY, LWIPERF_TCP_PORT_DEFAULT, NULL,
						   NULL);
	UNLOCK_TCPIP_CORE();
	return session;
}

int main(int argc, char **argv)
{
	static struct netif netif;
	char line[8];

	if (argc != 2 || (strcmp(argv[1], "serve") != 0 && strcmp(argv[1], "send") != 0)) {
		fprintf(stderr, "usage: PRECONFIGURED_TAPIF=NAME unix_port serve|send\n");
		return 2;
	}
	start_lwip(&netif);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	if (start_lwiperf(strcmp(argv[1], "send") == 0) == NULL) {
		fprintf(stderr, "unix_port: lwiperf cannot start\n");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
