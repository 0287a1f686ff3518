/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A random life of lwIP's lists of pcbs, told step by step: the same with and without a patch that must not change
 * what lwIP does.
 *
 *     pcb_lists SEED STEPS
 *
 * A line for each step: what was done, what lwIP answered, the segments that it sent, and its four lists in their
 * order, as numbers of pcbs and a sum of all that they say.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../bench/peer.h"
#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"

#define MTU   1500
#define PCBS  40 /* of lwIP's pool: it is full at times */
#define SEGS  12 /* likewise: then tcp_connect() fails half-way */
#define PEERS 32 /* that are known at a time; others are forgotten, and their connections stay */
#define PORTS 4  /* of listeners, from PEER_SERVICE on */

static uint64_t dice;
static struct peer peers[PEERS];
static unsigned int clients;

/* Apart from lwIP's own randomness, of which a patch may take some. */
static unsigned int below(unsigned int count)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned int)((dice >> 33) % count);
}

/* -- lwIP's callbacks: they take everything, and do something now and then */

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL)
		return below(2) == 0 ? tcp_close(pcb) : ERR_OK;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	if (below(8) != 0)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	(void)arg;
	if (below(16) != 0)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err != ERR_OK || pcb == NULL)
		return ERR_MEM;
	tcp_recv(pcb, on_received);
	tcp_poll(pcb, on_poll, 4);
	return ERR_OK;
}

/* -- What lwIP says */

/* The peer that a segment is for learns from it; a new one is made of a SYN. */
static void hear(const struct segment *segment)
{
	unsigned int i = 0;

	printf(" [%u>%u %02x %u %u %u]", segment->src.port, segment->dst.port, segment->flags,
	       segment->seq, segment->ack, segment->length);
	while (i < PEERS && !(endpoint_equal(&peers[i].here, &segment->dst) &&
			      endpoint_equal(&peers[i].lwip, &segment->src)))
		i++;
	if (i == PEERS && segment->flags != SEG_SYN)
		return;
	if (i == PEERS) {
		i = below(PEERS);
		peers[i] = peer_client(clients++);
		peers[i].here = segment->dst;
		peers[i].lwip = segment->src;
	}
	peers[i].ack = segment->seq + segment_space(segment);
}

static void add(uint64_t *sum, const void *bytes, size_t size)
{
	for (const uint8_t *at = bytes; size-- > 0; at++)
		*sum = (*sum ^ *at) * UINT64_C(0x100000001b3); /* FNV-1a */
}

static void tell_list(struct tcp_pcb *first, bool listeners)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	unsigned int count = 0;

	for (const struct tcp_pcb *pcb = first; pcb != NULL; pcb = pcb->next) {
		add(&sum, &pcb->local_port, sizeof(pcb->local_port));
		add(&sum, &pcb->local_ip, sizeof(ip4_addr_t));
		add(&sum, &pcb->state, sizeof(pcb->state));
		if (!listeners) {
			add(&sum, &pcb->remote_port, sizeof(pcb->remote_port));
			add(&sum, &pcb->remote_ip, sizeof(ip4_addr_t));
			add(&sum, &pcb->snd_nxt, sizeof(pcb->snd_nxt));
			add(&sum, &pcb->rcv_nxt, sizeof(pcb->rcv_nxt));
		}
		count++;
	}
	printf(" %u:%08x", count, (unsigned int)(sum ^ sum >> 32));
}

static void tell_lists(void)
{
	for (unsigned int i = 0; i < NUM_TCP_PCB_LISTS; i++)
		tell_list(*tcp_pcb_lists[i], i == 0);
	putchar('\n');
}

/* -- What is done; each prints what it is, and lwIP's answer */

static struct tcp_pcb *any_of(struct tcp_pcb *first)
{
	unsigned int count = 0;

	for (const struct tcp_pcb *pcb = first; pcb != NULL; pcb = pcb->next)
		count++;
	if (count == 0)
		return NULL;
	for (count = below(count); count > 0; count--)
		first = first->next;
	return first;
}

static const ip_addr_t *any_address(void)
{
	static const ip_addr_t own = IPADDR4_INIT_BYTES(10, 9, 0, 2);

	return below(2) == 0 ? &own : IP4_ADDR_ANY;
}

/* From few ports, or one that lwIP chooses. */
static struct tcp_pcb *bind_one(unsigned int ports)
{
	struct tcp_pcb *pcb = tcp_new();
	err_t err;

	if (pcb == NULL) {
		printf(" none");
		return NULL;
	}
	if (below(3) == 0)
		ip_set_option(pcb, SOF_REUSEADDR);
	err = tcp_bind(pcb, any_address(), ports == 0 ? 0 : (u16_t)(PEER_SERVICE + below(ports)));
	printf(" %d %u", err, pcb->local_port);
	if (err == ERR_OK)
		return pcb;
	tcp_close(pcb);
	return NULL;
}

static void do_listen(void)
{
	struct tcp_pcb *pcb = bind_one(PORTS);
	struct tcp_pcb *listener;

	if (pcb == NULL)
		return;
	listener = tcp_listen_with_backlog(pcb, (u8_t)(1 + below(4)));
	if (listener == NULL) {
		printf(" none");
		tcp_close(pcb);
		return;
	}
	tcp_accept(listener, on_accept);
}

static void do_bind(void)
{
	bind_one(below(2) * 2 * PORTS);
}

static void do_connect(void)
{
	static const ip_addr_t address = IPADDR4_INIT_BYTES(10, 9, 0, 1);
	struct tcp_pcb *pcb = below(3) == 0 ? any_of(tcp_bound_pcbs) : tcp_new();
	err_t err;

	if (pcb == NULL) {
		printf(" none");
		return;
	}
	err = tcp_connect(pcb, &address, (u16_t)(PEER_PORT + below(2)), NULL);
	printf(" %d %u", err, pcb->local_port);
	tcp_recv(pcb, on_received);
	tcp_poll(pcb, on_poll, 4);
	if (err != ERR_OK)
		tcp_abort(pcb);
}

/* A listener, one that is bound, or most often a connection. */
static void do_close(void)
{
	unsigned int list = below(9);
	struct tcp_pcb *pcb = any_of(*tcp_pcb_lists[list < 2 ? list : 2]);

	if (pcb == NULL)
		return;
	printf(" %u", pcb->local_port);
	printf(" %d", tcp_close(pcb));
}

static void do_abort(void)
{
	struct tcp_pcb *pcb = any_of(*tcp_pcb_lists[1 + below(NUM_TCP_PCB_LISTS - 1)]);

	if (pcb == NULL)
		return;
	printf(" %u", pcb->local_port);
	tcp_abort(pcb);
}

static void do_open(void)
{
	unsigned int i = below(PEERS);

	peers[i] = peer_client(below(4) == 0 && clients > 0 ? below(clients) : clients++);
	peers[i].lwip.port = (uint16_t)(PEER_SERVICE + below(PORTS));
	peer_say(&peers[i], SEG_SYN, 0);
}

static void do_say(void)
{
	static const uint8_t flags[] = { SEG_ACK | SEG_PSH, SEG_ACK | SEG_FIN, SEG_RST | SEG_ACK,
					 SEG_SYN | SEG_ACK, SEG_SYN };
	uint8_t chosen = below(3) > 0 ? SEG_ACK : flags[below(sizeof(flags))];

	peer_say(&peers[below(PEERS)], chosen, chosen & SEG_PSH ? 100 : 0);
}

/* It goes through TIME_WAIT, when lwIP has closed. */
static void do_end(void)
{
	struct peer *peer = &peers[below(PEERS)];

	peer_say(peer, SEG_ACK, 0);
	peer_say(peer, SEG_FIN | SEG_ACK, 0);
}

static void do_wait(void)
{
	for (unsigned int i = below(6) == 0 ? 300 : 3; i > 0; i--)
		tcp_tmr();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*act)(void);
		unsigned int weight;
	} acts[] = { { "listen", do_listen, 3 },   { "bind", do_bind, 2 },
		     { "connect", do_connect, 6 }, { "close", do_close, 14 },
		     { "abort", do_abort, 1 },     { "open", do_open, 10 },
		     { "say", do_say, 60 },        { "end", do_end, 10 },
		     { "wait", do_wait, 2 } };
	unsigned int steps = argc == 3 ? (unsigned int)atoi(argv[2]) : 0;

	if (steps == 0) {
		fputs("usage: pcb_lists SEED STEPS\n", stderr);
		return 2;
	}
	dice = strtoull(argv[1], NULL, 10);
	peer_start(MTU, NETIF_CHECKSUM_ENABLE_ALL);
	peer_watch = hear;
	for (unsigned int i = 0; i < MEMP_NUM_TCP_PCB - PCBS; i++)
		memp_malloc(MEMP_TCP_PCB);
	for (unsigned int i = 0; i < MEMP_NUM_TCP_SEG - SEGS; i++)
		memp_malloc(MEMP_TCP_SEG);
	for (unsigned int step = 0; step < steps; step++) {
		unsigned int act = 0, weight = below(108);

		while (weight >= acts[act].weight)
			weight -= acts[act++].weight;
		printf("%u %s", step, acts[act].name);
		acts[act].act();
		tell_lists();
	}
	return 0;
}
