/* SPDX-License-Identifier: BSD-3-Clause */
#include "live/tcp_service.h"

err_t tcp_service_listen(u16_t port, tcp_accept_fn accept)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY), *listener;
	err_t err = pcb == NULL ? ERR_MEM : tcp_bind(pcb, IP_ANY_TYPE, port);

	if (err == ERR_OK) {
		listener = tcp_listen_with_backlog_and_err(pcb, TCP_DEFAULT_LISTEN_BACKLOG, &err);
		if (listener != NULL) {
			tcp_accept(listener, accept);
			return ERR_OK;
		}
	}
	if (pcb != NULL)
		tcp_abort(pcb);
	return err;
}

err_t udp_service_bind(u16_t port, udp_recv_fn recv)
{
	struct udp_pcb *pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
	err_t err = pcb == NULL ? ERR_MEM : udp_bind(pcb, IP_ANY_TYPE, port);

	if (err == ERR_OK)
		udp_recv(pcb, recv, NULL);
	else if (pcb != NULL)
		udp_remove(pcb);
	return err;
}

static err_t close_again(void *arg, struct tcp_pcb *pcb)
{
	(void)arg;
	tcp_service_close(pcb);
	return ERR_OK;
}

void tcp_service_close(struct tcp_pcb *pcb)
{
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
	if (tcp_close(pcb) != ERR_OK)
		tcp_poll(pcb, close_again, TCP_SERVICE_POLL);
}
