/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lwIP end: an application of lwIP's callback API ("raw API", lwip/tcp.h) whose callbacks
 * write to the timeline, and the trace hook that watches its pcbs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end/end.h"
#include "end/lwip_err.h"
#include "end/lwip_option.h"
#include "end/unread.h"
#include "lab/lwip_addr.h"
#include "lab/pools.h"
#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h" /* TCP_MSL, TCP_SLOW_INTERVAL, the lists: lwIP names them nowhere else */
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "tcp_trace.h"
#include "tcp_trace_reason.h"

/* In units of the slow timer: the poll callback comes every two seconds, as in lwIP's own apps. */
#define POLL_INTERVAL 4

struct lwip_conn {
	struct conn conn;
	struct tcp_pcb *pcb;   /* until it is CLOSED: what the hook knows the connection by */
	struct unread *unread; /* received, not yet taken by conn_recv() */
	bool eof;              /* the other side's FIN has come after that */
	bool connected;        /* the connected callback came */
	bool pending;          /* the accept callback came; conn_accept() has not yet */
	bool nameless;         /* another's listener whose address lwIP had not filled in yet */
	int error;             /* what the err callback told, as an errno; 0: nothing */
};

#define POOLS 5

struct lwip_end {
	struct end end;
	unsigned int used_before[POOLS];   /* of lwIP's pools, when the end was opened */
	const struct lwip_option *options; /* set on each connection */
	int option_count;
	unsigned int nameless;     /* listeners that name_listeners() is for */
	struct lwip_conn *opening; /* inside tcp_listen: whose pcb lwIP is about to replace */
	uint32_t refused;          /* SYNs for which lwIP had no pcb */
};

/* lwIP is one instance per process, and its hook has no argument: neither has this end. */
static struct lwip_end *the_end;

static struct lwip_conn *lwip_conn(struct conn *conn)
{
	return (struct lwip_conn *)conn;
}

/* -- The watcher */

static struct lwip_conn *find(const struct tcp_pcb *pcb)
{
	struct conn *conn = the_end->end.conns;

	while (conn != NULL && lwip_conn(conn)->pcb != pcb)
		conn = conn->next;
	return lwip_conn(conn);
}

/* A pcb that the application has not made: a passive open. */
static struct lwip_conn *add_passive(struct tcp_pcb *pcb)
{
	struct endpoint local = lwip_addr_endpoint(&pcb->local_ip, pcb->local_port);
	struct endpoint remote = lwip_addr_endpoint(&pcb->remote_ip, pcb->remote_port);
	struct flows *flows = &the_end->end.lab->flows;
	struct flow *flow = flow_find(flows, &local, &remote);
	struct conn *conn = end_add_conn(&the_end->end, &local, &remote, true);

	conn->name = flow == NULL ? flow_open(flows, &local, &remote)->name : flow->name;
	conn->others = the_end->end.open; /* until our listener's accept callback comes */
	lwip_conn(conn)->pcb = pcb;
	return lwip_conn(conn);
}

/* Somebody else's tcp_listen(): the address comes after the transition. */
static struct lwip_conn *add_listener(struct tcp_pcb *pcb)
{
	struct endpoint any = { .family = 4 };
	struct lwip_conn *c = lwip_conn(end_add_conn(&the_end->end, &any, &any, false));
	char name[12];

	flow_name_listener(&the_end->end.lab->flows, name);
	c->conn.name = timeline_text(the_end->end.lab->timeline, "%s", name);
	c->conn.others = c->nameless = true;
	c->pcb = pcb;
	the_end->nameless++;
	return c;
}

static void name_listeners(void)
{
	for (struct conn *conn = the_end->end.conns; conn != NULL && the_end->nameless > 0;
	     conn = conn->next) {
		struct lwip_conn *c = lwip_conn(conn);
		struct endpoint local;

		if (!c->nameless)
			continue;
		c->nameless = false;
		the_end->nameless--;
		if (c->pcb == NULL)
			continue;
		local = lwip_addr_endpoint(&c->pcb->local_ip, c->pcb->local_port);
		conn->remote.family = local.family;
		conn_set_local(conn, &local);
	}
}

/* Somebody else's tcp_connect(). */
static struct lwip_conn *add_active(struct tcp_pcb *pcb)
{
	struct endpoint local = lwip_addr_endpoint(&pcb->local_ip, pcb->local_port);
	struct endpoint remote = lwip_addr_endpoint(&pcb->remote_ip, pcb->remote_port);
	struct conn *conn = end_add_conn(&the_end->end, &local, &remote, false);

	conn->others = true;
	lwip_conn(conn)->pcb = pcb;
	return lwip_conn(conn);
}

static bool is_stranger(const ip_addr_t *remote_ip, uint16_t remote_port)
{
	struct endpoint remote = lwip_addr_endpoint(remote_ip, remote_port);

	return the_end->end.is_stranger != NULL && the_end->end.is_stranger(&remote);
}

/*
 * A transition of a pcb that belongs to no connection yet: a passive open; a stranger's, once it
 * is ESTABLISHED; what somebody else opens. NULL: not worth an event.
 */
static struct lwip_conn *add_unknown(struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to)
{
	struct lwip_conn *c;

	if (to == LISTEN)
		return the_end->end.open ? add_listener(pcb) : NULL;
	if (to == SYN_SENT)
		return the_end->end.open ? add_active(pcb) : NULL;
	if (!is_stranger(&pcb->remote_ip, pcb->remote_port))
		return add_passive(pcb);
	if (to != ESTABLISHED)
		return NULL;
	c = add_passive(pcb);
	c->conn.state = (enum state)from;
	return c;
}

/* The active open's pcb has got its port just now. */
static void name_active(struct conn *conn, const struct tcp_pcb *pcb)
{
	struct endpoint local = lwip_addr_endpoint(&pcb->local_ip, pcb->local_port);

	conn_set_local(conn, &local);
	conn->name = flow_open(&conn->end->lab->flows, &conn->local, &conn->remote)->name;
}

void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line)
{
	struct lwip_conn *c;

	if (the_end == NULL)
		return;
	name_listeners();
	if (to == LISTEN && the_end->opening != NULL)
		the_end->opening->pcb = (struct tcp_pcb *)pcb;
	c = find(pcb);
	if (c == NULL)
		c = add_unknown((struct tcp_pcb *)pcb, from, to);
	if (c == NULL)
		return;
	if (to == SYN_SENT)
		name_active(&c->conn, pcb);
	if (to == CLOSED) {
		if (from != LISTEN)
			timeline_name_timer(the_end->end.lab->timeline, tcp_trace_reason(pcb, from),
					    c->conn.name);
		c->pcb = NULL;
	}
	conn_enter(&c->conn, (enum state)to, SRC_HOOK, func, line);
}
/* conn_enter() takes lwIP's states as they are. */
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
		[TCP_TRACE_TIMER_FAST] = "fast timer (delayed ACK or FIN)",
		[TCP_TRACE_TIMER_SLOW] = "slow timer",
		[TCP_TRACE_TIMER_RETRANSMISSION] = "retransmission",
		[TCP_TRACE_TIMER_PERSIST] = "persist",
		[TCP_TRACE_TIMER_KEEPALIVE] = "keepalive",
	};

	struct lwip_conn *c;

	if (the_end == NULL)
		return;
	c = pcb == NULL ? NULL : find(pcb);
	timeline_name_timer(the_end->end.lab->timeline, names[timer],
			    c == NULL ? NULL : c->conn.name);
}

/* -- lwIP's callbacks: what the application learns, and when */

static void callback(const struct lwip_conn *c, const char *name, const char *err, uint32_t bytes)
{
	struct event *event =
		timeline_add(c->conn.end->lab->timeline, EV_CALLBACK, WHO_LWIP, c->conn.name);

	event->callback.name = name;
	event->callback.err = err;
	event->callback.bytes = bytes;
}

static int close_pcb(struct conn *conn);

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct lwip_conn *c = arg;

	(void)pcb;
	callback(c, "recv", lwip_err_name(err), p == NULL ? 0 : p->tot_len);
	if (p != NULL) {
		unread_keep(&c->unread, p);
		return ERR_OK;
	}
	c->eof = true;
	if (c->conn.close_at_eof && !c->conn.released && close_pcb(&c->conn) == 0)
		c->conn.released = true;
	return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	(void)pcb;
	callback(arg, "sent", NULL, length);
	return ERR_OK;
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	const struct lwip_conn *c = arg;

	(void)pcb;
	timeline_name_timer(c->conn.end->lab->timeline, "slow timer", c->conn.name);
	callback(arg, "poll", NULL, 0);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	struct lwip_conn *c = arg;

	callback(c, "err", lwip_err_name(err), 0);
	c->error = lwip_err_errno(err);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)pcb;
	((struct lwip_conn *)arg)->connected = true;
	callback(arg, "connected", lwip_err_name(err), 0);
	return ERR_OK;
}

static void set_callbacks(struct lwip_conn *c)
{
	tcp_arg(c->pcb, c);
	tcp_recv(c->pcb, on_recv);
	tcp_sent(c->pcb, on_sent);
	tcp_err(c->pcb, on_err);
	tcp_poll(c->pcb, on_poll, POLL_INTERVAL);
	for (int i = 0; i < the_end->option_count; i++)
		the_end->options[i].apply(c->pcb, the_end->options[i].value);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct lwip_conn *c = pcb == NULL ? NULL : find(pcb);

	the_end->refused += pcb == NULL;
	if (pcb == NULL && is_stranger(ip_current_src_addr(), 0))
		return ERR_OK;
	callback(c == NULL ? arg : c, "accept", lwip_err_name(err), 0);
	if (c == NULL)
		return ERR_OK; /* lwIP has no memory for one more, and says so to the listener */
	c->conn.others = false;
	set_callbacks(c);
	tcp_backlog_delayed(pcb);
	c->pending = true;
	return ERR_OK;
}

/* -- The application's calls */

static int end_call(struct lwip_conn *c, struct event *call, struct cause before, err_t err)
{
	lab_call_end(c->conn.end->lab, call, before, lwip_err_name(err));
	return -lwip_err_errno(err);
}

/* After tcp_close() and after the err callback, an application may not use its pcb any more. */
static bool usable(const struct lwip_conn *c)
{
	return c->pcb != NULL && c->error == 0 && !c->conn.released;
}

/* What a call on a pcb answers that is not usable. */
static int gone(const struct lwip_conn *c)
{
	return c->error != 0 ? -c->error : -ENOTCONN;
}

static int bind_pcb(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	char text[ENDPOINT_STRLEN];
	struct cause before;
	struct event *call;
	ip_addr_t ip = lwip_addr_of(&conn->local);

	if (!usable(c))
		return gone(c);
	call = conn_call(conn, &before, "tcp_bind", "%s", endpoint_format(&conn->local, text));
	return end_call(c, call, before, tcp_bind(c->pcb, &ip, conn->local.port));
}

/* tcp_new and tcp_bind; the pcb is freed when binding fails. */
static int new_pcb(struct lwip_conn *c)
{
	struct conn *conn = &c->conn;
	struct cause before;
	struct event *call;
	int result;

	call = conn_call(conn, &before, "tcp_new", "%s", "");
	c->pcb = tcp_new_ip_type(conn->local.family == 6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
	lab_call_end(conn->end->lab, call, before, c->pcb == NULL ? "NULL" : NULL);
	if (c->pcb == NULL)
		return -ENOMEM;
	if (conn->end->reuse_address)
		ip_set_option(c->pcb, SOF_REUSEADDR);
	if (conn->local.port == 0)
		return 0;
	result = bind_pcb(conn);
	if (result < 0)
		tcp_close(c->pcb);
	return result;
}

static int lwip_listen(struct conn *conn, unsigned int backlog)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct tcp_pcb *unbound;
	struct cause before;
	struct event *call;
	err_t err = ERR_OK;
	u8_t places = (u8_t)LWIP_MIN(backlog, 0xffu);
	int result = new_pcb(c);

	if (result < 0)
		return result;
	unbound = c->pcb;
	the_end->opening = c;
	call = conn_call(conn, &before, "tcp_listen", "backlog %u", places);
	if (tcp_listen_with_backlog_and_err(unbound, places, &err) == NULL)
		tcp_close(unbound);
	the_end->opening = NULL;
	result = end_call(c, call, before, err);
	if (result == 0) {
		tcp_arg(c->pcb, c);
		tcp_accept(c->pcb, on_accept);
	}
	return result;
}

static int connect_pcb(struct conn *conn, const struct endpoint *remote)
{
	struct lwip_conn *c = lwip_conn(conn);
	char text[ENDPOINT_STRLEN];
	struct cause before;
	struct event *call;
	ip_addr_t ip = lwip_addr_of(remote);
	err_t err;

	if (!usable(c))
		return gone(c);
	call = conn_call(conn, &before, "tcp_connect", "%s", endpoint_format(remote, text));
	err = tcp_connect(c->pcb, &ip, remote->port, on_connected);
	call->conn = conn->name;
	return end_call(c, call, before, err);
}

static int lwip_connect(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	int result = new_pcb(c);

	if (result < 0)
		return result;
	set_callbacks(c);
	result = connect_pcb(conn, &conn->remote);
	if (result < 0)
		tcp_close(c->pcb);
	return result;
}

static int lwip_outcome(struct conn *conn)
{
	const struct lwip_conn *c = lwip_conn(conn);

	if (c->error != 0)
		return -c->error;
	return c->connected ? 0 : -EINPROGRESS;
}

static struct conn *lwip_accept(struct conn *listener)
{
	struct lwip_conn *oldest = NULL;

	for (struct conn *conn = listener->end->conns; conn != NULL; conn = conn->next)
		if (lwip_conn(conn)->pending && endpoint_equal(&conn->local, &listener->local))
			oldest = lwip_conn(conn);
	if (oldest == NULL)
		return NULL;
	oldest->pending = false;
	if (usable(oldest))
		tcp_backlog_accepted(oldest->pcb);
	return &oldest->conn;
}

static ssize_t lwip_send(struct conn *conn, const void *data, size_t size)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;
	bool written;
	err_t err;

	if (!usable(c))
		return gone(c);
	if (conn->state == ST_LISTEN)
		return -ENOTCONN; /* tcp_write() is not for listeners: their pcb is a smaller one */
	size = LWIP_MIN(size, LWIP_MIN(tcp_sndbuf(c->pcb), 0xffffu));
	if (size == 0 || tcp_sndqueuelen(c->pcb) > TCP_SND_QUEUELEN / 2)
		return 0;
	call = conn_call(conn, &before, "tcp_write", "%zu bytes", size);
	err = tcp_write(c->pcb, data, (u16_t)size, TCP_WRITE_FLAG_COPY);
	written = err == ERR_OK;
	if (written)
		err = tcp_output(c->pcb); /* should it fail, lwIP's timers try again */
	end_call(c, call, before, err);
	if (written)
		return (ssize_t)size;
	return err == ERR_MEM ? 0 : -lwip_err_errno(err);
}

static ssize_t lwip_recv(struct conn *conn, void *data, size_t size)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;

	if (c->unread == NULL) {
		if (c->error != 0)
			return -c->error;
		return c->eof ? 0 : -EAGAIN;
	}
	size = unread_take(&c->unread, data,
			   LWIP_MIN(size, 0xffffu)); /* tcp_recved() takes a u16_t */
	if (usable(c)) {
		call = conn_call(conn, &before, "tcp_recved", "%zu bytes", size);
		tcp_recved(c->pcb, (u16_t)size);
		lab_call_end(conn->end->lab, call, before, NULL);
	}
	return (ssize_t)size;
}

static int lwip_shutdown(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;

	if (!usable(c))
		return gone(c);
	call = conn_call(conn, &before, "tcp_shutdown", "tx");
	return end_call(c, call, before, tcp_shutdown(c->pcb, 0, 1));
}

static int close_pcb(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;

	if (!usable(c))
		return 0; /* the err callback has told that there is nothing left to close */
	call = conn_call(conn, &before, "tcp_close", "%s", "");
	return end_call(c, call, before, tcp_close(c->pcb));
}

static int lwip_abort(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;

	if (!usable(c))
		return 0;
	if (conn->state == ST_LISTEN)
		return close_pcb(conn); /* tcp_abort() is not for listeners */
	call = conn_call(conn, &before, "tcp_abort", "%s", "");
	call->call.abort = true;
	tcp_abort(c->pcb);
	lab_call_end(conn->end->lab, call, before, NULL);
	return 0;
}

static int lwip_set(struct conn *conn, enum conn_option option, int value)
{
	struct lwip_conn *c = lwip_conn(conn);

	if (!usable(c))
		return gone(c);
	switch (option) {
	case CONN_NODELAY:
		if (value)
			tcp_nagle_disable(c->pcb);
		else
			tcp_nagle_enable(c->pcb);
		return 0;
	case CONN_QUICKACK: return 0; /* lwIP acknowledges a FIN at once, always */
	case CONN_KEEPALIVE:
		if (value)
			ip_set_option(c->pcb, SOF_KEEPALIVE);
		else
			ip_reset_option(c->pcb, SOF_KEEPALIVE);
		return 0;
	case CONN_KEEPIDLE: c->pcb->keep_idle = (u32_t)value * 1000; return 0;
	case CONN_KEEPINTVL: c->pcb->keep_intvl = (u32_t)value * 1000; return 0;
	case CONN_KEEPCNT: c->pcb->keep_cnt = (u32_t)value; return 0;
	default: return -ENOPROTOOPT;
	}
}

/*
 * Connections that nobody accepted, and those that outlive the application's close. An application
 * could not abort the latter; here the hook knows that their pcbs are alive.
 */
static void lwip_abandon(struct end *end)
{
	for (struct conn *conn = end->conns; conn != NULL; conn = conn->next) {
		struct lwip_conn *c = lwip_conn(conn);

		unread_drop(&c->unread);
		if (c->pcb != NULL && conn->state == ST_LISTEN)
			tcp_close(c->pcb);
		else if (c->pcb != NULL)
			tcp_abort(c->pcb);
	}
	while (end->is_stranger != NULL && tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
}

static void lwip_attend(struct end *end)
{
	(void)end;
	name_listeners();
}

static bool lwip_is_forgotten(const struct conn *conn)
{
	const struct lwip_conn *c = (const struct lwip_conn *)conn;

	if (c->pcb != NULL || c->pending || c->unread != NULL)
		return false;
	return conn->released || conn->others || (conn->passive && !conn->accepted);
}

static void lwip_drop_default_route(struct end *end)
{
	(void)end;
	netif_set_default(NULL);
}

static void lwip_dispose(struct end *end)
{
	(void)end;
	the_end = NULL;
}

uint32_t lwip_end_time_wait_ms(void)
{
	const uint32_t msl = TCP_MSL, tick = TCP_SLOW_INTERVAL;

	/* It ends with the first slow timer after 2MSL; one more tick may be under way. */
	return 2 * (msl + tick);
}

unsigned int lwip_end_pcbs(void)
{
	return pools_size(MEMP_TCP_PCB);
}

/* -- lwIP's pools, as far as connections use them */

static const struct {
	memp_t pool;
	const char *name;
} pools[POOLS] = {
	{ MEMP_TCP_PCB, "TCP_PCB" },     { MEMP_TCP_PCB_LISTEN, "TCP_PCB_LISTEN" },
	{ MEMP_TCP_SEG, "TCP_SEG" },     { MEMP_PBUF, "PBUF" },
	{ MEMP_PBUF_POOL, "PBUF_POOL" },
};

static unsigned int pool_used(int i)
{
	return lwip_stats.memp[pools[i].pool]->used;
}

unsigned int lwip_end_leaks(const struct end *end, char *text, size_t size)
{
	const struct lwip_end *self = (const struct lwip_end *)end;
	unsigned int leaked = 0;
	size_t length = 0;

	text[0] = '\0';
	for (int i = 0; i < POOLS; i++) {
		unsigned int more = pool_used(i) - self->used_before[i];

		leaked += more;
		if (more != 0 && length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s %u",
						   length ? ", " : "", pools[i].name, more);
	}
	return leaked;
}

void lwip_end_watch_pool(struct end *end)
{
	lwip_stats.memp[MEMP_TCP_PCB]->max = lwip_stats.memp[MEMP_TCP_PCB]->used;
	((struct lwip_end *)end)->refused = 0;
}

struct lwip_pool lwip_end_pool(const struct end *end)
{
	const struct stats_mem *pcbs = lwip_stats.memp[MEMP_TCP_PCB];

	return (struct lwip_pool){ .used = pcbs->used,
				   .most = pcbs->max,
				   .refused = ((const struct lwip_end *)end)->refused };
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

void lwip_end_set(struct end *end, const struct lwip_option *options, int count)
{
	struct lwip_end *self = (struct lwip_end *)end;

	self->options = options;
	self->option_count = count;
}

static const struct end_ops lwip_ops = {
	.who = WHO_LWIP,
	.conn_size = sizeof(struct lwip_conn),
	.listen = lwip_listen,
	.connect = lwip_connect,
	.connect_again = connect_pcb,
	.bind_again = bind_pcb,
	.outcome = lwip_outcome,
	.accept = lwip_accept,
	.send = lwip_send,
	.recv = lwip_recv,
	.shutdown = lwip_shutdown,
	.close = close_pcb,
	.abort = lwip_abort,
	.set = lwip_set,
	.drop_default_route = lwip_drop_default_route,
	.abandon = lwip_abandon,
	.attend = lwip_attend,
	.is_forgotten = lwip_is_forgotten,
	.dispose = lwip_dispose,
};

int lwip_end_open(struct end **end, struct lab *lab)
{
	the_end = calloc(1, sizeof(*the_end));
	if (the_end == NULL)
		return -ENOMEM;
	the_end->end.ops = &lwip_ops;
	the_end->end.lab = lab;
	the_end->end.address = lab->lwip;
	for (int i = 0; i < POOLS; i++)
		the_end->used_before[i] = pool_used(i);
	*end = &the_end->end;
	return 0;
}
