/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host beside lwIP that has no wire: what it sends goes into lwIP by a call, and what lwIP sends is looked at
 * here and goes nowhere. For benches of lwIP alone.
 *
 * lwIP is 10.9.0.2. All others are behind the router 10.9.0.1, whose Ethernet address lwIP knows.
 */
#ifndef TESTS_BENCH_PEER_H
#define TESTS_BENCH_PEER_H

#include "lwip/netif.h"
#include "tcp/segment.h"

#define PEER_SERVICE 80 /* lwIP's port, for connections that peer_client() opens */
#define PEER_PORT    80 /* theirs, for those that lwIP opens */

/** One side of a connection with lwIP. */
struct peer {
	struct endpoint here, lwip;
	uint32_t seq, ack;   /* SND.NXT and RCV.NXT */
	uint16_t mss;        /* that its SYN announces */
	unsigned int number; /* which one it was made as */
};

extern struct netif peer_netif;

/**
 * Starts lwIP with its network interface.
 *
 * @param mtu        of the link, in bytes
 * @param checksums  that lwIP generates and checks: NETIF_CHECKSUM_GEN_IP …, where they are a netif's affair
 */
void peer_start(uint16_t mtu, uint16_t checksums);

/** @return the client of that number, from an address and a port of its own, before its SYN */
struct peer peer_client(unsigned int number);

/**
 * Makes a frame, and moves SND.NXT by what it takes.
 *
 * @param flags   its control bits; a SYN has the options of a usual host
 * @param length  bytes of data
 * @return for peer_netif.input
 */
struct pbuf *peer_frame(struct peer *peer, uint8_t flags, uint16_t length);

/** Gives lwIP such a frame. */
void peer_say(struct peer *peer, uint8_t flags, uint16_t length);

/**
 * Takes what lwIP has sent last as heard: RCV.NXT moves there.
 *
 * @return it; what lwIP has sent before without being heard is lost
 */
struct segment peer_hear(struct peer *peer);

/** Called with each segment that lwIP sends, unless it is NULL. */
extern void (*peer_watch)(const struct segment *segment);

/** @return segments that lwIP has sent since the start */
unsigned int peer_count(void);

/** Says why the bench cannot measure, and ends it. */
void peer_fail(const char *what) __attribute__((noreturn));

#endif
