/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP does for a segment and for a connection, from netif->input() to netif->linkoutput() and with an
 * application that does nothing else: run by callgrind (tests/bench/instructions.sh), which counts the
 * instructions between MEASURED()'s two ends.
 *
 *     instructions        prints a line for each part that callgrind dumps: its name, how often it was done, and
 *                         how many MEASURED() and transitions that took
 */
#include <stdio.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"
#include "service.h"
#include "tcp_trace.h"

#define MTU   1500
#define WARM  100
#define TIMES 200
#define PIECE 1460
#define LARGE 44 /* pieces in a frame that the kernel has merged, or will cut */

/* As port/linux/bulk has it: with offload the kernel vouches for TCP's checksum, and computes it. */
#define IN_SOFTWARE NETIF_CHECKSUM_ENABLE_ALL
#define OFFLOADED   (NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_CHECK_TCP))

#define MEASURED(call)                    \
	do {                              \
		measured++;               \
		CALLGRIND_TOGGLE_COLLECT; \
		call;                     \
		CALLGRIND_TOGGLE_COLLECT; \
	} while (0)

static unsigned int transitions, measured;

/* -- The hook, of the kind that costs least: the last transitions, for whoever looks at them later */

#if TCP_TRACE
struct transition {
	const struct tcp_pcb *pcb;
	const char *func;
	int line;
	uint8_t from, to;
};

static struct transition last[1024];

void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line)
{
	last[transitions++ % 1024] =
		(struct transition){ pcb, func, line, (uint8_t)from, (uint8_t)to };
}

void tcp_trace_timer(const struct tcp_pcb *pcb, enum tcp_trace_timer timer)
{
	(void)pcb;
	(void)timer;
}

/* Whoever looks at them: else the compiler would see that nobody does. */
static void check_hook(void)
{
	const struct transition *t = &last[(transitions - 1) % 1024];

	if (t->from != TIME_WAIT || t->to != CLOSED || t->pcb == NULL || t->line == 0 ||
	    strcmp(t->func, "tcp_pcb_remove") != 0)
		peer_fail("the last transition is not the end of TIME_WAIT");
}
#else
static void check_hook(void)
{
}
#endif

/* -- What is measured; each does it once, or several times and says so */

static unsigned int nothing(struct peer *peer)
{
	(void)peer;
	MEASURED((void)0);
	return 1;
}

static void receive(struct peer *peer, uint16_t length)
{
	unsigned int before = service_received;
	struct pbuf *p = peer_frame(peer, SEG_ACK | SEG_PSH, length);

	MEASURED(peer_netif.input(p, &peer_netif));
	if (service_received - before != length)
		peer_fail("the application has not got what was sent");
}

/* As many segments as the other end acknowledges with one. */
static void transmit(struct peer *peer, uint16_t length, unsigned int segments, uint8_t copy)
{
	static const uint8_t data[UINT16_MAX];
	unsigned int before = peer_count();
	struct pbuf *ack;

	for (unsigned int i = 0; i < segments; i++)
		MEASURED((tcp_write(service_accepted, data, length, copy),
			  tcp_output(service_accepted)));
	if (peer_count() - before != segments || peer_hear(peer).length != length)
		peer_fail("lwIP has not sent a segment for each piece");
	ack = peer_frame(peer, SEG_ACK, 0);
	MEASURED(peer_netif.input(ack, &peer_netif));
	if (service_accepted->unacked != NULL)
		peer_fail("lwIP has not taken an acknowledgement");
}

static unsigned int receive_one(struct peer *peer)
{
	receive(peer, PIECE);
	return 1;
}

static unsigned int receive_large(struct peer *peer)
{
	receive(peer, LARGE * PIECE);
	return LARGE;
}

static unsigned int transmit_two(struct peer *peer)
{
	transmit(peer, PIECE, 2, 0);
	return 2;
}

static unsigned int transmit_two_copying(struct peer *peer)
{
	transmit(peer, PIECE, 2, TCP_WRITE_FLAG_COPY);
	return 2;
}

static unsigned int transmit_large(struct peer *peer)
{
	transmit(peer, LARGE * PIECE, 1, 0);
	return LARGE;
}

static void reset(struct peer *peer)
{
	peer_say(peer, SEG_RST | SEG_ACK, 0);
	if (tcp_active_pcbs != NULL)
		peer_fail("lwIP has kept a connection that was reset");
}

static unsigned int syn(struct peer *next)
{
	struct peer peer = peer_client(next->number++);
	struct pbuf *p = peer_frame(&peer, SEG_SYN, 0);

	MEASURED(peer_netif.input(p, &peer_netif));
	if (peer_hear(&peer).flags != (SEG_SYN | SEG_ACK))
		peer_fail("lwIP has not answered a SYN");
	reset(&peer);
	return 1;
}

static void take(struct peer *peer, uint8_t flags)
{
	struct pbuf *p = peer_frame(peer, flags, 0);

	MEASURED(peer_netif.input(p, &peer_netif));
	peer_hear(peer);
}

/* Opened and closed by the client: SYN, ACK; FIN, ACK. */
static unsigned int live_as_server(struct peer *next)
{
	struct peer peer = peer_client(next->number++);

	take(&peer, SEG_SYN);
	take(&peer, SEG_ACK);
	take(&peer, SEG_FIN | SEG_ACK);
	take(&peer, SEG_ACK);
	if (tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL)
		peer_fail("lwIP has kept a connection that has ended");
	return 1;
}

/* Opened and closed by lwIP, to the end of TIME_WAIT. */
static unsigned int live_as_client(struct peer *next)
{
	struct peer peer = peer_client(next->number++);
	ip_addr_t address = IPADDR4_INIT_BYTES(10, 9, 0, 1);
	struct tcp_pcb *pcb;
	struct segment heard;

	MEASURED(pcb = tcp_new());
	MEASURED(tcp_connect(pcb, &address, PEER_PORT, NULL));
	heard = peer_hear(&peer);
	peer.here = heard.dst;
	peer.lwip = heard.src;
	take(&peer, SEG_SYN | SEG_ACK);
	MEASURED(tcp_close(pcb));
	peer_hear(&peer);
	take(&peer, SEG_ACK);
	take(&peer, SEG_FIN | SEG_ACK);
	if (tcp_tw_pcbs == NULL)
		peer_fail("lwIP is not in TIME_WAIT");
	MEASURED(tcp_abort(pcb));
	return 1;
}

/* -- The parts */

enum { ALONE, CONNECTED, CONNECTED_LARGE };

static const struct part {
	const char *name;
	unsigned int (*act)(struct peer *); /* returns how often it has been done */
	int client;
	uint16_t checksums;
} parts[] = {
	{ "nothing", nothing, ALONE, IN_SOFTWARE },
	{ "receive", receive_one, CONNECTED, IN_SOFTWARE },
	{ "receive-offloaded", receive_one, CONNECTED, OFFLOADED },
	{ "receive-large-offloaded", receive_large, CONNECTED_LARGE, OFFLOADED },
	{ "transmit", transmit_two, CONNECTED, IN_SOFTWARE },
	{ "transmit-offloaded", transmit_two, CONNECTED, OFFLOADED },
	{ "transmit-copying", transmit_two_copying, CONNECTED, IN_SOFTWARE },
	{ "transmit-copying-offloaded", transmit_two_copying, CONNECTED, OFFLOADED },
	{ "transmit-large-offloaded", transmit_large, CONNECTED_LARGE, OFFLOADED },
	{ "syn", syn, ALONE, OFFLOADED },
	{ "life-as-server", live_as_server, ALONE, OFFLOADED },
	{ "life-as-client", live_as_client, ALONE, OFFLOADED },
};

/* Warms up, measures, and lets callgrind dump. */
static void measure(const struct part *part, unsigned int number)
{
	const bool large = part->client == CONNECTED_LARGE;
	unsigned int times = 0, before;
	struct peer peer;

	peer_netif.mtu = large ? UINT16_MAX : MTU;
	NETIF_SET_CHECKSUM_CTRL(&peer_netif, part->checksums);
	peer = part->client == ALONE ? peer_client(number)
				     : service_connect(number, large ? LARGE * PIECE : PIECE);
	for (int i = 0; i < WARM; i++)
		part->act(&peer);
	CALLGRIND_ZERO_STATS;
	before = transitions;
	measured = 0;
	while (times < TIMES)
		times += part->act(&peer);
	CALLGRIND_DUMP_STATS_AT(part->name);
	printf("%s %u %u %u\n", part->name, times, measured, transitions - before);
	if (part->client != ALONE)
		reset(&peer);
}

int main(void)
{
	peer_start(MTU, IN_SOFTWARE);
	service_start();
	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		measure(&parts[i], i * 10000);
	check_hook();
	return 0;
}
