/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/end.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/clock.h"

const char *end_name(const struct end *end)
{
	return who_name(end->ops->who);
}

/* -- The connections, by their ports */

static struct conn **bucket_of(struct conn *conn)
{
	return &conn->end->bucket[(conn->local.port + 31u * conn->remote.port) % END_BUCKETS];
}

static void index_conn(struct conn *conn)
{
	struct conn **bucket = bucket_of(conn);

	conn->next_alike = *bucket;
	*bucket = conn;
}

static void unindex_conn(struct conn *conn)
{
	struct conn **at = bucket_of(conn);

	while (*at != conn)
		at = &(*at)->next_alike;
	*at = conn->next_alike;
}

struct conn *end_find(const struct end *end, const struct endpoint *local,
		      const struct endpoint *remote)
{
	struct conn *conn = end->bucket[(local->port + 31u * remote->port) % END_BUCKETS];

	while (conn != NULL &&
	       !(endpoint_equal(&conn->local, local) && endpoint_equal(&conn->remote, remote)))
		conn = conn->next_alike;
	return conn;
}

struct conn *end_conn(const struct end *end, const char *name)
{
	struct conn *conn = end->conns;

	while (conn != NULL && (conn->name == NULL || strcmp(conn->name, name) != 0))
		conn = conn->next;
	return conn;
}

void conn_set_local(struct conn *conn, const struct endpoint *local)
{
	unindex_conn(conn);
	conn->local = *local;
	index_conn(conn);
}

struct conn *end_add_conn(struct end *end, const struct endpoint *local,
			  const struct endpoint *remote, bool passive)
{
	struct conn *conn = calloc(1, end->ops->conn_size);

	if (conn == NULL) {
		fputs("tcplab: out of memory for a connection\n", stderr);
		exit(2);
	}
	conn->end = end;
	conn->local = *local;
	conn->remote = *remote;
	conn->passive = passive;
	conn->state = passive ? ST_LISTEN : ST_CLOSED;
	conn->next = end->conns;
	end->conns = conn;
	index_conn(conn);
	end->conn_count += remote->port != 0;
	return conn;
}

/* By the clock of its stack's timers. */
static uint64_t now_ns(const struct conn *conn)
{
	return conn->end->ops->who == WHO_LWIP ? clock_now_ns() : timeline_real_ns();
}

void conn_enter(struct conn *conn, enum state to, enum source src, const char *func, int line)
{
	struct event *event;

	if (conn->state == to)
		return;
	event = timeline_add(conn->end->lab->timeline, EV_STATE, conn->end->ops->who, conn->name);
	event->state.from = conn->state;
	event->state.to = to;
	event->state.src = src;
	event->state.func = func;
	event->state.line = line;
	conn->state = to;
	conn->entered_ns = now_ns(conn);
}

uint64_t conn_age_ns(const struct conn *conn)
{
	return now_ns(conn) - conn->entered_ns;
}

const char *errno_text(struct lab *lab, int error)
{
	return timeline_text(lab->timeline, "%s (%d)", strerrorname_np(error), error);
}

/* What stands at a place of the list is no more. */
static void drop_at(struct conn **at)
{
	struct conn *conn = *at;

	unindex_conn(conn);
	*at = conn->next;
	free(conn);
}

/* A connection that the stack refused never was. */
static void drop(struct conn *conn)
{
	struct conn **at = &conn->end->conns;

	while (*at != conn)
		at = &(*at)->next;
	conn->end->conn_count -= conn->remote.port != 0;
	drop_at(at);
}

/* -- Others' connections */

void end_open_to_others(struct end *end)
{
	end->open = true;
	lab_open_to_others(end->lab);
}

void end_attend(struct end *end)
{
	if (end->ops->attend != NULL)
		end->ops->attend(end);
}

void end_forget(struct end *end)
{
	struct conn **at = &end->conns;
	unsigned int forgotten = 0;

	while (*at != NULL) {
		const struct conn *conn = *at;

		if (conn->state == ST_CLOSED && end->ops->is_forgotten(conn) &&
		    ++forgotten > END_REMEMBERED)
			drop_at(at);
		else
			at = &(*at)->next;
	}
}

/* -- The application's calls */

static struct conn *open_passively(struct end *end, const struct endpoint *local,
				   unsigned int backlog)
{
	struct endpoint any = { .family = local->family };
	struct conn *conn;
	char name[12];

	flow_name_listener(&end->lab->flows, name);
	conn = end_add_conn(end, local, &any, false);
	conn->name = timeline_text(end->lab->timeline, "%s", name);
	end->refusal = -end->ops->listen(conn, backlog);
	if (end->refusal != 0) {
		drop(conn);
		return NULL;
	}
	lab_pump(end->lab);
	return conn;
}

static struct endpoint port_of(const struct end *end, uint16_t port)
{
	struct endpoint endpoint = end->address;

	endpoint.port = port;
	return endpoint;
}

static struct endpoint port_at(const struct end *end, enum host host, uint16_t port)
{
	struct endpoint endpoint = host_address(host, end->address.family);

	endpoint.port = port;
	return endpoint;
}

struct conn *conn_listen(struct end *end, uint16_t port, unsigned int backlog)
{
	struct endpoint local = port_of(end, port);

	return open_passively(end, &local, backlog);
}

struct conn *conn_listen_at(struct end *end, enum host host, uint16_t port, unsigned int backlog)
{
	struct endpoint local = port_at(end, host, port);

	return open_passively(end, &local, backlog);
}

static struct conn *open_actively(struct end *end, const struct endpoint *local,
				  const struct endpoint *remote)
{
	struct conn *conn = end_add_conn(end, local, remote, false);

	end->refusal = -end->ops->connect(conn);
	if (end->refusal != 0) {
		drop(conn);
		return NULL;
	}
	lab_pump(end->lab);
	return conn;
}

struct conn *conn_connect(struct end *end, const struct end *to, uint16_t port)
{
	uint16_t local_port = end->ops->ephemeral_port == NULL ? 0 : end->ops->ephemeral_port(end);

	return conn_connect_from(end, to, port, local_port);
}

struct conn *conn_connect_from(struct end *end, const struct end *to, uint16_t port,
			       uint16_t local_port)
{
	struct endpoint local = port_of(end, local_port), remote = port_of(to, port);

	return open_actively(end, &local, &remote);
}

struct conn *conn_connect_unbound(struct end *end, const struct end *to, uint16_t port)
{
	return conn_connect_from(end, to, port, 0);
}

struct conn *conn_connect_far(struct end *end, enum host host, uint16_t port)
{
	struct endpoint remote = port_at(end, host, port);

	return open_actively(end, &end->address, &remote);
}

struct conn *conn_connect_to(struct end *end, const struct endpoint *remote, uint16_t local_port)
{
	struct endpoint local;

	if (local_port == 0 && end->ops->ephemeral_port != NULL)
		local_port = end->ops->ephemeral_port(end);
	local = port_of(end, local_port);
	return open_actively(end, &local, remote);
}

int conn_connect_again(struct conn *conn, const struct end *to, uint16_t port)
{
	struct endpoint remote = port_of(to, port);
	int err = conn->end->ops->connect_again(conn, &remote);

	lab_pump(conn->end->lab);
	return err;
}

int conn_outcome(struct conn *conn)
{
	return conn->end->ops->outcome(conn);
}

int conn_bind_again(struct conn *conn)
{
	return conn->end->ops->bind_again(conn);
}

void end_drop_default_route(struct end *end)
{
	struct cause before;
	struct event *call =
		lab_call(end->lab, &before, end->ops->who, NULL, "default route", "%s", "none");

	if (end->ops->drop_default_route != NULL)
		end->ops->drop_default_route(end);
	lab_call_end(end->lab, call, before, NULL);
}

struct acceptance {
	struct conn *listener, *conn;
};

static bool accepted(void *context)
{
	struct acceptance *acceptance = context;

	acceptance->conn = acceptance->listener->end->ops->accept(acceptance->listener);
	return acceptance->conn != NULL;
}

struct conn *conn_accept(struct conn *listener)
{
	struct acceptance acceptance = { .listener = listener };

	lab_wait(listener->end->lab, accepted, &acceptance, listener->end->lab->patience_ms);
	if (acceptance.conn != NULL)
		acceptance.conn->accepted = true;
	return acceptance.conn;
}

struct conn *conn_accept_now(struct conn *listener)
{
	struct acceptance acceptance = { .listener = listener };

	if (accepted(&acceptance))
		acceptance.conn->accepted = true;
	lab_pump(listener->end->lab);
	return acceptance.conn;
}

ssize_t conn_send(struct conn *conn, const void *data, size_t size)
{
	ssize_t sent = conn->end->ops->send(conn, data, size);

	lab_pump(conn->end->lab);
	return sent;
}

ssize_t conn_recv(struct conn *conn, void *data, size_t size)
{
	ssize_t received = conn->end->ops->recv(conn, data, size);

	lab_pump(conn->end->lab);
	return received;
}

int conn_shutdown(struct conn *conn)
{
	int err = conn->end->ops->shutdown(conn);

	lab_pump(conn->end->lab);
	return err;
}

/* Between here and lab_pump(), the application's hold on the connection ends. */
static int release(struct conn *conn, int (*how)(struct conn *conn))
{
	int err = conn->released ? -EBADF : how(conn);

	if (err == 0)
		conn->released = true;
	lab_pump(conn->end->lab);
	return err;
}

int conn_close(struct conn *conn)
{
	return release(conn, conn->end->ops->close);
}

int conn_abort(struct conn *conn)
{
	return release(conn, conn->end->ops->abort);
}

int conn_set(struct conn *conn, enum conn_option option, int value)
{
	int err;

	if (option == CONN_CLOSE_AT_EOF) {
		conn->close_at_eof = value != 0;
		conn->end->closes_at_eof = true;
		return 0;
	}
	err = conn->end->ops->set(conn, option, value);
	lab_pump(conn->end->lab);
	return err;
}

struct awaited {
	const struct conn *conn;
	enum state state;
};

static bool reached(void *context)
{
	const struct awaited *awaited = context;

	return awaited->conn->state == awaited->state;
}

bool conn_await(struct conn *conn, enum state state)
{
	struct awaited awaited = { .conn = conn, .state = state };

	return lab_wait(conn->end->lab, reached, &awaited, conn->end->lab->patience_ms);
}

void end_abort(struct end *end)
{
	for (struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		if (!conn->others && !conn->released && (!conn->passive || conn->accepted))
			conn_abort(conn);
	if (end->ops->abandon != NULL)
		end->ops->abandon(end);
	lab_pump(end->lab);
}

unsigned int end_open_count(const struct end *end)
{
	unsigned int count = 0;

	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		count += conn->state != ST_CLOSED;
	return count;
}

void end_close(struct end *end)
{
	struct conn *next;

	end->ops->dispose(end);
	for (struct conn *conn = end->conns; conn != NULL; conn = next) {
		next = conn->next;
		free(conn);
	}
	free(end);
}
