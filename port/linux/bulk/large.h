/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP's core has to know of large segments: that one is several. It counts segments, acknowledges each second
 * and waits up to 250 ms for it. A sender whose congestion window is one large segment would wait as long for each of
 * them; the kernel's takes it for lost after 200 ms, makes its window smaller, and never comes out of it. RFC 9293,
 * 3.8.6.3: an acknowledgement for every second full-sized segment, as they are on the wire.
 *
 * For a port's own LWIP_HOOK_FILENAME, which lwIP's core includes (config/bulk/lwip_hooks.h).
 */
#ifndef PORT_LINUX_BULK_LARGE_H
#define PORT_LINUX_BULK_LARGE_H

#include <stdbool.h>

#include "lwip/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whether the frame that lwIP is given at this moment is a large segment. Set by bulkif_input(). */
extern bool large_input;

/**
 * LWIP_HOOK_TCP_INPACKET_PCB: has lwIP acknowledge a large segment at once, as if it were the second (tcp_priv.h,
 * tcp_ack()).
 *
 * @param pcb  any, also a listener, which has no flags
 * @return ERR_OK: lwIP shall handle it
 */
static inline err_t large_look(struct tcp_pcb *pcb)
{
	if (large_input && pcb->state > LISTEN)
		tcp_set_flags(pcb, TF_ACK_DELAY);
	return ERR_OK;
}

#ifdef __cplusplus
}
#endif

#ifdef LWIP_HOOK_TCP_INPACKET_PCB
#error "there is one such hook, and another has it: let that call large_look()"
#endif
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p) large_look(pcb)

#endif
