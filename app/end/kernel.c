/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel end: non-blocking sockets, and what watches their states.
 *
 * After everything that can have made the kernel's TCP act, kernel_observe() looks twice. The
 * tracepoint tells each transition of a socket in order, but is blind where the kernel uses a
 * smaller object in a socket's place: SYN_RCVD before the handshake is complete, and TIME_WAIT.
 * sock_diag tells the state as it is now, of these objects too. A transition is recorded by the
 * one that tells it first; the other then has nothing new to tell. Without the tracepoint a state
 * that is entered and left while one frame is processed goes unseen.
 *
 * Open to others, there are many connections, and most are not ours. One is found when its SYN enters the wire
 * or has reached the kernel, by sock_diag, which knows our namespace alone. From then on the frame (or the
 * call) that is the cause says which one to ask about, and all are asked about now and then, in one
 * dump: kernel_attend(). What is left between two looks is unseen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "end/end.h"
#include "end/sock_diag.h"
#include "end/tracepoint.h"
#include "lab/namespace.h"

/* Paced congestion control (BBR) would bring timers into every transfer: tcp(7), TCP_CONGESTION. */
#define CONGESTION_CONTROL "reno"

#define EPHEMERAL_FIRST 49152 /* RFC 6335's dynamic ports */
#define EPHEMERAL_COUNT 16384

struct kernel_conn {
	struct conn conn;
	int fd;          /* -1: the application has none (any more) */
	uint64_t socket; /* the tracepoint's name for it; 0: not known yet */
	bool opening;    /* CLOSED, but about to leave it: sock_diag shall be asked */
	bool left;       /* the tracepoint has told that the socket went to CLOSED */
	bool due;        /* in the list of those to be asked at the next look */
	struct kernel_conn *next_due;
	unsigned int dump; /* the latest that it was in */
};

struct kernel_end {
	struct end end;
	struct mnl_socket *diag;
	struct tracepoint *tracepoint; /* NULL: not to be had, because of … */
	struct kernel_conn *due;       /* open to others: opening or left */
	unsigned int dumps;
	char watchers[640];
};

static struct kernel_conn *kernel_conn(struct conn *conn)
{
	return (struct kernel_conn *)conn;
}

static struct kernel_end *kernel_end(struct end *end)
{
	return (struct kernel_end *)end;
}

/* -- The watcher */

/* sock_diag shall be asked at the next look, whatever the cause. */
static void ask_soon(struct kernel_conn *c)
{
	struct kernel_end *k = kernel_end(c->conn.end);

	if (!k->end.open || c->due)
		return;
	c->due = true;
	c->next_due = k->due;
	k->due = c;
}

static struct conn *add_passive(struct end *end, const struct endpoint *local,
				const struct endpoint *remote)
{
	struct flow *flow = flow_find(&end->lab->flows, local, remote);
	struct conn *conn;

	if (flow == NULL)
		flow = flow_open(&end->lab->flows, remote, local);
	conn = end_add_conn(end, local, remote, true);
	conn->name = flow->name;
	conn->others = end->open; /* until it is accepted here */
	kernel_conn(conn)->fd = -1;
	return conn;
}

/* Another process's connect. */
static struct conn *add_active(struct end *end, const struct endpoint *local,
			       const struct endpoint *remote)
{
	struct conn *conn = end_add_conn(end, local, remote, false);

	conn->name = flow_open(&end->lab->flows, local, remote)->name;
	conn->others = true;
	kernel_conn(conn)->fd = -1;
	return conn;
}

/* Another process's listen. */
static struct conn *add_listener(struct end *end, const struct endpoint *local,
				 const struct endpoint *any)
{
	struct conn *conn = end_add_conn(end, local, any, false);
	char name[12];

	flow_name_listener(&end->lab->flows, name);
	conn->name = timeline_text(end->lab->timeline, "%s", name);
	conn->others = true;
	kernel_conn(conn)->fd = -1;
	return conn;
}

/*
 * A socket is ours if it was seen first in our own context, or in that of a process of our namespace:
 * the tracepoint knows no namespace.
 */
static bool is_ours(struct kernel_conn *k, const struct kernel_transition *transition)
{
	if (k->socket == 0 && (transition->tid == gettid() ||
			       (k->conn.end->open && namespace_has_thread(transition->tid))))
		k->socket = transition->socket;
	return k->socket == transition->socket;
}

/*
 * Between the same endpoints there is a connection no more once there is a newer one: the kernel
 * has let a SYN end its TIME_WAIT (RFC 9293, 3.10.7.4, MAY-2).
 */
static struct conn *supersede(struct conn *conn, enum source src)
{
	struct end *end = conn->end;

	conn_enter(conn, ST_CLOSED, src, NULL, 0);
	return add_passive(end, &conn->local, &conn->remote);
}

/* An active open enters SYN_SENT before the kernel has chosen its port. */
static struct conn *find_opening(const struct end *end, const struct endpoint *remote)
{
	struct conn *conn = end->conns;

	while (conn != NULL &&
	       !(kernel_conn(conn)->opening && endpoint_equal(&conn->remote, remote)))
		conn = conn->next;
	return conn;
}

static void on_transition(void *context, const struct kernel_transition *transition)
{
	struct end *end = context;
	struct conn *conn = end_find(end, &transition->local, &transition->remote);
	struct endpoint any = { .family = transition->local.family };
	struct conn *listener = end_find(end, &transition->local, &any);
	bool in_our_context = transition->tid == gettid();
	struct kernel_conn *k;

	if (transition->remote.port == 0)
		conn = listener;
	else if (transition->to == ST_SYN_SENT && transition->local.port == 0 && in_our_context)
		conn = find_opening(end, &transition->remote);
	else if (transition->from == ST_LISTEN && listener != NULL && in_our_context) {
		if (conn == NULL)
			conn = add_passive(end, &transition->local, &transition->remote);
		else if (conn->state != ST_LISTEN && conn->state != ST_SYN_RCVD)
			conn = supersede(conn, SRC_TRACEPOINT);
	}
	if (conn == NULL)
		return;
	k = kernel_conn(conn);
	if (!is_ours(k, transition))
		return;
	if (transition->to == ST_CLOSED) {
		k->left = true; /* to CLOSED, or to TIME_WAIT: sock_diag knows */
		k->socket = 0;
		ask_soon(k);
	} else {
		conn_enter(conn, transition->to, SRC_TRACEPOINT, NULL, 0);
	}
}

/* The frame that the kernel is at, if it has TCP. */
static const struct event *present_frame(const struct kernel_end *k)
{
	struct timeline *timeline = k->end.lab->timeline;
	const struct event *frame = timeline_event(timeline, timeline_cause(timeline).event);

	return frame != NULL && frame->kind == EV_FRAME && frame->frame.tcp ? frame : NULL;
}

/* A SYN that has just reached the kernel may have made a connection that nothing else shows. */
static void look_for_request(struct kernel_end *k, const struct event *syn)
{
	const struct segment *segment = &syn->frame.segment;
	struct conn *conn = end_find(&k->end, &segment->dst, &segment->src);

	if (conn != NULL && strcmp(conn->name, syn->conn) == 0)
		return;
	if (sock_diag_state(k->diag, &segment->dst, &segment->src) != ST_SYN_RCVD)
		return; /* refused, ignored, or still the old one */
	conn = conn == NULL ? add_passive(&k->end, &segment->dst, &segment->src)
			    : supersede(conn, SRC_SOCK_DIAG);
	conn_enter(conn, ST_SYN_RCVD, SRC_SOCK_DIAG, NULL, 0);
}

/*
 * An ACK may have brought a SYN cookie back. The socket that the kernel makes then begins in SYN_RCVD (its
 * tcp_v4_syn_recv_sock()), and has left it by now; without the tracepoint nobody can look in between.
 */
static void look_for_cookie(struct kernel_end *k, const struct event *ack)
{
	const struct segment *segment = &ack->frame.segment;
	struct conn *conn = end_find(&k->end, &segment->dst, &segment->src);
	int state;

	if (k->tracepoint != NULL || (conn != NULL && conn->state != ST_CLOSED))
		return;
	state = sock_diag_state(k->diag, &segment->dst, &segment->src);
	if (state != ST_ESTABLISHED && state != ST_CLOSE_WAIT)
		return;
	conn = add_passive(&k->end, &segment->dst, &segment->src);
	conn_enter(conn, ST_SYN_RCVD, SRC_SOCK_DIAG, NULL, 0);
	conn_enter(conn, ST_ESTABLISHED, SRC_SOCK_DIAG, NULL, 0);
	conn_enter(conn, (enum state)state, SRC_SOCK_DIAG, NULL, 0);
}

/* What a frame has made that the kernel's end does not know yet. */
static void look_for_passive(struct kernel_end *k)
{
	const struct event *frame = present_frame(k);
	uint8_t flags = frame == NULL ? 0 : frame->frame.segment.flags;

	if ((flags & (SEG_SYN | SEG_ACK)) == SEG_SYN)
		look_for_request(k, frame);
	else if ((flags & (SEG_SYN | SEG_ACK | SEG_RST)) == SEG_ACK)
		look_for_cookie(k, frame);
}

/* Something happened that nobody saw: the record has a hole. */
static void note_lost(struct kernel_end *k, const char *conn, const char *text)
{
	struct event *fault = timeline_add(k->end.lab->timeline, EV_FAULT, WHO_KERNEL, conn);

	k->end.lab->disturbed++;
	fault->fault.action = "lost";
	fault->fault.text = text;
}

static void ask(struct kernel_end *k, struct conn *conn)
{
	struct kernel_conn *c = kernel_conn(conn);
	int state = sock_diag_state(k->diag, &conn->local, &conn->remote);

	if (state < 0) {
		note_lost(k, conn->name,
			  timeline_text(k->end.lab->timeline, "sock_diag: %s", strerror(-state)));
		return;
	}
	conn_enter(conn, (enum state)state,
		   c->left && state == ST_CLOSED ? SRC_TRACEPOINT : SRC_SOCK_DIAG, NULL, 0);
	c->left = c->opening = false;
}

/* Whether sock_diag can know something of a connection that the tracepoint does not tell. */
static bool is_to_be_asked(const struct kernel_end *k, struct conn *conn)
{
	const struct kernel_conn *c = kernel_conn(conn);

	if (c->opening || c->left)
		return end_find(conn->end, &conn->local, &conn->remote) == conn;
	if (conn->state == ST_CLOSED)
		return false;
	/* What a timer does on an idle processor does not always reach the tracepoint's readers. */
	if (conn->end->lab->waiting)
		return true;
	return k->tracepoint == NULL || conn->state == ST_SYN_RCVD ||
	       conn->state == ST_FIN_WAIT_2 || conn->state == ST_TIME_WAIT;
}

static int kernel_close(struct conn *conn);

static void close_at_eof(struct conn *conn)
{
	char byte;

	/* Only with a FIN in: in other states a look could take away a pending error. */
	if (conn->close_at_eof && !conn->released && conn->state == ST_CLOSE_WAIT &&
	    recv(kernel_conn(conn)->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
		conn->released = true;
		kernel_close(conn);
	}
}

static void close_all_at_eof(struct end *end)
{
	for (struct conn *conn = end->conns; conn != NULL && end->closes_at_eof; conn = conn->next)
		close_at_eof(conn);
}

/* -- Among others */

/* A connection that is there already: who has opened it? */
static void adopt(struct end *end, const struct endpoint *local, const struct endpoint *remote,
		  enum state state)
{
	const struct flow *flow = flow_find(&end->lab->flows, local, remote);
	bool active =
		state == ST_SYN_SENT || (flow != NULL && endpoint_equal(&flow->side[0], local));
	struct conn *conn;

	conn = active ? add_active(end, local, remote) : add_passive(end, local, remote);
	if (active && flow != NULL)
		conn->name = flow->name;
	conn_enter(conn, state, SRC_SOCK_DIAG, NULL, 0);
}

/* The tracepoint tells all of a socket that it knows, but where the kernel has none. */
static bool is_seen_by_tracepoint(const struct kernel_end *k, const struct kernel_conn *c)
{
	return k->tracepoint != NULL && c->socket != 0 && c->conn.state != ST_SYN_RCVD &&
	       c->conn.state != ST_FIN_WAIT_2 && c->conn.state != ST_TIME_WAIT;
}

/* A segment may have moved a connection, whichever way it goes. */
static void ask_about(struct kernel_end *k, struct conn *conn, uint8_t flags)
{
	/* By data and their acknowledgements nothing becomes of an open connection. */
	bool moves = conn->state != ST_ESTABLISHED || flags & (SEG_SYN | SEG_FIN | SEG_RST);

	if (conn->state != ST_CLOSED && moves && !is_seen_by_tracepoint(k, kernel_conn(conn)))
		ask(k, conn);
}

static void ask_about_due(struct kernel_end *k)
{
	while (k->due != NULL) {
		struct kernel_conn *c = k->due;

		k->due = c->next_due;
		c->due = false;
		if ((c->opening || c->left) &&
		    end_find(&k->end, &c->conn.local, &c->conn.remote) == &c->conn)
			ask(k, &c->conn);
	}
}

/* A frame has reached the kernel. */
static void look_at_frame(struct kernel_end *k, const struct segment *segment)
{
	struct conn *conn = end_find(&k->end, &segment->dst, &segment->src);
	int state;

	if (conn != NULL) {
		ask_about(k, conn, segment->flags);
	} else if (!(segment->flags & SEG_RST)) {
		state = sock_diag_state(k->diag, &segment->dst, &segment->src);
		if (state > ST_LISTEN)
			adopt(&k->end, &segment->dst, &segment->src, (enum state)state);
	}
}

static void observe_among_others(struct kernel_end *k)
{
	struct timeline *timeline = k->end.lab->timeline;
	struct cause cause = timeline_cause(timeline);
	const struct event *event =
		cause.event == 0 ? cause.frame : timeline_event(timeline, cause.event);

	ask_about_due(k);
	if (event == NULL)
		return;
	if (event->kind == EV_FRAME && event->frame.tcp && event->who != WHO_KERNEL) {
		look_at_frame(k, &event->frame.segment);
	} else if (event->kind == EV_CALL && event->who == WHO_KERNEL && event->conn != NULL) {
		struct conn *conn = end_conn(&k->end, event->conn);

		if (conn != NULL)
			ask_about(k, conn, SEG_FIN);
	}
}

/* What a process did to have the kernel send a frame is to stand before it. */
static void kernel_before_frame(void *context, const struct event *frame)
{
	struct kernel_end *k = context;
	const struct segment *segment = &frame->frame.segment;
	struct conn *conn;

	if (!k->end.open || frame->who != WHO_KERNEL ||
	    !(segment->flags & (SEG_SYN | SEG_FIN | SEG_RST)))
		return;
	conn = end_find(&k->end, &segment->src, &segment->dst);
	if ((segment->flags & (SEG_SYN | SEG_ACK)) != SEG_SYN) {
		if (conn != NULL)
			ask_about(k, conn, segment->flags);
		return;
	}
	if (conn != NULL && (conn->state == ST_SYN_SENT || conn->state == ST_SYN_RCVD))
		return; /* once more */
	if (sock_diag_state(k->diag, &segment->src, &segment->dst) != ST_SYN_SENT)
		return;
	if (conn != NULL)
		conn_enter(conn, ST_CLOSED, SRC_SOCK_DIAG, NULL, 0);
	conn = add_active(&k->end, &segment->src, &segment->dst);
	conn_enter(conn, ST_SYN_SENT, SRC_SOCK_DIAG, NULL, 0);
}

/* Whether an address is the kernel's on the lab's network. */
static bool is_here(const struct endpoint *endpoint)
{
	struct endpoint here = host_address(HOST_KERNEL, endpoint->family);

	return memcmp(here.addr, endpoint->addr, sizeof(here.addr)) == 0;
}

static bool is_any(const struct endpoint *endpoint)
{
	static const uint8_t any[16];

	return memcmp(endpoint->addr, any, sizeof(any)) == 0;
}

static void on_visited(void *context, const struct table_row *row)
{
	struct kernel_end *k = context;
	struct conn *conn = end_find(&k->end, &row->local, &row->remote);

	if (conn != NULL && (conn->state != ST_CLOSED || kernel_conn(conn)->opening)) {
		kernel_conn(conn)->dump = k->dumps;
		conn_enter(conn, row->state, SRC_SOCK_DIAG, NULL, 0);
	} else if (row->state == ST_LISTEN && (is_here(&row->local) || is_any(&row->local))) {
		conn = add_listener(&k->end, &row->local, &row->remote);
		kernel_conn(conn)->dump = k->dumps;
		conn_enter(conn, ST_LISTEN, SRC_SOCK_DIAG, NULL, 0);
	} else if (row->state > ST_LISTEN && is_here(&row->local) && !is_here(&row->remote)) {
		adopt(&k->end, &row->local, &row->remote, row->state);
	}
}

/* A dump is no picture of one moment: who is not in it is asked about for himself. */
static void kernel_attend(struct end *end)
{
	struct kernel_end *k = kernel_end(end);
	int err;

	lab_notice_kernel_timers(end->lab);
	ask_about_due(k);
	k->dumps++;
	err = sock_diag_visit(k->diag, on_visited, k);
	for (struct conn *conn = end->conns; conn != NULL && err == 0; conn = conn->next)
		if (conn->state != ST_CLOSED && kernel_conn(conn)->dump != k->dumps)
			ask(k, conn);
	if (err < 0)
		note_lost(k, NULL,
			  timeline_text(end->lab->timeline, "sock_diag: %s", strerror(-err)));
}

static bool kernel_is_forgotten(const struct conn *conn)
{
	const struct kernel_conn *c = (const struct kernel_conn *)conn;

	return c->fd < 0 && !c->due &&
	       (conn->released || conn->others || (conn->passive && !conn->accepted));
}

/* -- Both */

static void kernel_observe(void *context)
{
	struct kernel_end *k = context;
	uint64_t lost = 0;

	if (k->tracepoint != NULL)
		lost = tracepoint_drain(k->tracepoint, on_transition, &k->end);
	if (lost > 0)
		note_lost(k, NULL,
			  timeline_text(k->end.lab->timeline,
					"%llu transitions came too fast to be seen",
					(unsigned long long)lost));
	look_for_passive(k);
	if (k->end.open)
		observe_among_others(k);
	for (struct conn *conn = k->end.conns; conn != NULL && !k->end.open; conn = conn->next)
		if (is_to_be_asked(k, conn))
			ask(k, conn);
	close_all_at_eof(&k->end);
}

const char *kernel_end_watchers(const struct end *end)
{
	return ((const struct kernel_end *)end)->watchers;
}

/* -- The application's calls */

/* Begins a call's event; what the kernel has done of its own accord before is not its doing. */
#define kernel_call(conn, before, ...) \
	(lab_notice_kernel_timers((conn)->end->lab), conn_call((conn), (before), __VA_ARGS__))

/* The call has been made: its result, what the kernel did then, and its end. */
static int end_call(struct conn *conn, struct event *call, struct cause before, int result)
{
	struct lab *lab = conn->end->lab;
	int error = result < 0 ? errno : 0;

	lab_kernel_acted(lab);
	lab_call_end(lab, call, before, error != 0 ? errno_text(lab, error) : NULL);
	return -error;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_of(const struct endpoint *endpoint, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (endpoint->family == 6) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(endpoint->port);
		memcpy(&address->v6.sin6_addr, endpoint->addr, sizeof(address->v6.sin6_addr));
		return sizeof(address->v6);
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons(endpoint->port);
	memcpy(&address->v4.sin_addr, endpoint->addr, sizeof(address->v4.sin_addr));
	return sizeof(address->v4);
}

static struct endpoint endpoint_of(const union address *address)
{
	struct endpoint endpoint = { .family = 4 };

	if (address->any.sa_family == AF_INET6) {
		endpoint.family = 6;
		endpoint.port = ntohs(address->v6.sin6_port);
		memcpy(endpoint.addr, &address->v6.sin6_addr, sizeof(address->v6.sin6_addr));
	} else {
		endpoint.port = ntohs(address->v4.sin_port);
		memcpy(endpoint.addr, &address->v4.sin_addr, sizeof(address->v4.sin_addr));
	}
	return endpoint;
}

static int bind_socket(struct conn *conn)
{
	union address address;
	socklen_t length = address_of(&conn->local, &address);
	char text[ENDPOINT_STRLEN];
	struct cause before;
	struct event *call;

	call = kernel_call(conn, &before, "bind", "%s", endpoint_format(&conn->local, text));
	return end_call(conn, call, before, bind(kernel_conn(conn)->fd, &address.any, length));
}

static int set_option(struct conn *conn, int level, int option, const char *name, int value)
{
	struct cause before;
	struct event *call = kernel_call(conn, &before, "setsockopt", "%s %d", name, value);

	return end_call(conn, call, before,
			setsockopt(kernel_conn(conn)->fd, level, option, &value, sizeof(value)));
}

/* socket, TCP_CONGESTION and bind: what the ladder need not show unless it fails. */
static int open_socket(struct conn *conn)
{
	struct kernel_conn *k = kernel_conn(conn);
	int family = conn->local.family == 6 ? AF_INET6 : AF_INET;
	struct cause before;
	struct event *call;
	int err;

	call = kernel_call(conn, &before, "socket", "SOCK_STREAM");
	k->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (k->fd >= 0)
		err = setsockopt(k->fd, IPPROTO_TCP, TCP_CONGESTION, CONGESTION_CONTROL,
				 strlen(CONGESTION_CONTROL));
	else
		err = -1;
	err = end_call(conn, call, before, err);
	if (err == 0 && conn->end->reuse_address)
		err = set_option(conn, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", 1);
	return err < 0 || conn->local.port == 0 ? err : bind_socket(conn);
}

static void close_fd(struct conn *conn)
{
	struct kernel_conn *k = kernel_conn(conn);

	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

static int kernel_listen(struct conn *conn, unsigned int backlog)
{
	struct cause before;
	struct event *call;
	int err = open_socket(conn);

	if (err == 0) {
		call = kernel_call(conn, &before, "listen", "backlog %u", backlog);
		err = listen(kernel_conn(conn)->fd, (int)backlog);
		kernel_conn(conn)->opening = true;
		ask_soon(kernel_conn(conn));
		err = end_call(conn, call, before, err);
	}
	if (err < 0)
		close_fd(conn);
	return err;
}

static uint16_t kernel_ephemeral_port(struct end *end)
{
	return (uint16_t)(EPHEMERAL_FIRST + entropy_next(&end->lab->random) % EPHEMERAL_COUNT);
}

/*
 * The name that the connection has on the timeline. A port that the kernel has chosen is known only
 * after the call; what it has caused waits to be looked at until then.
 */
static void name_active(struct conn *conn)
{
	union address address = { 0 };
	socklen_t length = sizeof(address);

	if (conn->local.port == 0 &&
	    getsockname(kernel_conn(conn)->fd, &address.any, &length) == 0) {
		struct endpoint local = endpoint_of(&address);

		conn_set_local(conn, &local);
	}
	if (conn->local.port == 0)
		return; /* the kernel refused before it chose one */
	conn->name = flow_open(&conn->end->lab->flows, &conn->local, &conn->remote)->name;
	/* What was between these endpoints is no more: tcp_tw_reuse has ended its TIME_WAIT. */
	for (struct conn *old = conn->next; old != NULL; old = old->next)
		if (endpoint_equal(&old->local, &conn->local) &&
		    endpoint_equal(&old->remote, &conn->remote))
			conn_enter(old, ST_CLOSED, SRC_SOCK_DIAG, NULL, 0);
}

static int connect_socket(struct conn *conn, const struct endpoint *remote)
{
	union address address;
	socklen_t length = address_of(remote, &address);
	char text[ENDPOINT_STRLEN];
	struct cause before;
	struct event *call;
	int result, error;

	call = kernel_call(conn, &before, "connect", "%s", endpoint_format(remote, text));
	kernel_conn(conn)->opening = true;
	ask_soon(kernel_conn(conn));
	result = connect(kernel_conn(conn)->fd, &address.any, length);
	error = errno;
	if (conn->name == NULL) {
		name_active(conn);
		call->conn = conn->name;
	}
	errno = error;
	return end_call(conn, call, before, result);
}

static int kernel_connect(struct conn *conn)
{
	int err;

	if (conn->local.port != 0)
		name_active(conn);
	err = open_socket(conn);
	if (err == 0) {
		err = connect_socket(conn, &conn->remote);
	}
	if (err == -EINPROGRESS)
		return 0;
	if (err < 0)
		close_fd(conn);
	return err;
}

/* As connect(2) says, EINPROGRESS: when it is writable, SO_ERROR tells. */
static int kernel_outcome(struct conn *conn)
{
	struct pollfd fd = { .fd = kernel_conn(conn)->fd, .events = POLLOUT };
	socklen_t length = sizeof(int);
	struct cause before;
	struct event *call;
	int error = 0;

	if (poll(&fd, 1, 0) == 0)
		return -EINPROGRESS;
	call = kernel_call(conn, &before, "getsockopt", "SO_ERROR");
	if (getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		return end_call(conn, call, before, -1);
	lab_call_end(conn->end->lab, call, before,
		     error == 0 ? "0" : errno_text(conn->end->lab, error));
	return -error;
}

static struct conn *kernel_accept(struct conn *listener)
{
	struct pollfd waiting = { .fd = kernel_conn(listener)->fd, .events = POLLIN };
	union address address = { 0 };
	socklen_t length = sizeof(address);
	char text[ENDPOINT_STRLEN];
	struct endpoint remote;
	struct cause before;
	struct event *call;
	struct conn *conn;
	int fd;

	/* Most often there is none; accept() makes a socket before it finds that out. */
	if (poll(&waiting, 1, 0) <= 0)
		return NULL;
	fd = accept4(waiting.fd, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return NULL;
	remote = endpoint_of(&address);
	conn = end_find(listener->end, &listener->local, &remote);
	if (conn == NULL)
		conn = add_passive(listener->end, &listener->local, &remote);
	kernel_conn(conn)->fd = fd;
	conn->others = false;
	call = kernel_call(conn, &before, "accept", "%s", "");
	lab_call_end(listener->end->lab, call, before, endpoint_format(&remote, text));
	return conn;
}

static ssize_t kernel_send(struct conn *conn, const void *data, size_t size)
{
	struct cause before;
	struct event *call;
	ssize_t sent;
	int err;

	if (kernel_conn(conn)->fd < 0)
		return -EBADF;
	call = kernel_call(conn, &before, "send", "%zu bytes", size);
	sent = send(kernel_conn(conn)->fd, data, size, MSG_NOSIGNAL);
	err = end_call(conn, call, before, sent < 0 ? -1 : 0);
	if (sent >= 0)
		call->call.result = timeline_text(conn->end->lab->timeline, "%zd", sent);
	return err == -EAGAIN ? 0 : err < 0 ? err : sent;
}

static ssize_t kernel_recv(struct conn *conn, void *data, size_t size)
{
	struct cause before;
	struct event *call;
	ssize_t received;
	int error, err;

	if (kernel_conn(conn)->fd < 0)
		return -EBADF;
	lab_notice_kernel_timers(conn->end->lab);
	received = recv(kernel_conn(conn)->fd, data, size, 0);
	if (received < 0 && errno == EAGAIN)
		return -EAGAIN; /* a call that finds nothing is not worth an event */
	error = errno;
	call = conn_call(conn, &before, "recv", "%zu bytes", size);
	errno = error;
	err = end_call(conn, call, before, received < 0 ? -1 : 0);
	if (received >= 0)
		call->call.result = timeline_text(conn->end->lab->timeline, "%zd", received);
	return err < 0 ? err : received;
}

static int kernel_shutdown(struct conn *conn)
{
	struct cause before;
	struct event *call = kernel_call(conn, &before, "shutdown", "SHUT_WR");

	return end_call(conn, call, before, shutdown(kernel_conn(conn)->fd, SHUT_WR));
}

static int kernel_close(struct conn *conn)
{
	struct cause before;
	struct event *call = kernel_call(conn, &before, "close", "%s", "");
	int result = close(kernel_conn(conn)->fd);

	kernel_conn(conn)->fd = -1;
	return end_call(conn, call, before, result);
}

static int kernel_abort(struct conn *conn)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	struct cause before;
	struct event *call;
	int result;

	call = kernel_call(conn, &before, "close", "SO_LINGER 0");
	call->call.abort = true;
	result = setsockopt(kernel_conn(conn)->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (result == 0)
		result = close(kernel_conn(conn)->fd);
	kernel_conn(conn)->fd = -1;
	return end_call(conn, call, before, result);
}

static int kernel_set(struct conn *conn, enum conn_option option, int value)
{
	static const struct {
		int level, name;
		const char *text;
	} options[] = {
		[CONN_QUICKACK] = { IPPROTO_TCP, TCP_QUICKACK, "TCP_QUICKACK" },
		[CONN_NODELAY] = { IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY" },
		[CONN_KEEPALIVE] = { SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE" },
		[CONN_KEEPIDLE] = { IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE" },
		[CONN_KEEPINTVL] = { IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL" },
		[CONN_KEEPCNT] = { IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT" },
		[CONN_USER_TIMEOUT] = { IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT" },
	};

	return set_option(conn, options[option].level, options[option].name, options[option].text,
			  value);
}

static void kernel_dispose(struct end *end)
{
	struct kernel_end *k = kernel_end(end);

	lab_observe(end->lab, NULL, NULL);
	end->lab->frame_observer = NULL;
	for (struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		close_fd(conn);
	tracepoint_close(k->tracepoint);
	sock_diag_close(k->diag);
}

static const struct end_ops kernel_ops = {
	.who = WHO_KERNEL,
	.conn_size = sizeof(struct kernel_conn),
	.listen = kernel_listen,
	.ephemeral_port = kernel_ephemeral_port,
	.connect = kernel_connect,
	.connect_again = connect_socket,
	.bind_again = bind_socket,
	.outcome = kernel_outcome,
	.accept = kernel_accept,
	.send = kernel_send,
	.recv = kernel_recv,
	.shutdown = kernel_shutdown,
	.close = kernel_close,
	.abort = kernel_abort,
	.set = kernel_set,
	.attend = kernel_attend,
	.is_forgotten = kernel_is_forgotten,
	.dispose = kernel_dispose,
};

int kernel_end_open(struct end **end, struct lab *lab, struct why *why)
{
	struct kernel_end *k = calloc(1, sizeof(*k));
	struct why refused;
	int err;

	if (k == NULL)
		return why_set(why, ENOMEM, "out of memory for the kernel's end");
	k->end.ops = &kernel_ops;
	k->end.lab = lab;
	k->end.address = lab->kernel;
	err = sock_diag_open(&k->diag, why);
	if (err < 0) {
		free(k);
		return err;
	}
	if (tracepoint_open(&k->tracepoint, &refused) == 0)
		snprintf(k->watchers, sizeof(k->watchers), "tracepoint and sock_diag");
	else
		snprintf(k->watchers, sizeof(k->watchers), "sock_diag only; no tracepoint: %s",
			 refused.text);
	k->end.snapshots = k->tracepoint == NULL;
	lab_observe(lab, kernel_observe, k);
	lab->frame_observer = kernel_before_frame;
	*end = &k->end;
	return 0;
}
