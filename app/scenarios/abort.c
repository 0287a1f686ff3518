/* SPDX-License-Identifier: BSD-3-Clause */
/* ABORT in the states of an opening or closing connection (RFC 9293, 3.10.5). */
#include "scenarios/scenario.h"

#define PORT 7777

SCENARIO(abort_in_syn_rcvd, opener, peer, .against = RAW, .only = KERNEL_ONLY,
	 .title = "ABORT in SYN_RCVD, within a simultaneous open", .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_listen(peer, PORT);
	struct conn *c = conn_connect(opener, peer, PORT);

	expect_raw(r, "SYN");
	raw_send(r, "SYN");
	expect_raw(r, "SYN,ACK");
	expect_state(c, SYN_RCVD);
	conn_abort(c);
	expect_raw(r, "RST,ACK");
	expect_path(c, CLOSED, SYN_SENT, SYN_RCVD, CLOSED);
}

SCENARIO(abort_in_fin_wait_1, closer, peer, .against = RAW, .title = "ABORT in FIN_WAIT_1",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	expect_raw(r, "FIN,ACK");
	conn_abort(c);
	expect_raw(r, "RST,ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSED);
}

SCENARIO(abort_in_fin_wait_2, closer, peer, .against = RAW, .title = "ABORT in FIN_WAIT_2",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	expect_raw(r, "FIN,ACK");
	raw_send(r, "ACK");
	expect_state(c, FIN_WAIT_2);
	conn_abort(c);
	expect_raw(r, "RST,ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSED);
}

SCENARIO(abort_in_close_wait, receiver, sender, .against = RAW, .title = "ABORT in CLOSE_WAIT",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(sender, receiver, PORT, 5000);
	struct conn *c = establish_with_raw(receiver, r);

	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	raw_flush(r);
	conn_abort(c);
	expect_raw(r, "RST,ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, CLOSED);
}

SCENARIO(abort_in_closing, closer, peer, .against = RAW, .title = "ABORT in CLOSING",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	raw_send_at(r, "FIN,ACK", 1, 1, 0);
	expect_state(c, CLOSING);
	conn_abort(c);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSING, CLOSED);
}

SCENARIO(abort_in_last_ack, closer, peer, .against = RAW, .title = "ABORT in LAST_ACK",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	conn_shutdown(c);
	expect_state(c, LAST_ACK);
	conn_abort(c);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(abort_in_time_wait, closer, peer, .against = RAW, .title = "ABORT in TIME_WAIT",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c = establish_with_raw(closer, r);

	conn_shutdown(c);
	expect_raw(r, "FIN,ACK");
	raw_send(r, "FIN,ACK");
	expect_raw(r, "ACK");
	expect_state(c, TIME_WAIT);

	/* The kernel keeps TIME_WAIT apart from the socket that the application has. */
	conn_abort(c);
	expect_raw_nothing(r);
	if (closer->ops->who == WHO_KERNEL)
		expect_unreachable(closer, TIME_WAIT, CLOSED, BY_ABORT,
				   "the application's socket is CLOSED already, TIME_WAIT is none");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, ON_KERNEL(THROUGH(FIN_WAIT_2)),
		    TIME_WAIT, ON_LWIP(CLOSED));
}
