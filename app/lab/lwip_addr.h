/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses, from lwIP's form to the lab's and back.
 */
#ifndef APP_LAB_LWIP_ADDR_H
#define APP_LAB_LWIP_ADDR_H

#include "lwip/ip_addr.h"
#include "tcp/segment.h"

/** @param port  host order */
struct endpoint lwip_addr_endpoint(const ip_addr_t *ip, uint16_t port);

/** @return the address alone, without a zone */
ip_addr_t lwip_addr_of(const struct endpoint *endpoint);

#endif
