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
