/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: the application does not call tcp_recved() for what it has taken. */
#include "lwip/tcp.h"

void __wrap_tcp_recved(struct tcp_pcb *pcb, u16_t length);

void __wrap_tcp_recved(struct tcp_pcb *pcb, u16_t length)
{
	LWIP_UNUSED_ARG(pcb);
	LWIP_UNUSED_ARG(length);
}
