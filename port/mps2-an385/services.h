/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the demonstration does over TCP: two services, and a call of its own.
 */
#ifndef PORT_MPS2_AN385_SERVICES_H
#define PORT_MPS2_AN385_SERVICES_H

#include "lwip/err.h"
#include "lwip/ip_addr.h"

/** Starts echo (RFC 862) and discard (RFC 863). @return ERR_OK; else lwIP had no memory for them */
err_t services_start(void);

/**
 * Connects, says "hello" and closes. What becomes of it is told on the UART.
 *
 * @param port  in host order
 * @return ERR_OK: it is under way
 */
err_t services_call(const ip_addr_t *address, u16_t port);

#endif
