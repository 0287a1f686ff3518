/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/services.h"

#include <stdbool.h>

#include "lwip/tcp.h"
#include "mps2-an385/uart.h"

#define ECHO    7
#define DISCARD 9

#if TCP_SND_BUF < TCP_WND
#error "the echo of a window must fit into the send buffer"
#endif

/* lwIP has no memory for a FIN just now: poll tries again, every half second. */
static err_t close_or_poll(struct tcp_pcb *pcb, tcp_poll_fn poll)
{
	if (tcp_close(pcb) != ERR_OK)
		tcp_poll(pcb, poll, 1);
	return ERR_OK;
}

/*
 * -- Echo. A connection's argument is what it has received and not yet written. Received bytes are
 * acknowledged to the window when their echo is acknowledged: there is never more on its way than a window.
 */

/* @return whether nothing is left to be written */
static bool write_rest(struct tcp_pcb *pcb, struct pbuf *rest)
{
	while (rest != NULL) {
		u16_t size = LWIP_MIN(rest->len, tcp_sndbuf(pcb));

		if (size == 0 || tcp_write(pcb, rest->payload, size, TCP_WRITE_FLAG_COPY) != ERR_OK)
			break;
		rest = pbuf_free_header(rest, size);
	}
	tcp_arg(pcb, rest);
	tcp_output(pcb);
	return rest == NULL;
}

static err_t echo_poll(void *arg, struct tcp_pcb *pcb)
{
	write_rest(pcb, arg);
	return ERR_OK;
}

static err_t echo_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	tcp_recved(pcb, size);
	return echo_poll(arg, pcb);
}

/*
 * Once the peer has ended: closes when all is acknowledged. lwIP resets a connection that is closed while
 * its window is not open, and it takes the FIN out of the window just before it calls recv with NULL:
 * nobody may close earlier, as the state CLOSE_WAIT would suggest.
 */
static err_t last_poll(void *arg, struct tcp_pcb *pcb)
{
	if (write_rest(pcb, arg) && tcp_sndqueuelen(pcb) == 0)
		return close_or_poll(pcb, last_poll);
	return ERR_OK;
}

static err_t last_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	tcp_recved(pcb, size);
	return last_poll(arg, pcb);
}

static err_t echo_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	LWIP_UNUSED_ARG(err);
	if (p == NULL) {
		tcp_sent(pcb, last_sent);
		tcp_poll(pcb, last_poll, 1);
		return last_poll(arg, pcb);
	}
	if (arg != NULL)
		return ERR_MEM; /* lwIP keeps it, and calls again */
	return echo_poll(p, pcb);
}

static void echo_err(void *arg, err_t err)
{
	LWIP_UNUSED_ARG(err);
	if (arg != NULL)
		pbuf_free(arg);
}

static err_t echo_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	LWIP_UNUSED_ARG(arg);
	if (err != ERR_OK)
		return err;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, echo_recv);
	tcp_sent(pcb, echo_sent);
	tcp_err(pcb, echo_err);
	tcp_poll(pcb, echo_poll, 1);
	return ERR_OK;
}

/* -- Discard */

static err_t discard_poll(void *arg, struct tcp_pcb *pcb)
{
	LWIP_UNUSED_ARG(arg);
	return close_or_poll(pcb, discard_poll);
}

static err_t discard_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	LWIP_UNUSED_ARG(arg);
	LWIP_UNUSED_ARG(err);
	if (p == NULL)
		return close_or_poll(pcb, discard_poll);
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t discard_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	LWIP_UNUSED_ARG(arg);
	if (err == ERR_OK)
		tcp_recv(pcb, discard_recv);
	return err;
}

/* -- The call */

static err_t call_poll(void *arg, struct tcp_pcb *pcb)
{
	LWIP_UNUSED_ARG(arg);
	return close_or_poll(pcb, call_poll);
}

static err_t call_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	LWIP_UNUSED_ARG(arg);
	LWIP_UNUSED_ARG(err);
	uart_text("connected\n");
	tcp_write(pcb, "hello\n", 6, 0);
	return close_or_poll(pcb, call_poll);
}

static void call_err(void *arg, err_t err)
{
	LWIP_UNUSED_ARG(arg);
	LWIP_UNUSED_ARG(err);
	uart_text("not connected\n");
}

err_t services_call(const ip_addr_t *address, u16_t port)
{
	struct tcp_pcb *pcb = tcp_new();
	err_t err;

	if (pcb == NULL)
		return ERR_MEM;
	tcp_err(pcb, call_err);
	err = tcp_connect(pcb, address, port, call_connected);
	if (err != ERR_OK) {
		tcp_err(pcb, NULL);
		tcp_abort(pcb);
	}
	return err;
}

static err_t listen(u16_t port, tcp_accept_fn accept)
{
	struct tcp_pcb *pcb = tcp_new(), *listener;
	err_t err;

	if (pcb == NULL)
		return ERR_MEM;
	err = tcp_bind(pcb, IP_ANY_TYPE, port);
	listener = err == ERR_OK ? tcp_listen(pcb) : NULL;
	if (listener == NULL) {
		tcp_close(pcb);
		return err == ERR_OK ? ERR_MEM : err;
	}
	tcp_accept(listener, accept);
	return ERR_OK;
}

err_t services_start(void)
{
	err_t err = listen(ECHO, echo_accept);

	return err == ERR_OK ? listen(DISCARD, discard_accept) : err;
}
