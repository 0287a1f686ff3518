/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/lwip_table.h"

#include "lab/lwip_addr.h"
#include "lwip/priv/tcp_priv.h" /* the lists, and the time-outs of states */
#include "lwip/tcp.h"
#include "tcp/state.h"

struct countdown {
	const char *name; /* as ss(8) has it, where it has it; NULL: none runs */
	u32_t ticks;      /* of the slow timer, left */
	unsigned int expired;
};

/* How long a state has been going on, against how long it may. */
static u32_t left_of(const struct tcp_pcb *pcb, u32_t ms)
{
	u32_t ticks = ms / TCP_SLOW_INTERVAL + 1, gone = tcp_ticks - pcb->tmr;

	return gone < ticks ? ticks - gone : 0;
}

static u32_t keepalive_left(const struct tcp_pcb *pcb)
{
	return left_of(pcb, pcb->keep_idle + pcb->keep_cnt_sent * pcb->keep_intvl);
}

/* tcp_slowtmr()'s own conditions (lwIP, core/tcp.c). */
static struct countdown countdown_of(const struct tcp_pcb *pcb)
{
	static const u8_t persist_ticks[] = { 3, 6, 12, 24, 48, 96, 120 }; /* tcp_persist_backoff */

	if (pcb->state == TIME_WAIT)
		return (struct countdown){ "timewait", left_of(pcb, 2 * TCP_MSL), 0 };
	if (pcb->persist_backoff > 0)
		return (struct countdown){ "persist",
					   (u32_t)persist_ticks[pcb->persist_backoff - 1] -
						   pcb->persist_cnt,
					   pcb->persist_probe };
	if (pcb->rtime >= 0 && pcb->unacked != NULL)
		return (struct countdown){
			"on", pcb->rto > pcb->rtime ? (u32_t)(pcb->rto - pcb->rtime) : 0, pcb->nrtx
		};
	if (pcb->state == FIN_WAIT_2 && pcb->flags & TF_RXCLOSED)
		return (struct countdown){ "finwait2", left_of(pcb, TCP_FIN_WAIT_TIMEOUT), 0 };
	if (ip_get_option(pcb, SOF_KEEPALIVE))
		return (struct countdown){ "keepalive", keepalive_left(pcb), pcb->keep_cnt_sent };
	return (struct countdown){ 0 };
}

static void print_row(FILE *out, enum state state, u32_t recv_q, u32_t send_q, const char *local,
		      const char *peer)
{
	fprintf(out, "%-11s %-6u %-6u %21s %21s", state_name(state), (unsigned int)recv_q,
		(unsigned int)send_q, local, peer);
}

/* As ss(8) writes it, and not as lwIP does, in capitals. */
static const char *format(const ip_addr_t *ip, u16_t port, char text[ENDPOINT_STRLEN])
{
	struct endpoint endpoint = lwip_addr_endpoint(ip, port);

	return endpoint_format(&endpoint, text);
}

static void print_pcb(const struct tcp_pcb *pcb, FILE *out)
{
	char local[ENDPOINT_STRLEN], peer[ENDPOINT_STRLEN];
	struct countdown countdown = countdown_of(pcb);

	print_row(out, (enum state)pcb->state, TCP_WND_MAX(pcb) - pcb->rcv_wnd,
		  pcb->snd_lbb - pcb->lastack, format(&pcb->local_ip, pcb->local_port, local),
		  format(&pcb->remote_ip, pcb->remote_port, peer));
	if (countdown.name != NULL)
		fprintf(out, " timer:(%s,%.1fsec,%u)", countdown.name,
			countdown.ticks * (TCP_SLOW_INTERVAL / 1000.0), countdown.expired);
	putc('\n', out);
}

void lwip_table_print(FILE *out)
{
	char local[ENDPOINT_STRLEN];

	fprintf(out, "%-11s %-6s %-6s %21s %21s\n", "State", "Recv-Q", "Send-Q",
		"Local Address:Port", "Peer Address:Port");
	for (const struct tcp_pcb_listen *l = tcp_listen_pcbs.listen_pcbs; l != NULL; l = l->next) {
		print_row(out, ST_LISTEN, l->accepts_pending, l->backlog,
			  format(&l->local_ip, l->local_port, local), "*:*");
		putc('\n', out);
	}
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
		print_pcb(pcb, out);
	for (const struct tcp_pcb *pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next)
		print_pcb(pcb, out);
}
