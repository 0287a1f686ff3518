/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The application of benches of lwIP alone (peer.h): it takes what comes, closes when the other end does, and nothing
 * else.
 */
#ifndef TESTS_BENCH_SERVICE_H
#define TESTS_BENCH_SERVICE_H

#include "lwip/tcp.h"
#include "peer.h"

extern struct tcp_pcb *service_accepted; /* the last one */
extern unsigned int service_received;    /* bytes, of all connections */

/** Listens at PEER_SERVICE. */
void service_start(void);

/** Its tcp_recv_fn, for connections that a bench opens by itself. */
err_t service_on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err);

/**
 * Opens a connection to it, which service_accepted is then.
 *
 * @param number  of the client
 * @param mss     that its SYN announces
 * @return the client
 */
struct peer service_connect(unsigned int number, uint16_t mss);

#endif
