/* SPDX-License-Identifier: BSD-3-Clause */
/* While a connection is ESTABLISHED (RFC 9293, 3.8). */
#include <errno.h>

#include "scenarios/scenario.h"

SCENARIO(data, client, server, .title = "1 MiB each way, content verified", .rfc = "RFC 9293, 3.8")
{
	struct connection c = establish(client, server);

	transfer(c.client, c.server, 1 << 20);
	transfer(c.server, c.client, 1 << 20);

	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(abort, aborter, peer, .title = "Abort: RST from an established connection",
	 .rfc = "RFC 9293, 3.10.5")
{
	struct connection c = establish(aborter, peer);

	expect_segments_from(c.client);
	conn_abort(c.client);

	expect_segments(c.client, "> RST,ACK");
	expect_error(c.server, ECONNRESET);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSED);
}

SCENARIO(rst_attack, victim, attacker, .against = RAW,
	 .title = "RST in the window is challenged, the exact one resets", .rfc = "RFC 5961, 3.2")
{
	struct raw *r = raw_conn(attacker, victim, 7777, 5000);
	struct conn *c = establish_with_raw(victim, r);

	/* A guess: in the window, but not the next number. */
	raw_send_at(r, "RST", 100, 0, 0);
	expect_raw(r, "ACK");
	expect_state(c, ESTABLISHED);

	/* Out of the window: not worth an answer. */
	raw_send_at(r, "RST", 10000000, 0, 0);
	expect_raw_nothing(r);
	expect_state(c, ESTABLISHED);

	raw_send_at(r, "RST", 1, 0, 0);
	expect_error(c, ECONNRESET);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSED);
}

SCENARIO(zero_window, sender, receiver, .against = RAW,
	 .title = "The receiver's window is closed: probes until it opens",
	 .rfc = "RFC 9293, 3.8.6.1, MUST-36, MUST-37", .slow = { [WHO_KERNEL] = 1 })
{
	struct raw *r = raw_conn(receiver, sender, 7777, 5000);
	struct conn *c;

	r->window = 0;
	c = establish_with_raw(sender, r);
	expect_segments_from(c);
	conn_send(c, "hello", 5);
	expect_raw_nothing(r);

	/* Each probe is answered, and no data are taken: the connection stays (MUST-37). */
	for (int probe = 0; probe < 3; probe++) {
		await_retransmission(c);
		expect_raw(r, "ACK");
		raw_send_at(r, "ACK", 1, 1, 0);
	}
	if (sender->ops->who == WHO_LWIP)
		expect_times(c, 1.5, 4.5, 10.5);
	else
		expect_times(c, 0.2, 0.6, 1.4);

	r->window = 65535;
	raw_send_at(r, "ACK", 1, 1, 0);
	expect_raw(r, "ACK");
	expect_state(c, ESTABLISHED);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED);
}
