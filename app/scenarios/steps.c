/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "end/guard.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "lab/rule.h"
#include "scenarios/scenario.h"

#define PORT    7777
#define BACKLOG 4

/* The application's buffer: no multiple of the MSS, so that boundaries fall everywhere. */
#define CHUNK 9999

struct connection start_to_connect(struct end *client, struct end *server)
{
	struct connection c = { .listener = conn_listen(server, PORT, BACKLOG) };

	require(server->lab, c.listener != NULL, "%s listens", end_name(server));
	c.client = conn_connect(client, server, PORT);
	require(client->lab, c.client != NULL, "%s connects", end_name(client));
	return c;
}

struct conn *take_connection(struct end *server, struct conn *listener)
{
	struct conn *conn = conn_accept(listener);

	require(server->lab, conn != NULL, "%s accepts the connection", end_name(server));
	return conn;
}

struct connection establish(struct end *client, struct end *server)
{
	struct connection c = start_to_connect(client, server);

	c.server = take_connection(server, c.listener);
	return c;
}

struct connection establish_another(const struct connection *connection)
{
	struct end *client = connection->client->end, *server = connection->listener->end;
	struct connection c = { .listener = connection->listener };

	c.client = conn_connect(client, server, PORT);
	require(client->lab, c.client != NULL, "%s connects once more", end_name(client));
	c.server = take_connection(server, c.listener);
	return c;
}

/* One direction of a byte stream that both sides can compute. */
struct stream {
	struct conn *from, *to;
	struct entropy written, expected; /* the same sequence, at two places */
	size_t to_send, to_receive;
	uint8_t pending[CHUNK]; /* generated, not yet taken by the sender */
	size_t pending_at, pending_count;
	bool broken;
};

static void generate(struct entropy *entropy, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)entropy_next(entropy);
}

static bool send_some(struct stream *stream)
{
	ssize_t sent;

	if (stream->pending_at == stream->pending_count) {
		stream->pending_at = 0;
		stream->pending_count = stream->to_send < CHUNK ? stream->to_send : CHUNK;
		generate(&stream->written, stream->pending, stream->pending_count);
	}
	if (stream->pending_count == 0)
		return false;
	sent = conn_send(stream->from, stream->pending + stream->pending_at,
			 stream->pending_count - stream->pending_at);
	if (sent <= 0) {
		stream->broken |= sent < 0;
		return false;
	}
	stream->pending_at += (size_t)sent;
	stream->to_send -= (size_t)sent;
	return true;
}

static bool receive_some(struct stream *stream)
{
	uint8_t bytes[CHUNK], expected[CHUNK];
	ssize_t received = conn_recv(stream->to, bytes, sizeof(bytes));

	if (received <= 0) {
		stream->broken |= received != -EAGAIN;
		return false;
	}
	generate(&stream->expected, expected, (size_t)received);
	if ((size_t)received > stream->to_receive || memcmp(bytes, expected, (size_t)received) != 0)
		stream->broken = true;
	else
		stream->to_receive -= (size_t)received;
	return true;
}

static bool moves(void *context)
{
	struct stream *stream = context;
	bool sent = send_some(stream);
	bool received = receive_some(stream);

	return sent || received || stream->broken;
}

void transfer(struct conn *from, struct conn *to, size_t bytes)
{
	struct lab *lab = from->end->lab;
	struct stream stream = { .from = from, .to = to, .to_send = bytes, .to_receive = bytes };

	stream.written.state = stream.expected.state = entropy_next(&lab->random);
	while (stream.to_receive > 0 && !stream.broken &&
	       lab_wait(lab, moves, &stream, lab->patience_ms))
		continue;
	if (stream.to_receive == 0 && !stream.broken)
		expect(lab, true, "%s sends %zu bytes, %s receives them unchanged",
		       end_name(from->end), bytes, end_name(to->end));
	else
		expect(lab, false,
		       "%s sends %zu bytes, %s receives them unchanged: %s with %zu missing",
		       end_name(from->end), bytes, end_name(to->end),
		       stream.broken ? "an error or a wrong byte" : "nothing moves any more",
		       stream.to_receive);
}

void pass_2msl(struct conn *conn)
{
	if (conn->end->ops->who == WHO_LWIP)
		lab_warp(conn->end->lab, lwip_end_time_wait_ms());
}

void impair(struct end *end, const char *what, const char *segments)
{
	struct wire_rule rule;
	struct why why = { "" };
	int err = rule_parse(what, segments, &rule, &why);

	require(end->lab, err == 0, "the wire understands %s '%s': %s", what, segments, why.text);
	require(end->lab, wire_add_rule(&end->lab->wire, &rule) == 0,
		"the wire takes one more rule");
}

void lose(struct end *from, const char *flags, unsigned int nth)
{
	char segments[RULE_STRLEN];

	snprintf(segments, sizeof(segments), "%s =%s %u", end_name(from), flags, nth);
	impair(from, "drop", segments);
}

/* lwIP's longest interval that scenarios see twice is a persist timer's third, 6 s. */
#define LWIP_RETRANSMITS_MS 7000

struct sending {
	const struct conn *conn;
	uint32_t after; /* an event */
};

static bool has_sent(void *context)
{
	const struct sending *sending = context;
	const struct timeline *timeline = sending->conn->end->lab->timeline;

	for (uint32_t n = sending->after + 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_FRAME && event->who == sending->conn->end->ops->who &&
		    event->conn != NULL && strcmp(event->conn, sending->conn->name) == 0)
			return true;
	}
	return false;
}

void await_retransmission(struct conn *conn)
{
	struct lab *lab = conn->end->lab;
	struct sending sending = { .conn = conn, .after = timeline_count(lab->timeline) };

	if (conn->end->ops->who == WHO_LWIP)
		lab_warp_until(lab, LWIP_RETRANSMITS_MS, has_sent, &sending);
	else
		lab_wait(lab, has_sent, &sending, lab->patience_ms);
	expect(lab, has_sent(&sending), "%s retransmits", end_name(conn->end));
}

void kernel_parameter(struct end *end, const char *path, const char *value)
{
	struct cause before;
	struct event *call =
		lab_call(end->lab, &before, WHO_LAB, NULL, "sysctl", "%s=%s", path, value);
	struct why why;
	int err = namespace_sysctl(path, value, &why);

	lab_call_end(end->lab, call, before, NULL);
	require(end->lab, err == 0, "%s", why.text);
}

void guard_beyond(struct end *end, unsigned int half_open)
{
	guard_start(end->lab, half_open);
}

void syn_cookies(struct end *end)
{
	if (end->ops->who == WHO_LWIP)
		guard_beyond(end, 0);
	else
		kernel_parameter(end, "net/ipv4/tcp_syncookies", "2");
}

bool kernel_has_parameter(const char *path)
{
	return namespace_has_sysctl(path);
}

#define RESOLUTION_RETRANS_MS 50
#define RESOLUTION_PROBES     2

void impatient_resolution(struct end *end)
{
	struct cause before;
	struct event *call = lab_call(end->lab, &before, WHO_LAB, NULL, "address resolution",
				      "%d probes, %d ms", RESOLUTION_PROBES, RESOLUTION_RETRANS_MS);
	struct why why;
	int err = link_set_patience(end->lab->device.name, end->address.family,
				    RESOLUTION_RETRANS_MS, RESOLUTION_PROBES, &why);

	lab_call_end(end->lab, call, before, NULL);
	require(end->lab, err == 0, "%s", why.text);
}

void let_lwip_pass(struct conn *conn, unsigned int seconds)
{
	if (conn->end->ops->who == WHO_LWIP)
		lab_warp(conn->end->lab, seconds * 1000);
}

/* Of a connection, on the clock of its stack: virtual for lwIP, real for the kernel. */
static bool pass_until(struct conn *conn, bool (*holds)(void *context), void *context,
		       unsigned int seconds, const char *what)
{
	struct lab *lab = conn->end->lab;

	return conn->end->ops->who == WHO_LWIP ? lab_warp_until(lab, seconds * 1000, holds, context)
					       : lab_wait_long(lab, holds, context, seconds, what);
}

static bool never(void *context)
{
	(void)context;
	return false;
}

void let_pass(struct conn *conn, unsigned int seconds, const char *what)
{
	pass_until(conn, never, NULL, seconds, what);
}

void let_ms_pass(struct end *end, unsigned int ms)
{
	lab_wait(end->lab, never, NULL, ms);
}

void show(struct end *end, const char *what)
{
	lab_show(end->lab, what);
}

static bool is_closed(void *context)
{
	return ((const struct conn *)context)->state == ST_CLOSED;
}

void await_end(struct conn *conn, unsigned int seconds, const char *what)
{
	bool ended = pass_until(conn, is_closed, conn, seconds, what);

	expect(conn->end->lab, ended, "%s is CLOSED: %s", end_name(conn->end), what);
}

struct conn *establish_with_raw(struct end *server, struct raw *r)
{
	struct conn *listener = conn_listen(server, r->remote.port, BACKLOG);

	require(server->lab, listener != NULL, "%s listens", end_name(server));
	raw_handshake(r);
	return take_connection(server, listener);
}

struct conn *conn_with(struct end *server, const struct raw *r)
{
	struct conn *conn = conn_of(server, r);

	require(server->lab, conn != NULL, "%s has a connection with raw", end_name(server));
	return conn;
}

void close_towards_raw(struct conn *server, struct raw *r)
{
	conn_close(server);
	expect_raw(r, "FIN,ACK");
	raw_send(r, "FIN,ACK");
	expect_raw(r, "ACK");
	expect_state(server, ST_TIME_WAIT);
}

void read_fin(struct conn *conn)
{
	expect_eof(conn);
	conn_set(conn, CONN_QUICKACK, 1); /* the kernel: only with nothing left to read */
}

void pull_cable(struct end *end)
{
	wire_cut(&end->lab->wire, true);
}

void plug_cable(struct end *end)
{
	wire_cut(&end->lab->wire, false);
}

void reboot(struct conn *conn)
{
	pull_cable(conn->end);
	conn_abort(conn);
	plug_cable(conn->end);
}

void hold(struct end *from, const char *flags)
{
	char segments[RULE_STRLEN];

	snprintf(segments, sizeof(segments), "%s %s", end_name(from), flags);
	impair(from, "hold", segments);
}

unsigned int count_in(const struct end *end, int state)
{
	unsigned int count = 0;

	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		count += (int)conn->state == state;
	return count;
}

void hold_fins(struct end *end)
{
	impair(end, "hold", "FIN");
}

void release_held(struct end *end)
{
	wire_clear_rules(&end->lab->wire);
	wire_release(&end->lab->wire);
	lab_pump(end->lab);
}
