/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: the recv callback aborts the connection at the other side's FIN, and does not return ERR_ABRT. */
#include <stdbool.h>

#include "lwip/tcp.h"

void __real_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);
void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);

static tcp_recv_fn right;

static err_t wrong(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	bool is_fin = p == NULL;
	err_t result = right(arg, pcb, p, err);

	if (!is_fin || result == ERR_ABRT)
		return result;
	tcp_abort(pcb);
	return ERR_OK;
}

void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv)
{
	right = recv;
	__real_tcp_recv(pcb, wrong);
}
