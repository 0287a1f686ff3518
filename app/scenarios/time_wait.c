/* SPDX-License-Identifier: BSD-3-Clause */
/* TIME_WAIT (RFC 9293, 3.6). */
#include "scenarios/scenario.h"

#define PORT 7777

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
		return;
	}
	expect_raw(again, "SYN,ACK");
	raw_send(again, "ACK");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, THROUGH(FIN_WAIT_2), TIME_WAIT,
		    CLOSED);
	expect_path(conn_of(closer, again), LISTEN, SYN_RCVD, ESTABLISHED);
}
