/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP needs to know of the guard: two of its hooks (opt.h). For a port's own LWIP_HOOK_FILENAME,
 * which lwIP's core includes; applications include tcp_guard.h.
 */
#ifndef PORT_GUARD_TCP_GUARD_HOOKS_H
#define PORT_GUARD_TCP_GUARD_HOOKS_H

#include "lwip/tcp.h"

#ifndef TCP_GUARD
#define TCP_GUARD 0
#endif

#if TCP_GUARD

#ifdef __cplusplus
extern "C" {
#endif

struct tcp_hdr;

/**
 * LWIP_HOOK_TCP_INPACKET_PCB for a listener: looks at a segment before lwIP does.
 *
 * @return ERR_OK: lwIP shall handle it; else the guard has
 */
err_t tcp_guard_input(struct tcp_pcb *pcb, const struct tcp_hdr *hdr, u16_t optlen, u16_t opt1len,
		      const u8_t *opt2, struct pbuf *p);

/**
 * LWIP_HOOK_TCP_ISN: lwIP's own numbers, as it makes them without the hook; a cookie for the connection
 * that the guard has lwIP open just now.
 */
u32_t tcp_guard_isn(u16_t local_port, const ip_addr_t *remote_ip, u16_t remote_port);

#ifdef __cplusplus
}
#endif

/* Segments of connections do not even make a call. */
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p)                            \
	((pcb)->state == LISTEN ? tcp_guard_input((pcb), (hdr), (optlen), (opt1len), (opt2), (p)) \
				: ERR_OK)

#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) \
	tcp_guard_isn((local_port), (remote_ip), (remote_port))

#endif
#endif
