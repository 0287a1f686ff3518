/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Echo (RFC 862): sends back what it gets.
 *
 * What has been received counts against the receive window until the peer has acknowledged its echo. So there is
 * never more on its way back than a window, which the send buffer has room for: a peer that sends
 * and does not read is held up by its own window, and nothing needs to be kept here.
 */
#include <stdbool.h>

#include "live/tcp_service.h"
#include "lwip/mem.h"

#define PORT  7
#define PIECE 512

#if TCP_SND_BUF < TCP_WND
#error "the echo of a window must fit into the send buffer"
#endif

struct echo {
	struct pbuf *rest; /* received, and no memory yet to send it back */
	u32_t owed;        /* bytes sent back, and not acknowledged */
	bool eof;          /* the peer will send no more */
};

static void echo_free(void *arg)
{
	struct echo *echo = arg;

	if (echo->rest != NULL)
		pbuf_free(echo->rest);
	mem_free(echo);
}

static void open_window(struct tcp_pcb *pcb, struct echo *echo, u32_t size)
{
	for (u16_t part; size > 0; size -= part) {
		part = (u16_t)LWIP_MIN(size, 0xffffu);
		tcp_recved(pcb, part);
		echo->owed -= part;
	}
}

/* All of it is with lwIP. It resets a connection that is closed with its window not open. */
static void finish(struct tcp_pcb *pcb, struct echo *echo)
{
	open_window(pcb, echo, echo->owed);
	echo_free(echo);
	tcp_service_close(pcb);
}

static void send_back(struct tcp_pcb *pcb, struct echo *echo)
{
	char piece[PIECE];

	while (echo->rest != NULL) {
		u16_t size = (u16_t)LWIP_MIN(sizeof(piece), tcp_sndbuf(pcb));

		size = pbuf_copy_partial(echo->rest, piece, size, 0);
		if (size == 0 || tcp_write(pcb, piece, size, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
		echo->rest = pbuf_free_header(echo->rest, size);
		echo->owed += size;
	}
	tcp_output(pcb);
	if (echo->rest == NULL && echo->eof)
		finish(pcb, echo);
}

static err_t echo_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct echo *echo = arg;

	(void)err;
	if (p != NULL && echo->rest != NULL)
		return ERR_MEM; /* lwIP keeps it, and calls again */
	if (p == NULL)
		echo->eof = true;
	else
		echo->rest = p;
	send_back(pcb, echo);
	return ERR_OK;
}

static err_t echo_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	open_window(pcb, arg, size);
	send_back(pcb, arg);
	return ERR_OK;
}

static err_t echo_poll(void *arg, struct tcp_pcb *pcb)
{
	send_back(pcb, arg);
	return ERR_OK;
}

static void echo_err(void *arg, err_t err)
{
	(void)err;
	echo_free(arg);
}

static err_t echo_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct echo *echo;

	(void)arg;
	if (err != ERR_OK)
		return err;
	echo = mem_calloc(1, sizeof(*echo));
	if (echo == NULL)
		return ERR_MEM; /* lwIP resets the connection */
	tcp_arg(pcb, echo);
	tcp_recv(pcb, echo_recv);
	tcp_sent(pcb, echo_sent);
	tcp_err(pcb, echo_err);
	tcp_poll(pcb, echo_poll, TCP_SERVICE_POLL);
	return ERR_OK;
}

/* Ports below 1024 are other services': two of them would never stop answering each other. */
static void echo_datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from,
			  u16_t port)
{
	(void)arg;
	if (port >= 1024)
		udp_sendto(pcb, p, from, port);
	pbuf_free(p);
}

err_t echo_start(void)
{
	err_t err = tcp_service_listen(PORT, echo_accept);

	return err == ERR_OK ? udp_service_bind(PORT, echo_datagram) : err;
}
