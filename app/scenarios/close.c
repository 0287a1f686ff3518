/* SPDX-License-Identifier: BSD-3-Clause */
/* Closing a connection (RFC 9293, 3.6). */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT 7777

SCENARIO(close, active_closer, passive_closer, .title = "Normal close: four segments",
	 .rfc = "RFC 9293, 3.6, Figure 12")
{
	struct connection c = establish(active_closer, passive_closer);
	struct conn *active = c.client, *passive = c.server;

	expect_segments_from(active);
	conn_close(active);
	expect_state(passive, CLOSE_WAIT);
	read_fin(passive);
	expect_state(active, FIN_WAIT_2);
	show(active_closer, "half of the way: FIN_WAIT_2 and CLOSE_WAIT");

	conn_close(passive);
	expect_state(passive, CLOSED);
	expect_state(active, TIME_WAIT);
	show(active_closer, "TIME_WAIT on one side, nothing on the other");
	expect_segments(active, "> FIN,ACK", "< ACK", "< FIN,ACK", "> ACK");

	pass_2msl(active);
	expect_path(active, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT,
		    ON_LWIP(CLOSED));
	expect_path(passive, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(close_merged, active_closer, passive_closer,
	 .title = "Close in three segments: FIN and ACK in one",
	 .rfc = "RFC 9293, 3.3.2, Figure 5, Note 2")
{
	struct connection c = establish(active_closer, passive_closer);
	struct conn *active = c.client, *passive = c.server;

	/* The application closes in the moment in which it reads the FIN. */
	conn_set(passive, CONN_CLOSE_AT_EOF, 1);

	expect_segments_from(active);
	conn_close(active);
	expect_state(passive, CLOSED);
	expect_state(active, TIME_WAIT);
	expect_segments(active, "> FIN,ACK", "< FIN,ACK", "> ACK");

	/* One segment, two steps: the kernel takes them one after the other, lwIP at once. */
	pass_2msl(active);
	expect_path(active, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1,
		    ON_KERNEL(THROUGH(FIN_WAIT_2)), TIME_WAIT, ON_LWIP(CLOSED));
	expect_path(passive, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
	if (active_closer->ops->who == WHO_KERNEL)
		expect_unreachable(active_closer, FIN_WAIT_1, TIME_WAIT, BY_SEGMENT,
				   "it passes FIN_WAIT_2 even when one segment has both");
}

SCENARIO(close_simultaneous, client, server, .title = "Simultaneous close: both in CLOSING",
	 .rfc = "RFC 9293, 3.6, Figure 13")
{
	struct connection c = establish(client, server);

	/* Both close before either sees the other's FIN. */
	expect_segments_from(c.client);
	hold_fins(client);
	conn_close(c.client);
	conn_close(c.server);
	expect_state(c.client, FIN_WAIT_1);
	expect_state(c.server, FIN_WAIT_1);

	release_held(client);
	expect_state(c.client, TIME_WAIT);
	expect_state(c.server, TIME_WAIT);
	expect_segments(c.client, "> FIN,ACK", "< FIN,ACK", "< ACK", "> ACK");

	pass_2msl(c.client);
	pass_2msl(c.server);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, CLOSING, TIME_WAIT,
		    ON_LWIP(CLOSED));
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSING, TIME_WAIT,
		    ON_LWIP(CLOSED));
}

SCENARIO(half_close, closer, peer, .title = "Half-close: data still flow the other way",
	 .rfc = "RFC 9293, 3.6, case 1")
{
	struct connection c = establish(closer, peer);

	conn_shutdown(c.client);
	expect_state(c.server, CLOSE_WAIT);
	expect_eof(c.server);
	transfer(c.server, c.client, 50000);
	expect_state(c.client, FIN_WAIT_2);

	conn_close(c.server);
	expect_eof(c.client);
	expect_state(c.server, CLOSED);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(close_unread, closer, peer, .title = "Close with data unread: RST, because they are lost",
	 .rfc = "RFC 9293, 3.6.1")
{
	struct connection c = establish(closer, peer);

	conn_send(c.server, "never read", 10);
	conn_close(c.client);

	expect_error(c.server, ECONNRESET);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSED);
}

SCENARIO(fin_lost, active_closer, passive_closer, .title = "The FIN is lost",
	 .rfc = "RFC 9293, 3.8.1")
{
	struct connection c = establish(active_closer, passive_closer);

	lose(active_closer, "FIN,ACK", 1);
	conn_close(c.client);
	expect_state(c.client, FIN_WAIT_1);
	expect_state(c.server, ESTABLISHED);

	await_retransmission(c.client);
	expect_state(c.server, CLOSE_WAIT);
	read_fin(c.server);
	expect_state(c.client, FIN_WAIT_2);
	conn_close(c.server);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(fin_ack_lost, active_closer, passive_closer, .title = "The ACK of the FIN is lost",
	 .rfc = "RFC 9293, 3.8.1")
{
	struct connection c = establish(active_closer, passive_closer);

	lose(passive_closer, "ACK", 1);
	conn_close(c.client);
	read_fin(c.server);
	expect_state(c.server, CLOSE_WAIT);
	expect_state(c.client, FIN_WAIT_1);

	/* The FIN comes once more, and so does its ACK. */
	await_retransmission(c.client);
	expect_state(c.client, FIN_WAIT_2);
	conn_close(c.server);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(last_ack_lost, active_closer, passive_closer,
	 .title = "The last ACK is lost: why there is TIME_WAIT", .rfc = "RFC 9293, 3.6, Figure 12")
{
	struct connection c = establish(active_closer, passive_closer);

	conn_close(c.client);
	read_fin(c.server);
	expect_state(c.client, FIN_WAIT_2);

	lose(active_closer, "ACK", 1);
	conn_close(c.server);
	expect_state(c.client, TIME_WAIT);
	expect_state(c.server, LAST_ACK);

	/* The FIN comes once more; TIME_WAIT is there to acknowledge it. */
	await_retransmission(c.server);
	expect_state(c.server, CLOSED);
	expect_state(c.client, TIME_WAIT);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(fin_with_data, receiver, sender, .against = RAW, .title = "FIN in a segment with data",
	 .rfc = "RFC 9293, 3.10.7.4, eighth")
{
	struct raw *r = raw_conn(sender, receiver, PORT, 5000);
	struct conn *c = establish_with_raw(receiver, r);

	raw_send_data(r, "FIN,PSH,ACK", 100);
	expect_state(c, CLOSE_WAIT);
	expect_data(c, 100);
	expect_eof(c);
	conn_close(c);
	raw_send(r, "ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

#define LEAKS 5

SCENARIO(close_wait_leak, forgetful, peer,
	 .title = "An application that never closes: CLOSE_WAIT stays", .rfc = "RFC 9293, 3.6")
{
	struct connection c[LEAKS];

	for (int i = 0; i < LEAKS; i++) {
		c[i] = i == 0 ? establish(peer, forgetful) : establish_another(&c[0]);
		conn_close(c[i].client);
		read_fin(c[i].server);
	}
	show(forgetful, "5 connections in CLOSE_WAIT: whose are they?");

	/* No timer of TCP's ends it; the peer has long forgotten. */
	let_lwip_pass(forgetful->ops->who == WHO_LWIP ? c[0].server : c[0].client, 7200);
	expect(forgetful->lab, count_in(forgetful, CLOSE_WAIT) == LEAKS,
	       "%d connections of %s are in CLOSE_WAIT", LEAKS, end_name(forgetful));
	for (int i = 0; i < LEAKS; i++)
		expect_path(c[i].server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT);
}

SCENARIO(close_backlog, server, client, .against = RAW,
	 .title = "A listener is closed while connections wait for accept",
	 .rfc = "RFC 9293, 3.10.4")
{
	struct conn *listener = conn_listen(server, PORT, 4);
	struct raw *open = raw_conn(client, server, PORT, 5000);
	struct raw *opening = raw_conn(client, server, PORT, 5001);

	raw_handshake(open);
	raw_send(opening, "SYN");
	expect_raw(opening, "SYN,ACK");
	expect_state(conn_with(server, open), ESTABLISHED);
	expect_state(conn_with(server, opening), SYN_RCVD);

	/* The kernel resets whoever waits; lwIP's application has them, and must do so itself. */
	conn_close(listener);
	if (server->ops->who == WHO_KERNEL)
		expect_raw(open, "RST,ACK");
	else
		expect_state(conn_with(server, open), ESTABLISHED);

	/* Nobody is there any more for the one whose handshake is not over. */
	raw_send(opening, "ACK");
	expect_raw(opening, told(listener, 1, 0) ? "RST,ACK" : "RST");
	expect_path(listener, CLOSED, LISTEN, CLOSED);
}
