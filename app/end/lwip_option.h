/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP lets an application set on a connection while it runs (lwip/tcp.h, lwip/ip.h): a name
 * and a whole number. nodelay (tcp_nagle_disable) and keepalive (SOF_KEEPALIVE) are 0 or 1, keep_idle
 * and keep_intvl are in ms, the rest as in lwIP.
 */
#ifndef APP_END_LWIP_OPTION_H
#define APP_END_LWIP_OPTION_H

#include <stdint.h>

#include "lab/why.h"

struct tcp_pcb;

struct lwip_option {
	void (*apply)(struct tcp_pcb *pcb, uint32_t value);
	uint32_t value;
};

/** The names, for people. */
#define LWIP_OPTION_NAMES "nodelay, keepalive, keep_idle, keep_intvl, keep_cnt, ttl, tos, prio"

/**
 * Reads "keep_idle=5000".
 *
 * @return 0; -EINVAL with the reason in why: no such name, or a value out of its range
 */
int lwip_option_parse(const char *text, struct lwip_option *option, struct why *why);

#endif
