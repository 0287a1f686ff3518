/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening a connection (RFC 9293, 3.5). */
#include "scenarios/scenario.h"

SCENARIO(handshake, client, server, .title = "Three-way handshake",
	 .rfc = "RFC 9293, 3.5, Figure 6")
{
	struct connection c = establish(client, server);

	expect_segments(c.client, "> SYN", "< SYN,ACK", "> ACK");
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.listener, CLOSED, LISTEN);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}
