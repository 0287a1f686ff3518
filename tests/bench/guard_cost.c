/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a segment for a listener costs lwIP, and the guard: run by callgrind (tests/bench/guard.sh), which
 * counts the instructions inside tcp_input() and inside tcp_guard_input().
 *
 *     guard_cost HALF_OPEN stock|guard|forged|valid SEGMENTS
 *
 * HALF_OPEN connections are in SYN_RCVD; then come SEGMENTS: SYNs to a listener that lwIP keeps
 * (stock) or drops once its backlog is full, SYNs that the guard answers, ACKs with a wrong or a right cookie.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/tcp_guard.h"
#include "linux/entropy.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"
#include "tcp/frame.h"

#define PORT     80
#define BACKLOG  255
#define MAX_PORT 8 /* MEMP_NUM_TCP_PCB_LISTEN */

static const uint8_t mac[6];
static struct netif netif;
static uint32_t latest; /* sequence number that lwIP sent */
static unsigned int sent;

static err_t note_packet(struct netif *to, struct pbuf *p, const ip4_addr_t *address)
{
	const struct tcp_hdr *hdr =
		(const struct tcp_hdr *)(const void *)((const u8_t *)p->payload + IP_HLEN);

	(void)to;
	(void)address;
	sent++;
	latest = lwip_ntohl(hdr->seqno);
	return ERR_OK;
}

static err_t init_netif(struct netif *new)
{
	new->mtu = 1500;
	new->flags = NETIF_FLAG_LINK_UP;
	new->output = note_packet;
	return ERR_OK;
}

static void start_lwip(void)
{
	ip4_addr_t address, netmask;

	entropy_seed(1);
	lwip_init();
	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	netif_add(&netif, &address, &netmask, NULL, NULL, init_netif, netif_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	tcp_abort(pcb);
	return ERR_ABRT;
}

static void listen_at(u16_t port)
{
	struct tcp_pcb *pcb = tcp_new();

	tcp_bind(pcb, IP_ANY_TYPE, port);
	tcp_accept(tcp_listen_with_backlog(pcb, BACKLOG), on_accept);
}

/* One of its own from each source port and address. */
static struct segment segment_from(unsigned int client, u16_t port, uint8_t flags)
{
	return (struct segment){ .src = { 4,
					  { 10, 9, (uint8_t)(client >> 14), 1 },
					  (uint16_t)(1024 + (client & 0x3fff)) },
				 .dst = { 4, { 10, 9, 0, 2 }, port },
				 .seq = client * 7919,
				 .flags = flags,
				 .window = 65535,
				 .mss = flags == SEG_SYN ? 1460 : 0,
				 .wscale = -1 };
}

static struct pbuf *packet(const struct segment *segment)
{
	uint8_t frame[FRAME_HEADERS];
	size_t size = frame_build(segment, mac, mac, NULL, frame, sizeof(frame)) - 14;
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);

	pbuf_take(p, frame + 14, (u16_t)size);
	return p;
}

static void give(const struct segment *segment)
{
	ip_input(packet(segment), &netif);
}

static unsigned int half_open_now(void)
{
	unsigned int count = 0;

	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
		count += pcb->state == SYN_RCVD;
	return count;
}

static void fill(unsigned int half_open)
{
	for (unsigned int i = 0; i < half_open; i++) {
		struct segment syn = segment_from(i, (u16_t)(PORT + 1 + i / BACKLOG), SEG_SYN);

		if (i % BACKLOG == 0)
			listen_at(syn.dst.port);
		give(&syn);
	}
}

int main(int argc, char **argv)
{
	unsigned int half_open = argc == 4 ? (unsigned int)atoi(argv[1]) : 0;
	unsigned int segments = argc == 4 ? (unsigned int)atoi(argv[3]) : 0;
	const char *kind = argc == 4 ? argv[2] : "";
	bool stock = strcmp(kind, "stock") == 0, guard = strcmp(kind, "guard") == 0;
	bool forged = strcmp(kind, "forged") == 0, valid = strcmp(kind, "valid") == 0;

	if (!(stock || guard || forged || valid) || segments == 0 ||
	    half_open > (MAX_PORT - 1) * BACKLOG) {
		fprintf(stderr,
			"usage: guard_cost HALF_OPEN (at most %d) stock|guard|forged|valid "
			"SEGMENTS\n",
			(MAX_PORT - 1) * BACKLOG);
		return 2;
	}
	start_lwip();
	fill(half_open);
	if (half_open_now() != half_open) {
		fprintf(stderr, "guard_cost: only %u connections are half-open\n", half_open_now());
		return 2;
	}
	listen_at(PORT);
	if (!stock)
		tcp_guard_start(0);
	sent = 0;
	for (unsigned int i = 0; i < segments; i++) {
		struct segment segment = segment_from(0x10000 + i, PORT, SEG_SYN);

		give(&segment);
		if (!forged && !valid)
			continue;
		segment.flags = SEG_ACK;
		segment.mss = 0;
		segment.seq++;
		segment.ack = latest + (valid ? 1 : 77);
		give(&segment);
	}
	printf("%u segments sent, %u connections opened\n", sent,
	       (unsigned int)tcp_guard_counters()->opened);
	return 0;
}
