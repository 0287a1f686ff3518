/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a connection (RFC 9293, 3.5). */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT 7777

SCENARIO(handshake, client, server, .title = "Three-way handshake",
	 .rfc = "RFC 9293, 3.5, Figure 6")
{
	struct connection c = establish(client, server);

	expect_segments(c.client, "> SYN", "< SYN,ACK", "> ACK");
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.listener, CLOSED, LISTEN);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(open_refused, client, server, .title = "Connection refused: nobody listens",
	 .rfc = "RFC 9293, 3.5.2, group 1")
{
	struct conn *c = conn_connect(client, server, PORT);

	expect_segments(c, "> SYN", "< RST,ACK");
	/* lwIP's application is told of a reset in any state; it must remember that it was opening. */
	expect_error(c, told(c, ECONNRESET, ECONNREFUSED));
	expect_path(c, CLOSED, SYN_SENT, CLOSED);
}

SCENARIO(syn_lost, client, server, .title = "The SYN is lost", .rfc = "RFC 9293, 3.8.1",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct connection c;

	lose(client, "SYN", 1);
	c = start_to_connect(client, server);
	expect_state(c.client, SYN_SENT);

	await_retransmission(c.client);
	expect_state(c.client, ESTABLISHED);
	expect_segments(c.client, "> SYN", "> SYN", "< SYN,ACK", "> ACK");
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
}

SCENARIO(synack_lost, client, server, .title = "The SYN,ACK is lost", .rfc = "RFC 9293, 3.8.1",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct connection c;

	lose(server, "SYN,ACK", 1);
	c = start_to_connect(client, server);
	expect_state(c.client, SYN_SENT);

	/* The client's second SYN makes the server say its SYN,ACK again. */
	await_retransmission(c.client);
	c.server = take_connection(server, c.listener);
	expect_segments(c.client, "> SYN", "< SYN,ACK", "> SYN", "< SYN,ACK", "> ACK");
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(ack_lost, client, server, .title = "The handshake's last ACK is lost: data make up for it",
	 .rfc = "RFC 9293, 3.5")
{
	struct connection c;

	lose(client, "ACK", 1);
	c = start_to_connect(client, server);
	expect_segments(c.client, "> SYN", "< SYN,ACK", "> ACK");
	expect_state(c.client, ESTABLISHED);

	/* Open on one side only; the next segment acknowledges the SYN as well. */
	conn_send(c.client, "hello", 5);
	c.server = take_connection(server, c.listener);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(open_simultaneous, opener, peer, .against = RAW, .title = "Simultaneous open",
	 .rfc = "RFC 9293, 3.5, Figure 7, MUST-10")
{
	struct raw *r = raw_listen(peer, PORT);
	struct conn *c = conn_connect(opener, peer, PORT);

	/* The SYNs cross. */
	expect_raw(r, "SYN");
	raw_send(r, "SYN");
	if (opener->ops->who == WHO_LWIP) {
		expect_raw_nothing(r);
		expect_deviation(opener->lab, c->state == ST_SYN_SENT, "RFC 9293, MUST-10",
				 "lwIP ignores a SYN in SYN_SENT: no simultaneous open");
		expect_unreachable(opener, SYN_SENT, SYN_RCVD, BY_SYN, "the SYN is ignored");
		expect_path(c, CLOSED, SYN_SENT);
		return;
	}
	expect_raw(r, "SYN,ACK");
	expect_state(c, SYN_RCVD);
	raw_send_at(r, "SYN,ACK", 0, 1, 0);
	expect_state(c, ESTABLISHED);
	expect_path(c, CLOSED, SYN_SENT, SYN_RCVD, ESTABLISHED);
}

SCENARIO(old_duplicate_syn, server, client, .against = RAW,
	 .title = "Recovery from an old duplicate SYN", .rfc = "RFC 9293, 3.5, Figure 8")
{
	struct conn *listener = conn_listen(server, PORT, 4);
	struct raw *old = raw_conn(client, server, PORT, 5000);
	struct raw *r;
	struct conn *c;

	/* A SYN of an earlier connection arrives first; its answer acknowledges what the client never sent. */
	raw_send(old, "SYN");
	expect_raw(old, "SYN,ACK");
	raw_send_at(old, "RST", 1, 0, 0);

	r = raw_conn(client, server, PORT, 5000);
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	raw_send(r, "ACK");
	c = take_connection(server, listener);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(close_in_syn_sent, client, peer, .against = RAW,
	 .title = "Close while opening: SYN_SENT to CLOSED, in silence", .rfc = "RFC 9293, 3.10.4")
{
	struct raw *r = raw_listen(peer, PORT);
	struct conn *c = conn_connect(client, peer, PORT);

	expect_raw(r, "SYN");
	expect_state(c, SYN_SENT);
	conn_close(c);
	expect_raw_nothing(r);
	expect_path(c, CLOSED, SYN_SENT, CLOSED);
}

SCENARIO(rst_in_syn_rcvd, server, client, .against = RAW,
	 .title = "RST in SYN_RCVD: a passive open is over, the listener stays",
	 .rfc = "RFC 9293, 3.10.7.4, second; 3.3.2, Figure 5, Note 1")
{
	struct conn *listener = conn_listen(server, PORT, 4);
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *c;

	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	c = conn_with(server, r);
	expect_state(c, SYN_RCVD);
	raw_send(r, "RST");
	expect_raw_nothing(r);

	expect_state(listener, LISTEN);
	expect_unreachable(server, SYN_RCVD, LISTEN, BY_RST,
			   "the connection was never the listener's own, which stays in LISTEN");
	expect_path(c, LISTEN, SYN_RCVD, CLOSED);
	expect_path(listener, CLOSED, LISTEN);
}

SCENARIO(close_in_syn_rcvd, opener, peer, .against = RAW, .only = KERNEL_ONLY,
	 .title = "Close in SYN_RCVD, within a simultaneous open",
	 .rfc = "RFC 9293, 3.3.2, Figure 5")
{
	struct raw *r = raw_listen(peer, PORT);
	struct conn *c = conn_connect(opener, peer, PORT);

	/* No application has a connection that was opened passively before it is ESTABLISHED. */
	expect_raw(r, "SYN");
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	expect_state(c, SYN_RCVD);
	conn_close(c);
	expect_raw(r, "FIN,ACK");
	expect_path(c, CLOSED, SYN_SENT, SYN_RCVD, FIN_WAIT_1);
}

SCENARIO(close_before_accept, server, client, .against = RAW, .only = LWIP_ONLY,
	 .title = "Close in SYN_RCVD of a passive open: nobody has it yet",
	 .rfc = "RFC 9293, 3.3.2, Figure 5")
{
	struct conn *listener = conn_listen(server, PORT, 4);
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *c;

	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	c = conn_with(server, r);
	expect_state(c, SYN_RCVD);

	/* All that the application has is the listener. */
	expect_nothing_to_accept(listener);
	conn_close(listener);
	expect_raw_nothing(r);
	expect_state(c, SYN_RCVD);
	expect_unreachable(server, SYN_RCVD, FIN_WAIT_1, BY_CALL,
			   "the accept callback comes in ESTABLISHED; no pcb to close before");
	expect_unreachable(server, SYN_RCVD, CLOSED, BY_ABORT,
			   "the accept callback comes in ESTABLISHED; no pcb to abort before");

	raw_send(r, "ACK");
	expect_raw(r, "RST,ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSED);
}

SCENARIO(half_open, survivor, crashed, .title = "Half-open connection: one side has rebooted",
	 .rfc = "RFC 9293, 3.5.1, Figure 10")
{
	struct connection c = establish(survivor, crashed);

	reboot(c.server);
	expect_state(c.client, ESTABLISHED);
	show(survivor, "ESTABLISHED, and nobody is there");

	/* The survivor finds out as soon as it says something. */
	expect_segments_from(c.client);
	conn_send(c.client, "are you there?", 14);
	expect_segments(
		c.client, "> ACK",
		crashed->ops->who == WHO_LWIP ? "< RST,ACK" /* lwIP's always have ACK */ : "< RST");
	expect_error(c.client, ECONNRESET);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
}

SCENARIO(open_unreachable, client, peer, .title = "No way to that network: no segment is sent",
	 .rfc = "RFC 9293, 3.9.2.3")
{
	struct conn *c;

	(void)peer;
	end_drop_default_route(client);
	c = conn_connect_far(client, HOST_FAR, PORT);
	if (client->ops->who == WHO_LWIP && client->address.family == 6) {
		/* With one interface, lwIP asks for a router only when the SYN is on its way to it. */
		await_end(c, 30, "the last SYN's time-out");
		expect_segments(c, NULL);
		expect_error(c, ECONNABORTED);
		expect_path(c, CLOSED, SYN_SENT, CLOSED);
		return;
	}
	expect_refused(client, c,
		       client->ops->who == WHO_LWIP ? EHOSTUNREACH /* of ERR_RTE */ : ENETUNREACH);
}

SCENARIO(open_unreachable_host, client, peer,
	 .title = "The network is there, the host is not: nobody answers for its address",
	 .rfc = "RFC 9293, 3.9.2.3")
{
	struct conn *c;

	(void)peer;
	impatient_resolution(client);
	c = conn_connect_far(client, HOST_ABSENT, PORT);
	expect_state(c, SYN_SENT);

	/* The kernel tells the application so; lwIP forgets the SYN and tries again until it gives up. */
	await_end(c, (unsigned int)told(c, 90, 5), "address resolution");
	expect_error(c, told(c, ECONNABORTED, EHOSTUNREACH));
	expect_path(c, CLOSED, SYN_SENT, CLOSED);
}

SCENARIO(open_timeout, client, server,
	 .title = "The SYN is never answered: the whole schedule of its retransmissions",
	 .rfc = "RFC 9293, 3.8.3", .slow = { [WHO_KERNEL] = 67 })
{
	const char *linear = "net/ipv4/tcp_syn_linear_timeouts"; /* since Linux 6.5 */
	struct conn *c;

	/* One less than the kernel's default, with which it takes 131 s in all. */
	kernel_parameter(client, "net/ipv4/tcp_syn_retries", "5");
	pull_cable(client);
	c = conn_connect(client, server, PORT);
	show(client, "a connection in SYN_SENT: the server, or the way to it, is gone");
	await_end(c, 75, "the last SYN's time-out");
	expect_error(c, told(c, ECONNABORTED, ETIMEDOUT));
	if (client->ops->who == WHO_LWIP)
		expect_times(c, 0, 3, 6, 9, 12, 15, 18);
	else if (kernel_has_parameter(linear))
		expect_times(c, 0, 1, 2, 3, 4, 5, 7, 11, 19, 35);
	else
		expect_times(c, 0, 1, 3, 7, 15, 31);
	expect_deviation(client->lab, c->state == ST_CLOSED, "RFC 9293, MUST-23",
			 "it does not try for three minutes");
	expect_path(c, CLOSED, SYN_SENT, CLOSED);
}

SCENARIO(open_nonblocking, client, server,
	 .title = "Non-blocking open: in progress, then connected; and then refused",
	 .rfc = "RFC 9293, 3.9.1.1")
{
	struct connection c;
	struct conn *refused;

	hold(server, "SYN,ACK");
	c = start_to_connect(client, server);
	expect_result(client, "connect", conn_outcome(c.client), EINPROGRESS);
	release_held(client);
	expect_result(client, "connect", conn_outcome(c.client), 0);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);

	refused = conn_connect(client, server, PORT + 1);
	expect_result(client, "connect", conn_outcome(refused),
		      told(refused, ECONNRESET, ECONNREFUSED));
	expect_path(refused, CLOSED, SYN_SENT, CLOSED);
}

SCENARIO(listen_to_syn_sent, server, peer,
	 .title = "LISTEN to SYN_SENT: neither API lets a listener open actively",
	 .rfc = "RFC 9293, 3.10.2, LISTEN STATE")
{
	struct conn *listener = conn_listen(server, PORT, 4);

	expect_result(server, "connect", conn_connect_again(listener, peer, PORT), EISCONN);
	/* tcp_write() is not even for listeners: their pcb is a smaller one. */
	expect_result(server, "send", (int)conn_send(listener, "hello", 5),
		      told(listener, ENOTCONN, EPIPE));
	expect_unreachable(server, LISTEN, SYN_SENT, BY_CALL,
			   "connect returns EISCONN, send sends nothing");
	expect_path(listener, CLOSED, LISTEN);
}

SCENARIO(fin_in_syn_rcvd, server, client, .against = RAW,
	 .title = "FIN in SYN_RCVD: with ACK it opens and closes, without it is dropped",
	 .rfc = "RFC 9293, 3.10.7.4, fifth and eighth")
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *listener = conn_listen(server, PORT, 4);
	struct conn *c;

	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	c = conn_with(server, r);
	raw_send_at(r, "FIN", 1, 0, 0);
	expect_state(c, SYN_RCVD);

	raw_send(r, "FIN,ACK");
	take_connection(server, listener);
	expect_state(c, CLOSE_WAIT);
	expect_unreachable(server, SYN_RCVD, CLOSE_WAIT, BY_SEGMENT,
			   "what has ACK opens it first, what has not is dropped");
	expect_path(c, LISTEN, SYN_RCVD, THROUGH(ESTABLISHED), CLOSE_WAIT);
}

SCENARIO(syn_rcvd_timeout, server, client, .against = RAW,
	 .title = "The third segment never comes: SYN_RCVD has an end",
	 .rfc = "RFC 9293, 3.8.3; RFC 4987, 2", .slow = { [WHO_KERNEL] = 3 })
{
	struct raw *r = raw_conn(client, server, PORT, 5000);
	struct conn *c;

	/* As it comes, 5: 63 s. */
	kernel_parameter(server, "net/ipv4/tcp_synack_retries", "1");
	conn_listen(server, PORT, 4);
	raw_send(r, "SYN");
	c = conn_with(server, r);
	show(server, "a connection in SYN_RCVD: many of them are a SYN flood");
	await_end(c, (unsigned int)told(c, 30, 6), "the last SYN,ACK's time-out");
	if (server->ops->who == WHO_LWIP) {
		expect_times(c, 0, 3, 9);
		expect_lasted(c, SYN_RCVD, 20);
	} else {
		expect_times(c, 0, 1);
		expect_lasted(c, SYN_RCVD, 3);
	}
	expect_path(c, LISTEN, SYN_RCVD, CLOSED);
}
