/* SPDX-License-Identifier: BSD-3-Clause */
/* TIME_WAIT (RFC 9293, 3.6). */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT 7777

SCENARIO(time_wait_shorter, closer, peer, .only = LWIP_ONLY,
	 .title = "TIME_WAIT counts from the close, not from the last segment",
	 .rfc = "RFC 9293, 3.6, MUST-13")
{
	struct connection c = establish(closer, peer);

	conn_close(c.client);
	read_fin(c.server);
	expect_state(c.client, FIN_WAIT_2);
	let_lwip_pass(c.client, 15);
	conn_close(c.server);
	expect_state(c.client, TIME_WAIT);

	/* tcp_close() says that no more is wanted (TF_RXCLOSED): segments restart its timer no more. */
	let_lwip_pass(c.client, 106);
	expect_deviation(closer->lab, count_in(closer, CLOSED) == 1, "RFC 9293, MUST-13",
			 "lwip is in TIME_WAIT for 105 s, where 2MSL are 120 s: the 15 s in "
			 "FIN_WAIT_2 are taken off");
	expect_lasted(c.client, TIME_WAIT, 105);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT,
		    CLOSED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(time_wait_old_fin, closer, peer, .against = RAW,
	 .title = "An old FIN in TIME_WAIT: acknowledged again, 2MSL restarted",
	 .rfc = "RFC 9293, 3.10.7.4, eighth")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	close_towards_raw(c, r);
	let_lwip_pass(c, 100);
	raw_send_at(r, "FIN,ACK", 1, 2, 0);
	expect_raw(r, "ACK");

	/* Without the restart, 2MSL would be over by now. */
	let_lwip_pass(c, 100);
	expect_state(c, TIME_WAIT);
	pass_2msl(c);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, ON_KERNEL(THROUGH(FIN_WAIT_2)),
		    TIME_WAIT, ON_LWIP(CLOSED));
}

SCENARIO(time_wait_rst, closer, peer, .against = RAW, .title = "RST in TIME_WAIT: assassination",
	 .rfc = "RFC 1337, 2")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	close_towards_raw(c, r);
	raw_send_at(r, "RST", 2, 0, 0);
	expect_raw_nothing(r);
	if (closer->ops->who == WHO_LWIP)
		expect_unreachable(closer, TIME_WAIT, CLOSED, BY_RST,
				   "RST is ignored in TIME_WAIT, as RFC 1337 advises");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, ON_KERNEL(THROUGH(FIN_WAIT_2)),
		    TIME_WAIT, ON_KERNEL(CLOSED));
}

SCENARIO(time_wait_rst_ignored, closer, peer, .against = RAW, .only = KERNEL_ONLY,
	 .title = "RST in TIME_WAIT with tcp_rfc1337: ignored", .rfc = "RFC 1337, 3")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c;

	kernel_parameter(closer, "net/ipv4/tcp_rfc1337", "1");
	c = establish_with_raw(closer, r);
	close_towards_raw(c, r);
	raw_send_at(r, "RST", 2, 0, 0);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, THROUGH(FIN_WAIT_2), TIME_WAIT);
}

SCENARIO(time_wait_new_syn, closer, peer, .against = RAW,
	 .title = "A new SYN in TIME_WAIT: reopened, or not", .rfc = "RFC 9293, 3.10.7.4, MAY-2")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);
	struct raw *again;

	close_towards_raw(c, r);
	again = raw_conn(peer, closer, PORT, 5000);
	again->iss = again->snd_nxt = r->snd_nxt + 100000;
	raw_send(again, "SYN");
	if (closer->ops->who == WHO_LWIP) {
		/* The last ACK once more: the peer would reset, and lwIP would ignore that. */
		expect_raw(again, "ACK");
		expect_state(c, TIME_WAIT);
		expect_unreachable(closer, TIME_WAIT, CLOSED, BY_SYN,
				   "it answers the SYN with the last ACK");
		return;
	}
	expect_raw(again, "SYN,ACK");
	raw_send(again, "ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, THROUGH(FIN_WAIT_2), TIME_WAIT,
		    CLOSED);
	expect_path(conn_with(closer, again), LISTEN, SYN_RCVD, ESTABLISHED);
}

/* Four segments: one side closes, then the other; the first is in TIME_WAIT. */
static void close_in_turn(struct conn *first, struct conn *second)
{
	conn_close(first);
	read_fin(second);
	conn_close(second);
}

static void close_both(const struct connection *c)
{
	close_in_turn(c->client, c->server);
	expect_state(c->client, TIME_WAIT);
}

SCENARIO(time_wait_2msl, closer, peer, .title = "TIME_WAIT lasts 2MSL", .rfc = "RFC 9293, 3.6.1",
	 .slow = { [WHO_KERNEL] = 60 })
{
	struct connection c = establish(closer, peer);

	close_both(&c);
	await_end(c.client, (unsigned int)told(c.client, 150, 70), "2MSL");
	/* MSL is 60 s in lwIP, 30 s in Linux. */
	expect_lasted(c.client, TIME_WAIT, told(c.client, 120, 60));
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT,
		    CLOSED);
}

SCENARIO(time_wait_bind, server, client,
	 .title = "The port of a connection in TIME_WAIT: in use, but for SO_REUSEADDR",
	 .rfc = "RFC 9293, 3.6.1; socket(7)")
{
	struct connection c = establish(client, server);
	struct conn *again;

	/* The server closes first, as one does that is restarted. */
	close_in_turn(c.server, c.client);
	expect_state(c.server, TIME_WAIT);
	conn_close(c.listener);
	again = conn_listen(server, PORT, 4);
	expect_refused(server, again, EADDRINUSE);

	/* Both sockets must have it on Linux, only the new one in lwIP. */
	server->reuse_address = true;
	again = conn_listen(server, PORT + 1, 4);
	c.client = conn_connect(client, server, PORT + 1);
	c.server = take_connection(server, again);
	close_in_turn(c.server, c.client);
	expect_state(c.server, TIME_WAIT);
	conn_close(again);
	again = conn_listen(server, PORT + 1, 4);
	expect(server->lab, again != NULL, "%s listens again", end_name(server));
}

SCENARIO(time_wait_reuse, closer, peer, .only = KERNEL_ONLY,
	 .title = "Out of ports because of TIME_WAIT: tcp_tw_reuse 0, 2 and 1", .rfc = "RFC 6191",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct conn *listener = conn_listen(peer, PORT, 4);
	struct connection c = { .listener = listener };

	kernel_parameter(closer, "net/ipv4/ip_local_port_range", "50000 50000");
	c.client = conn_connect_unbound(closer, peer, PORT);
	c.server = take_connection(peer, listener);
	close_both(&c);

	/* Never; only to the host itself, as it comes; to every host. */
	kernel_parameter(closer, "net/ipv4/tcp_tw_reuse", "0");
	expect_refused(closer, conn_connect_unbound(closer, peer, PORT), EADDRNOTAVAIL);
	kernel_parameter(closer, "net/ipv4/tcp_tw_reuse", "2");
	expect_refused(closer, conn_connect_unbound(closer, peer, PORT), EADDRNOTAVAIL);
	kernel_parameter(closer, "net/ipv4/tcp_tw_reuse", "1");
	expect_refused(closer, conn_connect_unbound(closer, peer, PORT), EADDRNOTAVAIL);

	/* But not within a second: the timestamps must have moved on. */
	let_pass(c.client, 2, "the second that tcp_tw_reuse waits");
	c.client = conn_connect_unbound(closer, peer, PORT);
	require(closer->lab, c.client != NULL, "%s connects from the same port", end_name(closer));
	expect_state(c.client, ESTABLISHED);
}

SCENARIO(time_wait_reuse_delay, closer, peer, .only = KERNEL_ONLY,
	 .title = "tcp_tw_reuse sooner: tcp_tw_reuse_delay (since Linux 6.14)",
	 .rfc = "RFC 6191, 2")
{
	const char *delay = "net/ipv4/tcp_tw_reuse_delay";
	struct conn *listener = conn_listen(peer, PORT, 4);
	struct connection c = { .listener = listener };

	if (!kernel_has_parameter(delay)) {
		expect(closer->lab, true, "this kernel has no tcp_tw_reuse_delay: always 1 s");
		return;
	}
	kernel_parameter(closer, delay, "10");
	kernel_parameter(closer, "net/ipv4/tcp_tw_reuse", "1");
	kernel_parameter(closer, "net/ipv4/ip_local_port_range", "50000 50000");
	c.client = conn_connect_unbound(closer, peer, PORT);
	c.server = take_connection(peer, listener);
	close_both(&c);
	let_ms_pass(closer, 50);
	c.client = conn_connect_unbound(closer, peer, PORT);
	require(closer->lab, c.client != NULL, "%s connects from the same port", end_name(closer));
	expect_state(c.client, ESTABLISHED);
}

SCENARIO(time_wait_buckets, closer, peer, .only = KERNEL_ONLY,
	 .title = "More in TIME_WAIT than tcp_max_tw_buckets: straight to CLOSED",
	 .rfc = "RFC 9293, 3.6.1; ip-sysctl, tcp_max_tw_buckets")
{
	struct connection one = establish(closer, peer), two = establish_another(&one);

	kernel_parameter(closer, "net/ipv4/tcp_max_tw_buckets", "1");
	close_both(&one);
	close_in_turn(two.client, two.server);
	expect_state(two.client, CLOSED);
	expect_path(one.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
	/* The kernel keeps its FIN_WAIT_2, too, where it keeps TIME_WAIT: there is no room for that. */
	expect_path(two.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, THROUGH(FIN_WAIT_2),
		    CLOSED);
}

SCENARIO(time_wait_pressure, closer, peer, .only = LWIP_ONLY,
	 .title = "No pcb is left: the oldest TIME_WAIT makes room",
	 .rfc = "RFC 9293, 3.6.1; lwIP, tcp_kill_timewait")
{
	struct connection first = establish(closer, peer), c = first;

	close_both(&first);
	while (count_in(closer, TIME_WAIT) < lwip_end_pcbs()) {
		c = establish_another(&first);
		close_both(&c);
		require(closer->lab, c.client->state == ST_TIME_WAIT, "%s is in TIME_WAIT: in %s",
			end_name(closer), state_name(c.client->state));
	}
	expect_state(first.client, TIME_WAIT);
	c = establish_another(&first);
	expect_path(first.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT,
		    CLOSED);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
}

SCENARIO(time_wait_recycle, closer, peer, .only = KERNEL_ONLY, .title = "tcp_tw_recycle is gone",
	 .rfc = "RFC 9293, 3.6.1; RFC 1323, B.2")
{
	struct connection c;

	/*
	 * Until Linux 4.12 it ended TIME_WAIT after a retransmission time-out, and refused whoever's timestamps went
	 * backwards: clients behind one NAT, whose clocks differ. Since Linux 4.10 timestamps differ
	 * per connection anyway, and it could not work any more.
	 */
	expect(closer->lab, !kernel_has_parameter("net/ipv4/tcp_tw_recycle"),
	       "there is no tcp_tw_recycle; for clients there is tcp_tw_reuse (time-wait-reuse), "
	       "for servers SO_REUSEADDR (time-wait-bind), or let the other side close first");
	c = establish(closer, peer);
	close_both(&c);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
}

SCENARIO(fin_timeout_myth, closer, peer, .only = KERNEL_ONLY,
	 .title = "tcp_fin_timeout shortens FIN_WAIT_2, not TIME_WAIT",
	 .rfc = "RFC 9293, 3.6.1; ip-sysctl, tcp_fin_timeout", .slow = { [WHO_KERNEL] = 2 })
{
	struct connection before = establish(closer, peer), after = establish_another(&before),
			  half = establish_another(&before);

	close_both(&before);
	kernel_parameter(closer, "net/ipv4/tcp_fin_timeout", "1");
	close_both(&after);
	conn_close(half.client);
	expect_state(half.client, FIN_WAIT_2);

	await_end(half.client, 3, "tcp_fin_timeout");
	let_pass(after.client, 1, "a TIME_WAIT that does not end");
	expect_lasted(half.client, FIN_WAIT_2, 1);
	expect_path(before.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2,
		    TIME_WAIT);
	expect_path(after.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
}
