/* SPDX-License-Identifier: BSD-3-Clause */
/* RST in the states of a closing connection, and the end of a listener (RFC 9293, 3.10.7.4). */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT 7777

SCENARIO(rst_in_fin_wait_1, closer, peer, .against = RAW, .title = "RST in FIN_WAIT_1",
	 .rfc = "RFC 9293, 3.10.7.4, second")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	expect_raw(r, "FIN,ACK");
	raw_send_at(r, "RST", 1, 0, 0);
	expect_error(c, ECONNRESET);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSED);
}

SCENARIO(rst_in_fin_wait_2, closer, peer, .against = RAW, .title = "RST in FIN_WAIT_2",
	 .rfc = "RFC 9293, 3.10.7.4, second")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	expect_raw(r, "FIN,ACK");
	raw_send(r, "ACK");
	expect_state(c, FIN_WAIT_2);
	raw_send_at(r, "RST", 1, 0, 0);
	expect_error(c, ECONNRESET);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSED);
}

SCENARIO(rst_in_close_wait, receiver, sender, .against = RAW, .title = "RST in CLOSE_WAIT",
	 .rfc = "RFC 9293, 3.10.7.4, second")
{
	struct raw *r = raw_conn(sender, receiver, PORT, 5000);
	struct conn *c = establish_with_raw(receiver, r);

	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	raw_send(r, "RST");
	/* The kernel's application reads the FIN as if nothing else had come; writing would tell EPIPE. */
	if (receiver->ops->who == WHO_KERNEL)
		expect_eof(c);
	else
		expect_error(c, ECONNRESET);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, CLOSED);
}

SCENARIO(rst_in_closing, closer, peer, .against = RAW, .title = "RST in CLOSING",
	 .rfc = "RFC 9293, 3.10.7.4, second")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	/* A FIN that does not acknowledge ours: sent before ours came. */
	conn_close(c);
	raw_send_at(r, "FIN,ACK", 1, 1, 0);
	expect_state(c, CLOSING);
	raw_send_at(r, "RST", 2, 0, 0);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSING, CLOSED);
}

SCENARIO(rst_in_last_ack, closer, peer, .against = RAW, .title = "RST in LAST_ACK",
	 .rfc = "RFC 9293, 3.10.7.4, second")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	conn_close(c);
	expect_state(c, LAST_ACK);
	raw_send(r, "RST");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(listener_closed, server, client, .against = RAW,
	 .title = "A listener is closed: who comes then is refused", .rfc = "RFC 9293, 3.10.4")
{
	struct conn *listener = conn_listen(server, PORT, 4);
	struct raw *r = raw_conn(client, server, PORT, 5000);

	conn_close(listener);
	raw_send(r, "SYN");
	expect_raw(r, "RST,ACK");
	expect_path(listener, CLOSED, LISTEN, CLOSED);
}
