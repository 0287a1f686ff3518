/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

struct tcp_pcb *service_accepted;
unsigned int service_received;

err_t service_on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL)
		return tcp_close(pcb);
	service_received += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err != ERR_OK)
		return ERR_MEM;
	service_accepted = pcb;
	tcp_recv(pcb, service_on_received);
	return ERR_OK;
}

void service_start(void)
{
	struct tcp_pcb *pcb = tcp_new();

	tcp_bind(pcb, IP_ANY_TYPE, PEER_SERVICE);
	tcp_accept(tcp_listen(pcb), on_accept);
}

struct peer service_connect(unsigned int number, uint16_t mss)
{
	struct peer peer = peer_client(number);

	peer.mss = mss;
	service_accepted = NULL;
	peer_say(&peer, SEG_SYN, 0);
	peer_hear(&peer);
	peer_say(&peer, SEG_ACK, 0);
	if (service_accepted == NULL)
		peer_fail("lwIP has not accepted a connection");
	return peer;
}
