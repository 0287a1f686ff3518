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
