/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is the other side still there? Keepalive asks its TCP (RFC 9293, 3.8.4), a heartbeat its
 * application.
 */
#include <errno.h>

#include "scenarios/scenario.h"

/* lwIP as it comes (2 h, 75 s, 9 probes), the kernel with 1 s, 1 s and 3 probes. */
static struct connection establish_with_keepalive(struct end *prober, struct end *peer)
{
	struct connection c = establish(prober, peer);

	if (prober->ops->who == WHO_KERNEL) {
		conn_set(c.client, CONN_KEEPIDLE, 1);
		conn_set(c.client, CONN_KEEPINTVL, 1);
		conn_set(c.client, CONN_KEEPCNT, 3);
	}
	conn_set(c.client, CONN_KEEPALIVE, 1);
	expect_segments_from(c.client);
	return c;
}

SCENARIO(keepalive_alive, prober, peer, .title = "Keepalive: the peer is there and answers",
	 .rfc = "RFC 9293, 3.8.4", .slow = { [WHO_KERNEL] = 3 })
{
	struct connection c = establish_with_keepalive(prober, peer);

	let_pass(c.client, (unsigned int)told(c.client, 3 * 7200 + 5, 3), "keepalive probes");
	if (prober->ops->who == WHO_LWIP)
		expect_times(c.client, 7200, 14400.5, 21601);
	else
		expect_times(c.client, 1, 2);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(keepalive_cut, prober, peer, .title = "Keepalive: the cable is cut, nobody answers",
	 .rfc = "RFC 9293, 3.8.4", .slow = { [WHO_KERNEL] = 4 })
{
	struct connection c = establish_with_keepalive(prober, peer);

	pull_cable(prober);
	await_end(c.client, (unsigned int)told(c.client, 8000, 6), "keepalive probes");
	/* The last one is RST: it may reach somebody after all. */
	if (prober->ops->who == WHO_LWIP)
		expect_times(c.client, 7200, 7275, 7350, 7425, 7500, 7575, 7650, 7725, 7800, 7875);
	else
		expect_times(c.client, 1, 2, 3, 4);
	expect_error(c.client, told(c.client, ECONNABORTED, ETIMEDOUT));
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED);
}

SCENARIO(keepalive_rebooted, prober, peer, .title = "Keepalive: the peer has rebooted",
	 .rfc = "RFC 9293, 3.8.4, 3.5.1", .slow = { [WHO_KERNEL] = 1 })
{
	struct connection c = establish_with_keepalive(prober, peer);

	reboot(c.server);
	await_end(c.client, (unsigned int)told(c.client, 7300, 4), "a keepalive probe");
	if (prober->ops->who == WHO_LWIP)
		expect_times(c.client, 7200);
	else
		expect_times(c.client, 1);
	expect_error(c.client, ECONNRESET);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
}

SCENARIO(keepalive_parameters, prober, peer, .only = KERNEL_ONLY,
	 .title = "tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes",
	 .rfc = "RFC 9293, 3.8.4; ip-sysctl", .slow = { [WHO_KERNEL] = 3 })
{
	struct connection before = establish(prober, peer), after;

	/* As they come: 7200 s, 75 s, 9 probes. A timer that runs does not look again. */
	conn_set(before.client, CONN_KEEPALIVE, 1);
	expect_segments_from(before.client);
	kernel_parameter(prober, "net/ipv4/tcp_keepalive_time", "1");
	kernel_parameter(prober, "net/ipv4/tcp_keepalive_intvl", "1");
	kernel_parameter(prober, "net/ipv4/tcp_keepalive_probes", "2");
	after = establish_another(&before);
	conn_set(after.client, CONN_KEEPALIVE, 1);
	expect_segments_from(after.client);

	pull_cable(prober);
	await_end(after.client, 6, "keepalive probes");
	expect_times(after.client, 1, 2, 3);
	expect_error(after.client, ETIMEDOUT);
	expect_path(after.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(before.client, CLOSED, SYN_SENT, ESTABLISHED);
}

/* The application asks, and the other one, if it is not stuck, answers. @return whether it did */
static void expect_heartbeat(const struct connection *c)
{
	conn_send(c->client, "ping", 4);
	expect_data(c->server, 4);
	conn_send(c->server, "pong", 4);
	expect_data(c->client, 4);
}

SCENARIO(heartbeat, client, server,
	 .title = "Heartbeat: the peer's TCP is there, its application is stuck",
	 .rfc = "RFC 1122, 4.2.3.6", .slow = { [WHO_KERNEL] = 2 })
{
	struct connection c = establish_with_keepalive(client, server);
	char answer[4];

	expect_heartbeat(&c);

	/* From here on the server's application does nothing; its TCP acknowledges all the same. */
	conn_send(c.client, "ping", 4);
	let_pass(c.client, (unsigned int)told(c.client, 7300, 2), "an answer to the heartbeat");
	expect_state(c.client, ESTABLISHED);
	expect_result(client, "recv", (int)conn_recv(c.client, answer, sizeof(answer)), EAGAIN);
	conn_abort(c.client);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSED);
}
