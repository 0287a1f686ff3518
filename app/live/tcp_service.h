/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the small services have in common: applications of lwIP's callback API ("raw API", lwip/tcp.h) that know
 * nothing of the lab, as one would run on a board. Both families.
 *
 * None keeps more than it can hold: what a peer may still send (the window) is opened only when what it has
 * sent has been dealt with. What fails for want of memory is tried again, when something has been
 * acknowledged or in the poll callback.
 */
#ifndef APP_LIVE_TCP_SERVICE_H
#define APP_LIVE_TCP_SERVICE_H

#include "lwip/tcp.h"
#include "lwip/udp.h"

/** Of poll callbacks: every second, in units of lwIP's slow timer. */
#define TCP_SERVICE_POLL 2

/**
 * Listens at all addresses.
 *
 * @param port    host order
 * @param accept  lwIP calls it with each connection, once it is established
 * @return ERR_OK; ERR_MEM, ERR_USE
 */
err_t tcp_service_listen(u16_t port, tcp_accept_fn accept);

/** Receives datagrams at all addresses. @return ERR_OK; ERR_MEM, ERR_USE */
err_t udp_service_bind(u16_t port, udp_recv_fn recv);

/**
 * Closes (FIN after what is still to be sent), now or as soon as there is memory. The service will hear no more of
 * the connection, and must not use it.
 */
void tcp_service_close(struct tcp_pcb *pcb);

/* Each starts one service. @return ERR_OK; ERR_MEM, ERR_USE */
err_t echo_start(void);
err_t discard_start(void);
err_t daytime_start(void);
err_t chargen_start(void);

#endif
