/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/bulk/buffers.h"
#include "linux/entropy.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/prot/ethernet.h"
#include "tcp/frame.h"

#define FRAME_ROOM    0xffff
#define HEADERS       (14 + 20 + 20)
#define OPTIONS       40
#define CLIENT_PORTS  16384
#define FIRST_PORT    1024
#define WINDOW        65535
#define WSCALE        4
#define ETHERTYPE_ARP 0x0806
#define MSS           1460

static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 1 }, lwip_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t router[4] = { 10, 9, 0, 1 }, lwip[4] = { 10, 9, 0, 2 };

struct netif peer_netif;
void (*peer_watch)(const struct segment *segment);
static struct buffers *buffers;
static uint8_t data[FRAME_ROOM];
static uint8_t heard[HEADERS + OPTIONS]; /* the headers of what lwIP sent last */
static size_t heard_length;              /* of the whole frame */
static unsigned int count;

void peer_fail(const char *what)
{
	fprintf(stderr, "cannot measure: %s\n", what);
	exit(1);
}

static struct segment parse_heard(void)
{
	struct segment segment;

	if (segment_parse(heard, LWIP_MIN(heard_length, sizeof(heard)), &segment) < 0)
		peer_fail("lwIP has sent something else than a segment");
	return segment;
}

static void tell(void)
{
	struct segment segment = parse_heard();

	peer_watch(&segment);
}

static void keep_beginning(const struct pbuf *p)
{
	if (p->len < HEADERS) { /* ARP's */
		memcpy(heard, p->payload, p->len);
		return;
	}
	/* Of a size that the compiler knows: it costs next to nothing. */
	memcpy(heard, p->payload, HEADERS);
	if (p->len > HEADERS)
		memcpy(heard + HEADERS, (const uint8_t *)p->payload + HEADERS,
		       LWIP_MIN(p->len - HEADERS, OPTIONS));
}

static err_t note_frame(struct netif *netif, struct pbuf *p)
{
	(void)netif;
	keep_beginning(p);
	heard_length = p->tot_len;
	count++;
	if (peer_watch != NULL)
		tell();
	return ERR_OK;
}

static err_t init_netif(struct netif *netif)
{
	netif->flags =
		NETIF_FLAG_LINK_UP | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_BROADCAST;
	netif->output = etharp_output;
	netif->linkoutput = note_frame;
	netif->hwaddr_len = sizeof(lwip_mac);
	memcpy(netif->hwaddr, lwip_mac, sizeof(lwip_mac));
	return ERR_OK;
}

/* The next frame's place. */
static struct buffer *next_buffer(void)
{
	struct buffer *buffer = buffers_take(buffers);

	if (buffer == NULL)
		peer_fail("lwIP keeps all frames that it gets");
	return buffer;
}

/* The router asks for lwIP's Ethernet address, and tells its own (RFC 826). */
static void introduce_router(void)
{
	static const uint8_t request[] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	struct buffer *buffer = next_buffer();
	uint8_t *at = buffer->bytes + BUFFERS_HEADROOM;

	memset(at, 0, 42);
	memcpy(at, lwip_mac, 6);
	memcpy(at + 6, own_mac, 6);
	at[12] = ETHERTYPE_ARP >> 8;
	at[13] = ETHERTYPE_ARP & 0xff;
	memcpy(at + 14, request, sizeof(request));
	memcpy(at + 22, own_mac, 6);
	memcpy(at + 28, router, 4);
	memcpy(at + 38, lwip, 4);
	peer_netif.input(buffers_hand_over(buffer, 42), &peer_netif);
}

void peer_start(uint16_t mtu, uint16_t checksums)
{
	ip4_addr_t address, netmask, gateway;

	entropy_seed(1);
	lwip_init();
	buffers = buffers_open(FRAME_ROOM, 64);
	if (buffers == NULL)
		peer_fail("no memory for frames");
	IP4_ADDR(&address, lwip[0], lwip[1], lwip[2], lwip[3]);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	IP4_ADDR(&gateway, router[0], router[1], router[2], router[3]);
	netif_add(&peer_netif, &address, &netmask, &gateway, NULL, init_netif, netif_input);
	peer_netif.mtu = mtu;
	NETIF_SET_CHECKSUM_CTRL(&peer_netif, checksums);
	(void)checksums;
	netif_set_default(&peer_netif);
	netif_set_up(&peer_netif);
	introduce_router();
}

struct peer peer_client(unsigned int number)
{
	unsigned int host = number / CLIENT_PORTS;

	return (struct peer){
		.here = { 4,
			  { 10, 8, (uint8_t)(host >> 8), (uint8_t)host },
			  (uint16_t)(FIRST_PORT + number % CLIENT_PORTS) },
		.lwip = { 4, { lwip[0], lwip[1], lwip[2], lwip[3] }, PEER_SERVICE },
		.seq = number * 7919,
		.mss = MSS,
		.number = number,
	};
}

struct pbuf *peer_frame(struct peer *peer, uint8_t flags, uint16_t length)
{
	const bool syn = flags & SEG_SYN;
	struct segment segment = { .src = peer->here,
				   .dst = peer->lwip,
				   .seq = peer->seq,
				   .ack = flags & SEG_ACK ? peer->ack : 0,
				   .flags = flags,
				   .window = WINDOW,
				   .length = length,
				   .mss = syn ? peer->mss : 0,
				   .wscale = syn ? WSCALE : -1 };
	struct buffer *buffer = next_buffer();
	size_t size = frame_build(&segment, own_mac, lwip_mac, data,
				  buffer->bytes + BUFFERS_HEADROOM, FRAME_ROOM);

	peer->seq += segment_space(&segment);
	return buffers_hand_over(buffer, (uint16_t)size);
}

void peer_say(struct peer *peer, uint8_t flags, uint16_t length)
{
	peer_netif.input(peer_frame(peer, flags, length), &peer_netif);
}

struct segment peer_hear(struct peer *peer)
{
	struct segment segment = parse_heard();

	peer->ack = segment.seq + segment_space(&segment);
	return segment;
}

unsigned int peer_count(void)
{
	return count;
}
