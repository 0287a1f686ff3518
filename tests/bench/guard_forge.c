/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many acknowledgement numbers are a valid cookie? Asked of the guard itself.
 *
 *     guard_forge all              all 2^32 of one client: 5 bits choose the secret and the MSS, 27 are of
 *                                  a hash, and half of the secrets are valid: exactly 2^32 * 2^-28 = 16
 *     guard_forge N [SEED]         N random ones: N * 2^-28 on average
 *
 * Ends with 1 when the number is not what it must be; for random ones, when so many come once in 10,000
 * runs at most.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/tcp_guard.h"
#include "guard/tcp_guard_hooks.h"
#include "linux/entropy.h"
#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"

#define PORT 80

static struct netif netif;
static struct tcp_pcb *listener;
static struct tcp_hdr hdr;
static struct pbuf *no_data;

static err_t send_nowhere(struct netif *to, struct pbuf *p, const ip4_addr_t *address)
{
	(void)to;
	(void)p;
	(void)address;
	return ERR_OK;
}

static err_t init_netif(struct netif *new)
{
	new->mtu = 1500;
	new->flags = NETIF_FLAG_LINK_UP;
	new->output = send_nowhere;
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	tcp_abort(pcb);
	return ERR_ABRT;
}

/* lwIP is at a segment of this client's for the listener. */
static void set_up(void)
{
	ip4_addr_t address, netmask;
	struct tcp_pcb *pcb;

	lwip_init();
	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	netif_add(&netif, &address, &netmask, NULL, NULL, init_netif, netif_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
	pcb = tcp_new();
	tcp_bind(pcb, IP_ANY_TYPE, PORT);
	listener = tcp_listen(pcb);
	tcp_accept(listener, on_accept);
	tcp_guard_start(0);
	IP_ADDR4(&ip_data.current_iphdr_dest, 10, 9, 0, 2);
	IP_ADDR4(&ip_data.current_iphdr_src, 10, 9, 0, 1);
	ip_data.current_netif = ip_data.current_input_netif = &netif;
	no_data = pbuf_alloc(PBUF_RAW, 0, PBUF_RAM);
	hdr = (struct tcp_hdr){ .src = 5000, .dest = PORT, .seqno = 1000, .wnd = 5000 };
}

static void give(u8_t flags)
{
	TCPH_HDRLEN_FLAGS_SET(&hdr, TCP_HLEN / 4, flags);
	tcp_guard_input(listener, &hdr, 0, 0, NULL, no_data);
}

static const struct tcp_guard_counters *try_all(void)
{
	hdr.ackno = 0;
	do {
		give(TCP_ACK);
	} while (++hdr.ackno != 0);
	return tcp_guard_counters();
}

static const struct tcp_guard_counters *try_random(uint64_t count, uint64_t seed)
{
	struct entropy random = { seed };

	for (uint64_t i = 0; i < count; i++) {
		hdr.ackno = entropy_next(&random);
		hdr.seqno = entropy_next(&random);
		hdr.src = (u16_t)entropy_next(&random);
		ip_2_ip4(&ip_data.current_iphdr_src)->addr = entropy_next(&random);
		give(TCP_ACK);
	}
	return tcp_guard_counters();
}

/* The probability of so many or more where mean are expected (Poisson). */
static double at_least(unsigned int count, double mean)
{
	double term = exp(-mean), below = 0;

	for (unsigned int k = 0; k < count; k++) {
		below += term;
		term *= mean / (k + 1);
	}
	return 1 - below;
}

int main(int argc, char **argv)
{
	bool all = argc == 2 && strcmp(argv[1], "all") == 0;
	uint64_t count = argc < 2 ? 0 : all ? UINT64_C(1) << 32 : strtoull(argv[1], NULL, 10);
	uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 10) : 1;
	double mean = (double)count / (1 << 28), chance;
	const struct tcp_guard_counters *counters;

	if (count == 0 || argc > 3) {
		fputs("usage: guard_forge all | N [SEED]\n", stderr);
		return 2;
	}
	entropy_seed(seed);
	set_up();
	give(TCP_SYN); /* cookies are in use from now on */
	counters = all ? try_all() : try_random(count, seed);
	chance = at_least(counters->opened, mean);
	printf("%llu acknowledgements: %u accepted (expected %.3f), %u expired, %u used before, %u "
	       "forged\n",
	       (unsigned long long)count, (unsigned int)counters->opened, mean,
	       (unsigned int)counters->expired, (unsigned int)counters->replayed,
	       (unsigned int)counters->forged);
	return all ? counters->opened != 16 : chance < 1e-4;
}
