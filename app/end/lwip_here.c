/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lwIP in this process: its callback API and its trace hook, for the lwIP end.
 */
#include <string.h>

#include "end/end.h"
#include "end/guard.h"
#include "end/lwip_api.h"
#include "guard/tcp_guard.h"
#include "lab/lwip_addr.h"
#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h" /* TCP_MSL, TCP_SLOW_INTERVAL, the lists: lwIP names them nowhere else */
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "tcp_trace.h"
#include "tcp_trace_reason.h"

/* In units of the slow timer: the poll callback comes every two seconds, as in lwIP's own apps. */
#define POLL_INTERVAL 4

static uint32_t refused; /* SYNs for which there was no pcb */

static struct tcp_pcb *of(lwip_pcb pcb)
{
	return (struct tcp_pcb *)pcb; // NOLINT(performance-no-int-to-ptr): it was one
}

static lwip_pcb handle(const struct tcp_pcb *pcb)
{
	return (lwip_pcb)pcb;
}

/* -- The trace hook */

void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line)
{
	struct lwip_transition transition = {
		.pcb = handle(pcb),
		.from = (enum state)from,
		.to = (enum state)to,
		.func = func,
		.line = line,
	};

	if (from != LISTEN && to != LISTEN) {
		transition.local = lwip_addr_endpoint(&pcb->local_ip, pcb->local_port);
		transition.remote = lwip_addr_endpoint(&pcb->remote_ip, pcb->remote_port);
	}
	if (from != LISTEN && to == CLOSED)
		transition.reason = tcp_trace_reason(pcb, from);
	lwip_on_state(&transition);
}
/* The ends take lwIP's states as they are. */
_Static_assert((int)CLOSED == (int)ST_CLOSED && (int)LISTEN == (int)ST_LISTEN &&
		       (int)SYN_SENT == (int)ST_SYN_SENT && (int)SYN_RCVD == (int)ST_SYN_RCVD &&
		       (int)ESTABLISHED == (int)ST_ESTABLISHED &&
		       (int)FIN_WAIT_1 == (int)ST_FIN_WAIT_1 &&
		       (int)FIN_WAIT_2 == (int)ST_FIN_WAIT_2 &&
		       (int)CLOSE_WAIT == (int)ST_CLOSE_WAIT && (int)CLOSING == (int)ST_CLOSING &&
		       (int)LAST_ACK == (int)ST_LAST_ACK && (int)TIME_WAIT == (int)ST_TIME_WAIT,
	       "lwIP numbers its states otherwise");

void tcp_trace_timer(const struct tcp_pcb *pcb, enum tcp_trace_timer timer)
{
	static const char *const names[] = {
		[TCP_TRACE_TIMER_FAST] = LWIP_TIMER_FAST,
		[TCP_TRACE_TIMER_SLOW] = LWIP_TIMER_SLOW,
		[TCP_TRACE_TIMER_RETRANSMISSION] = LWIP_TIMER_RETRANSMISSION,
		[TCP_TRACE_TIMER_PERSIST] = LWIP_TIMER_PERSIST,
		[TCP_TRACE_TIMER_KEEPALIVE] = LWIP_TIMER_KEEPALIVE,
	};

	lwip_on_timer(handle(pcb), names[timer]);
}

/* -- The callbacks */

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)pcb;
	return lwip_on_recv(arg, p, err);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	(void)pcb;
	return lwip_on_sent(arg, length);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	(void)pcb;
	return lwip_on_poll(arg);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)pcb;
	return lwip_on_connected(arg, err);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct endpoint from = lwip_addr_endpoint(ip_current_src_addr(), 0);

	refused += pcb == NULL;
	return lwip_on_accept(arg, handle(pcb), &from, err);
}

/* -- The calls */

static lwip_pcb new_pcb(int family)
{
	return handle(tcp_new_ip_type(family == 6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4));
}

static void reuse_address(lwip_pcb pcb)
{
	ip_set_option(of(pcb), SOF_REUSEADDR);
}

static err_t bind_pcb(lwip_pcb pcb, const struct endpoint *local)
{
	ip_addr_t ip = lwip_addr_of(local);

	return tcp_bind(of(pcb), &ip, local->port);
}

static err_t listen_pcb(lwip_pcb pcb, uint8_t backlog, void *arg, lwip_pcb *listener)
{
	err_t err = ERR_OK;
	struct tcp_pcb *listening = tcp_listen_with_backlog_and_err(of(pcb), backlog, &err);

	if (listening == NULL)
		return err;
	tcp_arg(listening, arg);
	tcp_accept(listening, on_accept);
	*listener = handle(listening);
	return ERR_OK;
}

static void attach(lwip_pcb pcb, void *arg)
{
	tcp_arg(of(pcb), arg);
	tcp_recv(of(pcb), on_recv);
	tcp_sent(of(pcb), on_sent);
	tcp_err(of(pcb), lwip_on_err);
	tcp_poll(of(pcb), on_poll, POLL_INTERVAL);
}

static err_t connect_pcb(lwip_pcb pcb, const struct endpoint *remote)
{
	ip_addr_t ip = lwip_addr_of(remote);

	return tcp_connect(of(pcb), &ip, remote->port, on_connected);
}

static uint32_t room(lwip_pcb pcb)
{
	return tcp_sndqueuelen(of(pcb)) > TCP_SND_QUEUELEN / 2 ? 0 : tcp_sndbuf(of(pcb));
}

static err_t write_data(lwip_pcb pcb, const void *data, uint16_t size)
{
	return tcp_write(of(pcb), data, size, TCP_WRITE_FLAG_COPY);
}

static err_t output(lwip_pcb pcb)
{
	return tcp_output(of(pcb));
}

static void recved(lwip_pcb pcb, uint16_t size)
{
	tcp_recved(of(pcb), size);
}

static err_t shutdown_pcb(lwip_pcb pcb)
{
	return tcp_shutdown(of(pcb), 0, 1);
}

static err_t close_pcb(lwip_pcb pcb)
{
	return tcp_close(of(pcb));
}

static void abort_pcb(lwip_pcb pcb)
{
	tcp_abort(of(pcb));
}

static void delay_backlog(lwip_pcb pcb)
{
	tcp_backlog_delayed(of(pcb));
}

static void accept_backlog(lwip_pcb pcb)
{
	tcp_backlog_accepted(of(pcb));
}

static void set(lwip_pcb pcb, const struct tcp_option *option, uint32_t value)
{
	option->apply(of(pcb), value);
}

static struct endpoint local(lwip_pcb pcb)
{
	return lwip_addr_endpoint(&of(pcb)->local_ip, of(pcb)->local_port);
}

static void drop_default_route(void)
{
	netif_set_default(NULL);
}

static void abort_all(void)
{
	while (tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
}

static uint32_t time_wait_ms(void)
{
	const uint32_t msl = TCP_MSL, tick = TCP_SLOW_INTERVAL;

	/* It ends with the first slow timer after 2MSL; one more tick may be under way. */
	return 2 * (msl + tick);
}

static void pools(uint32_t used[LWIP_POOLS], uint32_t size[LWIP_POOLS])
{
	static const memp_t of_lwip[LWIP_POOLS] = {
		[LWIP_TCP_PCB] = MEMP_TCP_PCB,     [LWIP_TCP_PCB_LISTEN] = MEMP_TCP_PCB_LISTEN,
		[LWIP_TCP_SEG] = MEMP_TCP_SEG,     [LWIP_PBUF] = MEMP_PBUF,
		[LWIP_PBUF_POOL] = MEMP_PBUF_POOL,
	};

	for (int i = 0; i < LWIP_POOLS; i++) {
		const struct stats_mem *pool = lwip_stats.memp[of_lwip[i]];

		if (used != NULL)
			used[i] = pool->used;
		if (size != NULL)
			size[i] = pool->avail;
	}
}

static void on_guard(void *context, enum tcp_guard_event event)
{
	static const char *const names[] = {
		[TCP_GUARD_ANSWERS] = "answers", [TCP_GUARD_UNSENT] = "unsent",
		[TCP_GUARD_OPENS] = "opens",     [TCP_GUARD_OPENED] = "opened",
		[TCP_GUARD_NO_ROOM] = "no room", [TCP_GUARD_FORGED] = "forged",
		[TCP_GUARD_EXPIRED] = "expired", [TCP_GUARD_REPLAYED] = "replayed",
	};

	(void)context;
	guard_on_event(names[event]);
}

static void guard_begin(uint16_t threshold)
{
	tcp_guard_observe(on_guard, NULL);
	tcp_guard_start(threshold);
}

static void begin(struct lab *lab)
{
	(void)lab;
}

static void end(void)
{
}

const struct lwip_api lwip_here = {
	.begin = begin,
	.end = end,
	.new_pcb = new_pcb,
	.reuse_address = reuse_address,
	.bind = bind_pcb,
	.listen = listen_pcb,
	.attach = attach,
	.connect = connect_pcb,
	.room = room,
	.write = write_data,
	.output = output,
	.recved = recved,
	.shutdown = shutdown_pcb,
	.close = close_pcb,
	.abort = abort_pcb,
	.delay_backlog = delay_backlog,
	.accept_backlog = accept_backlog,
	.set = set,
	.local = local,
	.drop_default_route = drop_default_route,
	.abort_all = abort_all,
	.time_wait_ms = time_wait_ms,
	.pools = pools,
	.guard_start = guard_begin,
	.guard_stop = tcp_guard_stop,
};

/* -- What a flood and a live host want to know, of this lwIP alone */

void lwip_end_watch_pool(struct end *end)
{
	(void)end;
	lwip_stats.memp[MEMP_TCP_PCB]->max = lwip_stats.memp[MEMP_TCP_PCB]->used;
	refused = 0;
}

struct lwip_pool lwip_end_pool(const struct end *end)
{
	const struct stats_mem *pcbs = lwip_stats.memp[MEMP_TCP_PCB];

	(void)end;
	return (struct lwip_pool){ .used = pcbs->used, .most = pcbs->max, .refused = refused };
}

void lwip_end_states(uint32_t in_state[ST_COUNT])
{
	memset(in_state, 0, ST_COUNT * sizeof(in_state[0]));
	for (const struct tcp_pcb_listen *l = tcp_listen_pcbs.listen_pcbs; l != NULL; l = l->next)
		in_state[ST_LISTEN]++;
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
		in_state[pcb->state]++;
	for (const struct tcp_pcb *pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next)
		in_state[pcb->state]++;
}
