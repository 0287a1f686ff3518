/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SYN flood on paper: few enough segments to read each. The raw end attacks: it sends SYNs and
 * never answers. Both stacks can answer by SYN cookies; for lwIP that is the guard (port/guard).
 */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT    7777
#define BACKLOG 4
#define FLOOD   6

/* From ports of its own, so that each SYN is a new connection. */
static void send_syns(struct end *attacker, struct end *victim, int count, struct raw **syns)
{
	for (int i = 0; i < count; i++) {
		syns[i] = raw_conn(attacker, victim, PORT, (uint16_t)(6000 + i));
		raw_send(syns[i], "SYN");
	}
}

static struct conn *listen_at_port(struct end *server)
{
	struct conn *listener = conn_listen(server, PORT, BACKLOG);

	require(server->lab, listener != NULL, "%s listens", end_name(server));
	return listener;
}

static void expect_half_open(struct end *victim, unsigned int count)
{
	expect(victim->lab, count_in(victim, SYN_RCVD) == count,
	       "%s has %u connections in SYN_RCVD, expected %u", end_name(victim),
	       count_in(victim, SYN_RCVD), count);
}

/* A listener's answer to an ACK that is not for it (RFC 9293, 3.10.7.2); lwIP's RSTs always have ACK. */
static void expect_reset(const struct end *server, struct raw *r)
{
	expect_raw(r, server->ops->who == WHO_LWIP ? "RST,ACK" : "RST");
}

/* Linux takes one more than the backlog says (sk_acceptq_is_full). */
static int room(const struct end *server)
{
	return server->ops->who == WHO_LWIP ? BACKLOG : BACKLOG + 1;
}

SCENARIO(syn_flood, victim, attacker, .against = RAW,
	 .title = "SYN flood: the backlog is full, and nobody gets in", .rfc = "RFC 4987, 2")
{
	struct raw *syn[FLOOD], *r;

	kernel_parameter(victim, "net/ipv4/tcp_syncookies", "0");
	listen_at_port(victim);
	send_syns(attacker, victim, FLOOD, syn);
	for (int i = 0; i < room(victim); i++)
		expect_raw(syn[i], "SYN,ACK");
	for (int i = room(victim); i < FLOOD; i++)
		expect_raw_nothing(syn[i]);
	expect_half_open(victim, (unsigned int)room(victim));
	show(victim, "a backlog full of half-open connections");

	/* One who means it is not answered either. */
	r = raw_conn(attacker, victim, PORT, 5000);
	raw_send(r, "SYN");
	expect_raw_nothing(r);
}

SCENARIO(syn_flood_passes, victim, attacker, .against = RAW,
	 .title = "SYN flood: half-open connections time out", .rfc = "RFC 4987, 2",
	 .slow = { [WHO_KERNEL] = 4 })
{
	struct raw *syn[BACKLOG], *r;
	struct conn *listener, *c;

	kernel_parameter(victim, "net/ipv4/tcp_syncookies", "0");
	kernel_parameter(victim, "net/ipv4/tcp_synack_retries", "1");
	listener = listen_at_port(victim);
	send_syns(attacker, victim, BACKLOG, syn);
	expect_half_open(victim, BACKLOG);

	/* lwIP gives up after 20 s; the kernel, when it has said its SYN,ACK twice: 1 and 2 s. */
	let_pass(conn_with(victim, syn[0]), victim->ops->who == WHO_LWIP ? 21 : 4,
		 "the last SYN,ACK's time-out");
	expect_half_open(victim, 0);
	r = raw_conn(attacker, victim, PORT, 5000);
	raw_handshake(r);
	c = take_connection(victim, listener);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED);
	expect_path(conn_with(victim, syn[0]), LISTEN, SYN_RCVD, CLOSED);
}

SCENARIO(syn_cookies, server, client, .against = RAW,
	 .title = "SYN cookies: nothing is kept of a SYN, and an ACK brings it back",
	 .rfc = "RFC 4987, 3.6")
{
	struct raw *syn[FLOOD], *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener, *c;

	syn_cookies(server);
	listener = listen_at_port(server);
	send_syns(client, server, FLOOD, syn);
	for (int i = 0; i < FLOOD; i++)
		expect_raw(syn[i], "SYN,ACK");
	expect_half_open(server, 0);

	raw_handshake(r);
	c = take_connection(server, listener);
	raw_send_data(r, "PSH,ACK", 100);
	expect_data(c, 100);
	raw_flush(r);
	close_towards_raw(c, r);
	pass_2msl(c);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, ON_KERNEL(THROUGH(FIN_WAIT_2)),
		    TIME_WAIT, ON_LWIP(CLOSED));
}

SCENARIO(syn_cookies_threshold, server, client, .against = RAW, .only = LWIP_ONLY,
	 .title = "The guard's threshold: as ever while few are half-open", .rfc = "RFC 4987, 3.6")
{
	struct raw *syn[3], *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener;

	guard_beyond(server, 2);
	listener = listen_at_port(server);
	send_syns(client, server, 3, syn);
	for (int i = 0; i < 3; i++)
		expect_raw(syn[i], "SYN,ACK");
	expect_half_open(server, 2);
	raw_handshake(r);
	expect_path(take_connection(server, listener), LISTEN, SYN_RCVD, ESTABLISHED);

	/* When they have timed out, lwIP keeps a SYN itself again. */
	let_lwip_pass(conn_with(server, syn[0]), 21);
	expect_half_open(server, 0);
	raw_send(raw_conn(client, server, PORT, 5001), "SYN");
	expect_half_open(server, 1);
}

SCENARIO(syn_cookies_forged, server, client, .against = RAW,
	 .title = "SYN cookies: an ACK without a valid one is reset", .rfc = "RFC 4987, 3.6")
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener;

	syn_cookies(server);
	listener = listen_at_port(server);
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	raw_send_at(r, "ACK", 1, 1000, 0);
	expect_reset(server, r);
	expect_nothing_to_accept(listener);

	/* One for another connection is none. */
	r = raw_conn(client, server, PORT, 5001);
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	r->local.port = 5002;
	raw_send(r, "ACK");
	expect_reset(server, r);
	expect_nothing_to_accept(listener);
}

SCENARIO(syn_cookies_next, server, client, .against = RAW,
	 .title = "SYN cookies: the number after a valid one", .rfc = "RFC 4987, 3.6")
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener;

	r->mss = 536; /* Linux's table of MSS goes on after it */
	syn_cookies(server);
	listener = listen_at_port(server);
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	raw_send_at(r, "ACK", 1, 2, 0);
	if (server->ops->who == WHO_LWIP) {
		expect_reset(server, r);
		expect_nothing_to_accept(listener);
		return;
	}
	/* Linux adds the MSS's index to its hash, and takes this for a larger MSS. */
	expect_raw_nothing(r);
	expect_state(take_connection(server, listener), ESTABLISHED);
}

SCENARIO(syn_cookies_expired, server, client, .against = RAW, .only = LWIP_ONLY,
	 .title = "The guard's cookies expire", .rfc = "RFC 4987, 3.6")
{
	struct raw *early = raw_conn(client, server, PORT, 5000);
	struct raw *late = raw_conn(client, server, PORT, 5001);
	struct conn *listener;

	guard_beyond(server, 0);
	listener = listen_at_port(server);
	raw_send(early, "SYN");
	expect_raw(early, "SYN,ACK");
	raw_send(late, "SYN");
	expect_raw(late, "SYN,ACK");

	/* A secret is valid for 64 s, the first 32 of which it makes cookies. */
	let_lwip_pass(listener, 63);
	raw_send(early, "ACK");
	expect_path(take_connection(server, listener), LISTEN, SYN_RCVD, ESTABLISHED);
	let_lwip_pass(listener, 2);
	raw_send(late, "ACK");
	expect_reset(server, late);
	expect_nothing_to_accept(listener);
}

SCENARIO(syn_cookies_replayed, server, client, .against = RAW,
	 .title = "SYN cookies: the same ACK once more, after the connection",
	 .rfc = "RFC 4987, 3.6")
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener, *c;

	syn_cookies(server);
	listener = listen_at_port(server);
	raw_handshake(r);
	c = take_connection(server, listener);
	raw_send(r, "RST");
	expect_state(c, CLOSED);

	raw_send_at(r, "ACK", 1, 1, 0);
	if (server->ops->who == WHO_LWIP) {
		/* The guard remembers. */
		expect_reset(server, r);
		expect_nothing_to_accept(listener);
		return;
	}
	/* Linux remembers nothing: a connection that the client knows nothing of. */
	expect_raw_nothing(r);
	expect_state(take_connection(server, listener), ESTABLISHED);
}

SCENARIO(syn_cookies_ack_lost, client, server,
	 .title = "SYN cookies: the handshake's last ACK is lost: data bring the cookie",
	 .rfc = "RFC 4987, 3.6")
{
	struct connection c;

	syn_cookies(server);
	lose(client, "ACK", 1);
	c = start_to_connect(client, server);
	expect_state(c.client, ESTABLISHED);
	expect_nothing_to_accept(c.listener);

	conn_send(c.client, "hello", 5);
	c.server = take_connection(server, c.listener);
	expect_data(c.server, 5);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(syn_cookies_late, server, client, .against = RAW,
	 .title = "SYN cookies: the first data are lost, too: the second segment brings no cookie",
	 .rfc = "RFC 4987, 3.6")
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener;

	syn_cookies(server);
	listener = listen_at_port(server);
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	raw_send_at(r, "PSH,ACK", 101, 1, 100);
	expect_reset(server, r);
	expect_nothing_to_accept(listener);
}

SCENARIO(syn_cookies_lost, client, server,
	 .title = "SYN cookies: the SYN,ACK is lost: nobody says it again but to a new SYN",
	 .rfc = "RFC 4987, 3.6", .slow = { [WHO_KERNEL] = 1 })
{
	struct connection c;

	syn_cookies(server);
	lose(server, "SYN,ACK", 1);
	c = start_to_connect(client, server);
	await_retransmission(c.client);
	c.server = take_connection(server, c.listener);
	expect_segments(c.client, "> SYN", "< SYN,ACK", "> SYN", "< SYN,ACK", "> ACK");
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

/* The options of the server's latest SYN,ACK, and of the client's SYN before it. */
static const struct segment *latest(const struct end *from, uint8_t flags)
{
	const struct timeline *timeline = from->lab->timeline;

	for (uint32_t n = timeline_count(timeline); n > 0; n--) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_FRAME && event->who == from->ops->who && event->frame.tcp &&
		    event->frame.segment.flags == flags)
			return &event->frame.segment;
	}
	require(from->lab, false, "%s has sent such a segment", end_name(from));
	return NULL;
}

SCENARIO(syn_cookies_options, client, server,
	 .title = "SYN cookies: the options come back in the timestamp",
	 .rfc = "RFC 7323, 3.2; RFC 4987, 3.6")
{
	const struct segment *syn, *answer;
	struct connection c;

	syn_cookies(server);
	c = establish(client, server);
	syn = latest(client, SEG_SYN);
	answer = latest(server, SEG_SYN | SEG_ACK);
	expect(server->lab, answer->timestamps && answer->wscale >= 0,
	       "%s's SYN,ACK has timestamps and a window scale", end_name(server));
	expect(server->lab, answer->sack_permitted == syn->sack_permitted,
	       "%s permits SACK if %s does", end_name(server), end_name(client));
	transfer(c.client, c.server, 500000);
	transfer(c.server, c.client, 500000);
}

SCENARIO(syn_cookies_bare, client, server, .only = KERNEL_ONLY,
	 .title = "SYN cookies without timestamps: window scale and SACK are lost",
	 .rfc = "RFC 4987, 3.6")
{
	const struct segment *answer;
	struct connection c;

	kernel_parameter(client, "net/ipv4/tcp_timestamps", "0");
	syn_cookies(server);
	c = establish(client, server);
	expect(server->lab, latest(client, SEG_SYN)->wscale >= 0, "%s offers a window scale",
	       end_name(client));
	answer = latest(server, SEG_SYN | SEG_ACK);
	expect(server->lab,
	       answer->wscale < 0 && !answer->sack_permitted && !answer->timestamps &&
		       answer->mss > 0,
	       "%s's SYN,ACK has an MSS and no other option", end_name(server));
	transfer(c.client, c.server, 500000);
	transfer(c.server, c.client, 500000);
}
