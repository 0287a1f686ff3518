/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has which address in the lab, over IPv4 and over IPv6.
 */
#ifndef APP_LAB_HOSTS_H
#define APP_LAB_HOSTS_H

#include "tcp/segment.h"

enum host {
	HOST_KERNEL, /**< 10.9.0.1, fd09::1 */
	HOST_LWIP,   /**< 10.9.0.2, fd09::2 */
	HOST_RAW,    /**< 10.9.0.3, fd09::3: the third one, whose segments are made by hand */
	HOST_ABSENT, /**< 10.9.0.99, fd09::99: on the lab's network, and nobody is there */
	HOST_FAR,    /**< 203.0.113.1, 2001:db8::1: on another network (RFC 5737, RFC 3849) */
};

/** The prefix that the lab's hosts have in common, in bits. @param family  4 or 6 */
uint8_t host_prefix(int family);

/**
 * @param family  4 or 6
 * @return a host's address; port 0
 */
struct endpoint host_address(enum host host, int family);

#endif
