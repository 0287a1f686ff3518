/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Discard (RFC 863): throws away what it gets.
 */
#include "live/tcp_service.h"

#define PORT 9

static err_t discard_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL) {
		tcp_service_close(pcb);
		return ERR_OK;
	}
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t discard_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err == ERR_OK)
		tcp_recv(pcb, discard_recv);
	return err;
}

static void discard_datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from,
			     u16_t port)
{
	(void)arg;
	(void)pcb;
	(void)from;
	(void)port;
	pbuf_free(p);
}

err_t discard_start(void)
{
	err_t err = tcp_service_listen(PORT, discard_accept);

	return err == ERR_OK ? udp_service_bind(PORT, discard_datagram) : err;
}
