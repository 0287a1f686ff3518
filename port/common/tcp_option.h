/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP lets an application set on a connection while it runs (lwip/tcp.h, lwip/ip.h): a name
 * and a whole number. nodelay (tcp_nagle_disable) and keepalive (SOF_KEEPALIVE) are 0 or 1, keep_idle
 * and keep_intvl are in ms, the rest as in lwIP.
 */
#ifndef PORT_COMMON_TCP_OPTION_H
#define PORT_COMMON_TCP_OPTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tcp_pcb;

struct tcp_option {
	const char *name;
	void (*apply)(struct tcp_pcb *pcb, uint32_t value); /**< not for listeners */
	uint32_t min, max;                                  /**< what value may be */
};

/** The names, for people. */
#define TCP_OPTION_NAMES "nodelay, keepalive, keep_idle, keep_intvl, keep_cnt, ttl, tos, prio"

/**
 * @param name    need not end in a NUL
 * @param length  bytes
 * @return the option of this name; NULL: there is none
 */
const struct tcp_option *tcp_option_find(const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
