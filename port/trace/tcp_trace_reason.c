/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp_trace_reason.h"

#include "lwip/priv/tcp_priv.h"

/* tcp_slowtmr()'s own conditions, in its own order (lwIP, core/tcp.c). */
const char *tcp_trace_reason(const struct tcp_pcb *pcb, enum tcp_state from)
{
	if (from == TIME_WAIT)
		return "2MSL";
	if (pcb->nrtx >= (from == SYN_SENT ? TCP_SYNMAXRTX : TCP_MAXRTX))
		return "retransmission gave up";
	if (pcb->persist_backoff > 0 && pcb->persist_probe >= TCP_MAXRTX)
		return "persist gave up";
	if (from == FIN_WAIT_2)
		return "FIN_WAIT_2 time-out";
	if (from == SYN_RCVD)
		return "SYN_RCVD time-out";
	if (from == LAST_ACK)
		return "LAST_ACK time-out";
	return "keepalive gave up";
}
