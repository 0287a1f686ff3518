/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: the application gives ports in network order, as sockets want them. */
#include "lwip/tcp.h"

err_t __real_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port);
err_t __wrap_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port);
err_t __real_tcp_connect(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port,
			 tcp_connected_fn connected);
err_t __wrap_tcp_connect(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port,
			 tcp_connected_fn connected);

err_t __wrap_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port)
{
	return __real_tcp_bind(pcb, address, lwip_htons(port));
}

err_t __wrap_tcp_connect(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port,
			 tcp_connected_fn connected)
{
	return __real_tcp_connect(pcb, address, lwip_htons(port), connected);
}
