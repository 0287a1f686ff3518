/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Daytime (RFC 867): says what time it is, and closes.
 *
 * It is the first to close, so each connection ends in lwIP's TIME_WAIT.
 */
#include <time.h>

#include "live/tcp_service.h"

#define PORT    13
#define TEXTLEN 64

/* As the RFC's first example, in UTC. lwIP knows no time of day: the C library has to. */
static u16_t daytime_text(char text[TEXTLEN])
{
	time_t now = time(NULL);
	struct tm tm;

	return (u16_t)strftime(text, TEXTLEN, "%A, %B %d, %Y %H:%M:%S-UTC\r\n",
			       gmtime_r(&now, &tm));
}

/* When the peer has it all, or will send no more, whichever comes first. */
static err_t daytime_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	(void)arg;
	(void)size;
	tcp_service_close(pcb);
	return ERR_OK;
}

static err_t daytime_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)err;
	if (p == NULL)
		return daytime_sent(arg, pcb, 0);
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

/* Until there is memory. */
static err_t daytime_poll(void *arg, struct tcp_pcb *pcb)
{
	char text[TEXTLEN];

	(void)arg;
	if (tcp_write(pcb, text, daytime_text(text), TCP_WRITE_FLAG_COPY) != ERR_OK)
		return ERR_OK;
	tcp_poll(pcb, NULL, 0);
	tcp_output(pcb);
	return ERR_OK;
}

static err_t daytime_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	if (err != ERR_OK)
		return err;
	tcp_recv(pcb, daytime_recv);
	tcp_sent(pcb, daytime_sent);
	tcp_poll(pcb, daytime_poll, TCP_SERVICE_POLL);
	return daytime_poll(arg, pcb);
}

static void daytime_datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from,
			     u16_t port)
{
	char text[TEXTLEN];
	u16_t size = daytime_text(text);

	(void)arg;
	pbuf_free(p);
	if (port < 1024)
		return; /* another service's, which would answer */
	p = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);
	if (p == NULL)
		return;
	pbuf_take(p, text, size);
	udp_sendto(pcb, p, from, port);
	pbuf_free(p);
}

err_t daytime_start(void)
{
	err_t err = tcp_service_listen(PORT, daytime_accept);

	return err == ERR_OK ? udp_service_bind(PORT, daytime_datagram) : err;
}
