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
	c = conn_of(server, r);
	expect_state(c, SYN_RCVD);
	raw_send(r, "RST");
	expect_raw_nothing(r);

	/* RFC 9293 returns the connection to LISTEN; here it was never the listener's own. */
	expect_state(listener, LISTEN);
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

SCENARIO(half_open, survivor, crashed, .title = "Half-open connection: one side has rebooted",
	 .rfc = "RFC 9293, 3.5.1, Figure 10")
{
	struct connection c = establish(survivor, crashed);

	reboot(c.server);
	expect_state(c.client, ESTABLISHED);

	/* The survivor finds out as soon as it says something. */
	expect_segments_from(c.client);
	conn_send(c.client, "are you there?", 14);
	expect_segments(
		c.client, "> ACK",
		crashed->ops->who == WHO_LWIP ? "< RST,ACK" /* lwIP's always have ACK */ : "< RST");
	expect_error(c.client, ECONNRESET);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
}
