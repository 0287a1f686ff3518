/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/lwip_table.h"

#include "end/lwip_api.h"
#include "lab/lwip_addr.h"
#include "lwip/priv/tcp_priv.h" /* the lists, and the time-outs of states */
#include "lwip/tcp.h"
#include "tcp/state.h"

struct countdown {
	const char *name;
	u32_t ticks; /* of the slow timer, left */
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

/* A FIN that went with data is acknowledged, and not in snd_lbb (lwIP, tcp_send_fin()). */
static u32_t unacknowledged(const struct tcp_pcb *pcb)
{
	return TCP_SEQ_LT(pcb->snd_lbb, pcb->lastack) ? 0 : pcb->snd_lbb - pcb->lastack;
}

static struct table_row row_of(const struct tcp_pcb *pcb)
{
	struct countdown countdown = countdown_of(pcb);

	return (struct table_row){
		.state = (enum state)pcb->state,
		.local = lwip_addr_endpoint(&pcb->local_ip, pcb->local_port),
		.remote = lwip_addr_endpoint(&pcb->remote_ip, pcb->remote_port),
		.recv_q = TCP_WND_MAX(pcb) - pcb->rcv_wnd,
		.send_q = unacknowledged(pcb),
		.timer = countdown.name,
		.timer_ms = countdown.ticks * TCP_SLOW_INTERVAL,
		.expired = countdown.expired,
	};
}

static void visit_all(const struct tcp_pcb *pcbs, table_row_fn *visit, void *context)
{
	for (; pcbs != NULL; pcbs = pcbs->next) {
		struct table_row row = row_of(pcbs);

		visit(context, &row);
	}
}

void lwip_table_visit(table_row_fn *visit, void *context)
{
	for (const struct tcp_pcb_listen *l = tcp_listen_pcbs.listen_pcbs; l != NULL; l = l->next) {
		struct table_row row = {
			.state = ST_LISTEN,
			.local = lwip_addr_endpoint(&l->local_ip, l->local_port),
			.recv_q = l->accepts_pending,
			.send_q = l->backlog,
		};

		visit(context, &row);
	}
	visit_all(tcp_active_pcbs, visit, context);
	visit_all(tcp_tw_pcbs, visit, context);
}

/* Addresses as ss(8) writes them, and not as lwIP does, in capitals. */
static void print_row(void *context, const struct table_row *row)
{
	FILE *out = context;
	char local[ENDPOINT_STRLEN], peer[ENDPOINT_STRLEN];

	fprintf(out, "%-11s %-6u %-6u %21s %21s", state_name(row->state), (unsigned int)row->recv_q,
		(unsigned int)row->send_q, endpoint_format(&row->local, local),
		row->state == ST_LISTEN ? "*:*" : endpoint_format(&row->remote, peer));
	if (row->timer != NULL)
		fprintf(out, " timer:(%s,%.1fsec,%u)", row->timer, row->timer_ms / 1000.0,
			row->expired);
	putc('\n', out);
}

void lwip_table_print(FILE *out)
{
	if (lwip_api() == &lwip_board) {
		fputs("on the board, where the lab cannot read it\n", out);
		return;
	}
	fprintf(out, "%-11s %-6s %-6s %21s %21s\n", "State", "Recv-Q", "Send-Q",
		"Local Address:Port", "Peer Address:Port");
	lwip_table_visit(print_row, out);
}
