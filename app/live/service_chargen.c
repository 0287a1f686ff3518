/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Character generator (RFC 864): sends lines as fast as the peer reads them, and throws away what it
 * gets.
 */
#include "live/tcp_service.h"
#include "lwip/mem.h"

#define PORT 19
/* Sent and not acknowledged at most, so that one peer does not take what others need. */
#define AHEAD (16u * 1024)

_Static_assert(AHEAD <= TCP_SND_BUF, "the send buffer must have room for it");

/* The RFC's pattern: each line begins one printable character later than the one before. */
#define FIRST     ' '
#define PRINTABLE 95
#define COLUMNS   72
#define LINE      (COLUMNS + 2)

/* All of it, until it begins again: lwIP sends from here, without a copy of its own. */
static char pattern[PRINTABLE * LINE];

struct chargen {
	u16_t at;    /* what comes next of the pattern */
	u32_t ahead; /* bytes sent, and not acknowledged */
};

static void chargen_send(struct tcp_pcb *pcb, struct chargen *chargen)
{
	for (;;) {
		u32_t size = LWIP_MIN(sizeof(pattern) - chargen->at, AHEAD - chargen->ahead);

		if (size == 0 || tcp_write(pcb, pattern + chargen->at, (u16_t)size, 0) != ERR_OK)
			break;
		chargen->at = (u16_t)((chargen->at + size) % sizeof(pattern));
		chargen->ahead += size;
	}
	tcp_output(pcb);
}

static err_t chargen_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)err;
	if (p == NULL) {
		mem_free(arg);
		tcp_service_close(pcb);
		return ERR_OK;
	}
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t chargen_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	((struct chargen *)arg)->ahead -= size;
	chargen_send(pcb, arg);
	return ERR_OK;
}

static err_t chargen_poll(void *arg, struct tcp_pcb *pcb)
{
	chargen_send(pcb, arg);
	return ERR_OK;
}

static void chargen_err(void *arg, err_t err)
{
	(void)err;
	mem_free(arg);
}

static err_t chargen_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct chargen *chargen;

	(void)arg;
	if (err != ERR_OK)
		return err;
	chargen = mem_calloc(1, sizeof(*chargen));
	if (chargen == NULL)
		return ERR_MEM; /* lwIP resets the connection */
	tcp_arg(pcb, chargen);
	tcp_recv(pcb, chargen_recv);
	tcp_sent(pcb, chargen_sent);
	tcp_err(pcb, chargen_err);
	tcp_poll(pcb, chargen_poll, TCP_SERVICE_POLL);
	chargen_send(pcb, chargen);
	return ERR_OK;
}

err_t chargen_start(void)
{
	for (size_t line = 0; line < PRINTABLE; line++) {
		char *text = pattern + line * LINE;

		for (size_t i = 0; i < COLUMNS; i++)
			text[i] = (char)(FIRST + (line + i) % PRINTABLE);
		text[COLUMNS] = '\r';
		text[COLUMNS + 1] = '\n';
	}
	return tcp_service_listen(PORT, chargen_accept);
}
