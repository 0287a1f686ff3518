/* SPDX-License-Identifier: BSD-3-Clause */
/* Closing a connection (RFC 9293, 3.6). */
#include "scenarios/scenario.h"

SCENARIO(close, active_closer, passive_closer, .title = "Normal close: four segments",
	 .rfc = "RFC 9293, 3.6, Figure 12")
{
	struct connection c = establish(active_closer, passive_closer);
	struct conn *active = c.client, *passive = c.server;

	expect_segments_from(active);
	conn_close(active);
	expect_state(passive, CLOSE_WAIT);
	expect_eof(passive);
	/* The kernel would delay the ACK, hoping to send it together with its own FIN. */
	conn_set(passive, CONN_QUICKACK, 1);
	expect_state(active, FIN_WAIT_2);

	conn_close(passive);
	expect_state(passive, CLOSED);
	expect_state(active, TIME_WAIT);
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
