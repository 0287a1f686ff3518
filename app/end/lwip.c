/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lwIP end: an application of lwIP's callback API (lwip_api.h) whose callbacks write to the timeline,
 * and the watcher that the trace hook reports to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end/end.h"
#include "end/lwip_api.h"
#include "end/lwip_err.h"
#include "end/lwip_option.h"
#include "end/unread.h"
#include "lab/pools.h"
#include "lwip/def.h"

struct lwip_conn {
	struct conn conn;
	lwip_pcb pcb;          /* until it is CLOSED: what the hook knows the connection by */
	struct unread *unread; /* received, not yet taken by conn_recv() */
	bool eof;              /* the other side's FIN has come after that */
	bool connected;        /* the connected callback came */
	bool pending;          /* the accept callback came; conn_accept() has not yet */
	bool nameless;         /* another's listener whose address lwIP had not filled in yet */
	int error;             /* what the err callback told, as an errno; 0: nothing */
};

struct lwip_end {
	struct end end;
	const struct lwip_api *lwip;
	uint32_t used_before[LWIP_POOLS];  /* of lwIP's pools, when the end was opened */
	const struct lwip_option *options; /* set on each connection */
	int option_count;
	unsigned int nameless;     /* listeners that name_listeners() is for */
	struct lwip_conn *opening; /* inside tcp_listen: whose pcb lwIP is about to replace */
};

/* lwIP is one instance per process, and its hook has no argument: neither has this end. */
static struct lwip_end *the_end;

static struct lwip_conn *lwip_conn(struct conn *conn)
{
	return (struct lwip_conn *)conn;
}

/* -- The watcher */

static struct lwip_conn *find(lwip_pcb pcb)
{
	struct conn *conn = pcb == 0 ? NULL : the_end->end.conns;

	while (conn != NULL && lwip_conn(conn)->pcb != pcb)
		conn = conn->next;
	return lwip_conn(conn);
}

/* A pcb that the application has not made: a passive open. */
static struct lwip_conn *add_passive(const struct lwip_transition *transition)
{
	const struct endpoint *local = &transition->local, *remote = &transition->remote;
	struct flows *flows = &the_end->end.lab->flows;
	struct flow *flow = flow_find(flows, local, remote);
	struct conn *conn = end_add_conn(&the_end->end, local, remote, true);

	conn->name = flow == NULL ? flow_open(flows, local, remote)->name : flow->name;
	conn->others = the_end->end.open; /* until our listener's accept callback comes */
	return lwip_conn(conn);
}

/* Somebody else's tcp_listen(): the address comes after the transition. */
static struct lwip_conn *add_listener(void)
{
	struct endpoint any = { .family = 4 };
	struct lwip_conn *c = lwip_conn(end_add_conn(&the_end->end, &any, &any, false));
	char name[12];

	flow_name_listener(&the_end->end.lab->flows, name);
	c->conn.name = timeline_text(the_end->end.lab->timeline, "%s", name);
	c->conn.others = c->nameless = true;
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
		if (c->pcb == 0)
			continue;
		local = the_end->lwip->local(c->pcb);
		conn->remote.family = local.family;
		conn_set_local(conn, &local);
	}
}

/* Somebody else's tcp_connect(). */
static struct lwip_conn *add_active(const struct lwip_transition *transition)
{
	struct conn *conn =
		end_add_conn(&the_end->end, &transition->local, &transition->remote, false);

	conn->others = true;
	return lwip_conn(conn);
}

static bool is_stranger(const struct endpoint *remote)
{
	return the_end->end.is_stranger != NULL && the_end->end.is_stranger(remote);
}

/*
 * A transition of a pcb that belongs to no connection yet: a passive open; a stranger's, once it
 * is ESTABLISHED; what somebody else opens. NULL: not worth an event.
 */
static struct lwip_conn *add_unknown(const struct lwip_transition *transition)
{
	bool strange = is_stranger(&transition->remote);
	struct lwip_conn *c;

	if (transition->to == ST_LISTEN)
		return the_end->end.open ? add_listener() : NULL;
	if (transition->to == ST_SYN_SENT)
		return the_end->end.open ? add_active(transition) : NULL;
	if (strange && transition->to != ST_ESTABLISHED)
		return NULL;
	c = add_passive(transition);
	if (strange)
		c->conn.state = transition->from;
	return c;
}

/* The active open's pcb has got its port just now. */
static void name_active(struct conn *conn, const struct endpoint *local)
{
	conn_set_local(conn, local);
	conn->name = flow_open(&conn->end->lab->flows, &conn->local, &conn->remote)->name;
}

void lwip_on_state(const struct lwip_transition *transition)
{
	enum state from = transition->from, to = transition->to;
	struct lwip_conn *c;

	if (the_end == NULL)
		return;
	name_listeners();
	if (to == ST_LISTEN && the_end->opening != NULL)
		the_end->opening->pcb = transition->pcb;
	c = find(transition->pcb);
	if (c == NULL) {
		c = add_unknown(transition);
		if (c == NULL)
			return;
		c->pcb = transition->pcb;
	}
	if (to == ST_SYN_SENT)
		name_active(&c->conn, &transition->local);
	if (to == ST_CLOSED) {
		if (from != ST_LISTEN && transition->reason != NULL)
			timeline_name_timer(the_end->end.lab->timeline, transition->reason,
					    c->conn.name);
		c->pcb = 0;
	}
	conn_enter(&c->conn, to, SRC_HOOK, transition->func, transition->line);
}

void lwip_on_timer(lwip_pcb pcb, const char *name)
{
	const struct lwip_conn *c;

	if (the_end == NULL)
		return;
	c = find(pcb);
	timeline_name_timer(the_end->end.lab->timeline, name, c == NULL ? NULL : c->conn.name);
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

err_t lwip_on_recv(void *arg, struct pbuf *p, err_t err)
{
	struct lwip_conn *c = arg;

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

err_t lwip_on_sent(void *arg, uint16_t size)
{
	callback(arg, "sent", NULL, size);
	return ERR_OK;
}

err_t lwip_on_poll(void *arg)
{
	const struct lwip_conn *c = arg;

	timeline_name_timer(c->conn.end->lab->timeline, "slow timer", c->conn.name);
	callback(arg, "poll", NULL, 0);
	return ERR_OK;
}

void lwip_on_err(void *arg, err_t err)
{
	struct lwip_conn *c = arg;

	callback(c, "err", lwip_err_name(err), 0);
	c->error = lwip_err_errno(err);
}

err_t lwip_on_connected(void *arg, err_t err)
{
	((struct lwip_conn *)arg)->connected = true;
	callback(arg, "connected", lwip_err_name(err), 0);
	return ERR_OK;
}

static void attach(struct lwip_conn *c)
{
	the_end->lwip->attach(c->pcb, c);
	for (int i = 0; i < the_end->option_count; i++)
		the_end->lwip->set(c->pcb, the_end->options[i].kind, the_end->options[i].value);
}

err_t lwip_on_accept(void *arg, lwip_pcb pcb, const struct endpoint *from, err_t err)
{
	struct lwip_conn *c = find(pcb);

	if (pcb == 0 && from != NULL && is_stranger(from))
		return ERR_OK;
	callback(c == NULL ? arg : c, "accept", lwip_err_name(err), 0);
	if (c == NULL)
		return ERR_OK; /* lwIP has no memory for one more, and says so to the listener */
	c->conn.others = false;
	attach(c);
	the_end->lwip->delay_backlog(pcb);
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
	return c->pcb != 0 && c->error == 0 && !c->conn.released;
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

	if (!usable(c))
		return gone(c);
	call = conn_call(conn, &before, "tcp_bind", "%s", endpoint_format(&conn->local, text));
	return end_call(c, call, before, the_end->lwip->bind(c->pcb, &conn->local));
}

/* tcp_new and tcp_bind; the pcb is freed when binding fails. */
static int new_pcb(struct lwip_conn *c)
{
	struct conn *conn = &c->conn;
	struct cause before;
	struct event *call;
	int result;

	call = conn_call(conn, &before, "tcp_new", "%s", "");
	c->pcb = the_end->lwip->new_pcb(conn->local.family);
	lab_call_end(conn->end->lab, call, before, c->pcb == 0 ? "NULL" : NULL);
	if (c->pcb == 0)
		return -ENOMEM;
	if (conn->end->reuse_address)
		the_end->lwip->reuse_address(c->pcb);
	if (conn->local.port == 0)
		return 0;
	result = bind_pcb(conn);
	if (result < 0)
		the_end->lwip->close(c->pcb);
	return result;
}

static int lwip_listen(struct conn *conn, unsigned int backlog)
{
	struct lwip_conn *c = lwip_conn(conn);
	lwip_pcb unbound, listener;
	struct cause before;
	struct event *call;
	err_t err;
	uint8_t places = (uint8_t)LWIP_MIN(backlog, 0xffu);
	int result = new_pcb(c);

	if (result < 0)
		return result;
	unbound = c->pcb;
	the_end->opening = c;
	call = conn_call(conn, &before, "tcp_listen", "backlog %u", places);
	err = the_end->lwip->listen(unbound, places, c, &listener);
	if (err != ERR_OK)
		the_end->lwip->close(unbound);
	the_end->opening = NULL;
	return end_call(c, call, before, err);
}

static int connect_pcb(struct conn *conn, const struct endpoint *remote)
{
	struct lwip_conn *c = lwip_conn(conn);
	char text[ENDPOINT_STRLEN];
	struct cause before;
	struct event *call;
	err_t err;

	if (!usable(c))
		return gone(c);
	call = conn_call(conn, &before, "tcp_connect", "%s", endpoint_format(remote, text));
	err = the_end->lwip->connect(c->pcb, remote);
	call->conn = conn->name;
	return end_call(c, call, before, err);
}

static int lwip_connect(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	int result = new_pcb(c);

	if (result < 0)
		return result;
	attach(c);
	result = connect_pcb(conn, &conn->remote);
	if (result < 0)
		the_end->lwip->close(c->pcb);
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
		the_end->lwip->accept_backlog(oldest->pcb);
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
	size = LWIP_MIN(size, LWIP_MIN(the_end->lwip->room(c->pcb), 0xffffu));
	if (size == 0)
		return 0;
	call = conn_call(conn, &before, "tcp_write", "%zu bytes", size);
	err = the_end->lwip->write(c->pcb, data, (uint16_t)size);
	written = err == ERR_OK;
	if (written)
		err = the_end->lwip->output(c->pcb); /* should it fail, lwIP's timers try again */
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
		the_end->lwip->recved(c->pcb, (uint16_t)size);
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
	return end_call(c, call, before, the_end->lwip->shutdown(c->pcb));
}

static int close_pcb(struct conn *conn)
{
	struct lwip_conn *c = lwip_conn(conn);
	struct cause before;
	struct event *call;

	if (!usable(c))
		return 0; /* the err callback has told that there is nothing left to close */
	call = conn_call(conn, &before, "tcp_close", "%s", "");
	return end_call(c, call, before, the_end->lwip->close(c->pcb));
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
	the_end->lwip->abort(c->pcb);
	lab_call_end(conn->end->lab, call, before, NULL);
	return 0;
}

static int lwip_set(struct conn *conn, enum conn_option option, int value)
{
	static const struct {
		const char *name; /* NULL: lwIP has none */
		uint32_t unit;
	} options[] = {
		[CONN_NODELAY] = { "nodelay", 1 },       [CONN_KEEPALIVE] = { "keepalive", 1 },
		[CONN_KEEPIDLE] = { "keep_idle", 1000 }, [CONN_KEEPINTVL] = { "keep_intvl", 1000 },
		[CONN_KEEPCNT] = { "keep_cnt", 1 },      [CONN_USER_TIMEOUT] = { NULL, 0 },
	};
	const struct lwip_conn *c = lwip_conn(conn);
	const char *name = options[option].name;

	if (!usable(c))
		return gone(c);
	if (option == CONN_QUICKACK)
		return 0; /* lwIP acknowledges a FIN at once, always */
	if (name == NULL)
		return -ENOPROTOOPT;
	the_end->lwip->set(c->pcb, tcp_option_find(name, strlen(name)),
			   (uint32_t)value * options[option].unit);
	return 0;
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
		if (c->pcb != 0 && conn->state == ST_LISTEN)
			the_end->lwip->close(c->pcb);
		else if (c->pcb != 0)
			the_end->lwip->abort(c->pcb);
	}
	if (end->is_stranger != NULL)
		the_end->lwip->abort_all();
}

static void lwip_attend(struct end *end)
{
	(void)end;
	name_listeners();
}

static bool lwip_is_forgotten(const struct conn *conn)
{
	const struct lwip_conn *c = (const struct lwip_conn *)conn;

	if (c->pcb != 0 || c->pending || c->unread != NULL)
		return false;
	return conn->released || conn->others || (conn->passive && !conn->accepted);
}

static void lwip_drop_default_route(struct end *end)
{
	(void)end;
	the_end->lwip->drop_default_route();
}

static void lwip_dispose(struct end *end)
{
	(void)end;
	the_end->lwip->end();
	the_end = NULL;
}

const struct lwip_api *lwip_api(void)
{
	return the_end == NULL ? &lwip_here : the_end->lwip;
}

uint32_t lwip_end_time_wait_ms(void)
{
	return lwip_api()->time_wait_ms();
}

unsigned int lwip_end_pcbs(void)
{
	uint32_t size[LWIP_POOLS];

	if (the_end == NULL)
		return pools_size(MEMP_TCP_PCB);
	the_end->lwip->pools(NULL, size);
	return size[LWIP_TCP_PCB];
}

unsigned int lwip_end_leaks(const struct end *end, char *text, size_t size)
{
	static const char *const names[LWIP_POOLS] = {
		[LWIP_TCP_PCB] = "TCP_PCB",     [LWIP_TCP_PCB_LISTEN] = "TCP_PCB_LISTEN",
		[LWIP_TCP_SEG] = "TCP_SEG",     [LWIP_PBUF] = "PBUF",
		[LWIP_PBUF_POOL] = "PBUF_POOL",
	};
	const struct lwip_end *self = (const struct lwip_end *)end;
	uint32_t used[LWIP_POOLS];
	unsigned int leaked = 0;
	size_t length = 0;

	self->lwip->pools(used, NULL);
	text[0] = '\0';
	for (int i = 0; i < LWIP_POOLS; i++) {
		unsigned int more = used[i] - self->used_before[i];

		leaked += more;
		if (more != 0 && length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s %u",
						   length ? ", " : "", names[i], more);
	}
	return leaked;
}

unsigned int lwip_end_lost_pbufs(const struct end *end)
{
	const struct lwip_end *self = (const struct lwip_end *)end;
	uint32_t used[LWIP_POOLS];

	self->lwip->pools(used, NULL);
	return used[LWIP_TCP_PCB] > self->used_before[LWIP_TCP_PCB] ||
			       used[LWIP_TCP_SEG] > self->used_before[LWIP_TCP_SEG] ||
			       used[LWIP_PBUF_POOL] < self->used_before[LWIP_PBUF_POOL]
		       ? 0
		       : used[LWIP_PBUF_POOL] - self->used_before[LWIP_PBUF_POOL];
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
	the_end->lwip = lab->board == NULL ? &lwip_here : &lwip_board;
	the_end->lwip->begin(lab);
	the_end->lwip->pools(the_end->used_before, NULL);
	*end = &the_end->end;
	return 0;
}
