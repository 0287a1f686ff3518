/* SPDX-License-Identifier: BSD-3-Clause */
/* What a connection does when the other side has fallen silent for good (RFC 9293, 3.8.3, 3.9.1). */
#include <errno.h>

#include "scenarios/scenario.h"

#define PORT 7777

/* How often the kernel retransmits before it gives up: 15 and 8 as it comes, minutes of waiting. */
static void hasty_kernel(struct end *end)
{
	kernel_parameter(end, "net/ipv4/tcp_retries2", "2");
	kernel_parameter(end, "net/ipv4/tcp_orphan_retries", "1");
}

/* Generous on lwIP's virtual clock, on the kernel's real one: seconds. */
static void await_give_up(struct conn *c, const char *what)
{
	await_end(c, c->end->ops->who == WHO_LWIP ? 4000 : 6, what);
}

SCENARIO(retransmit_give_up, sender, receiver, .title = "Data are never acknowledged: ESTABLISHED",
	 .rfc = "RFC 9293, 3.8.3", .slow = { [WHO_KERNEL] = 3 })
{
	struct connection c;

	hasty_kernel(sender);
	c = establish(sender, receiver);
	pull_cable(sender);
	expect_segments_from(c.client);
	conn_send(c.client, "hello", 5);
	await_give_up(c.client, "the last retransmission of data");

	/* Each interval doubles the one before, until lwIP stops doubling. */
	if (sender->ops->who == WHO_LWIP)
		expect_times(c.client, 0, 3, 9, 21, 45, 93, 189, 381, 765, 1149, 1533, 1917, 2301);
	else
		expect_times(c.client, 0, 0.2, 0.6, 1.4);
	expect_error(c.client, told(c.client, ECONNABORTED, ETIMEDOUT));
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
}

SCENARIO(timeout_in_fin_wait_1, closer, peer, .against = RAW,
	 .title = "The FIN is never acknowledged: FIN_WAIT_1", .rfc = "RFC 9293, 3.8.3",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c;

	hasty_kernel(closer);
	c = establish_with_raw(closer, r);
	conn_close(c);
	await_give_up(c, "the last retransmission of FIN");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSED);
}

SCENARIO(fin_wait_2_timeout, closer, peer, .only = LWIP_ONLY,
	 .title = "The other side never closes: FIN_WAIT_2 of who has closed wholly",
	 .rfc = "RFC 9293, 3.6")
{
	struct connection c = establish(closer, peer);

	conn_close(c.client);
	read_fin(c.server);
	expect_state(c.client, FIN_WAIT_2);
	await_end(c.client, 30, "TCP_FIN_WAIT_TIMEOUT");
	expect_lasted(c.client, FIN_WAIT_2, 20);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSED);

	/* Who closes only now finds nobody. */
	conn_close(c.server);
	expect_path(c.server, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(fin_timeout, closer, peer, .only = KERNEL_ONLY,
	 .title = "FIN_WAIT_2 of who has closed wholly: tcp_fin_timeout 1, 2 and 3",
	 .rfc = "RFC 9293, 3.6", .slow = { [WHO_KERNEL] = 3 })
{
	static const char *const timeouts[] = { "1", "2", "3" };
	struct connection c[3];

	for (int i = 0; i < 3; i++) {
		c[i] = i == 0 ? establish(closer, peer) : establish_another(&c[0]);
		kernel_parameter(closer, "net/ipv4/tcp_fin_timeout", timeouts[i]);
		conn_close(c[i].client);
		expect_state(c[i].client, FIN_WAIT_2);
	}
	for (int i = 0; i < 3; i++) {
		await_end(c[i].client, 6, "tcp_fin_timeout");
		expect_lasted(c[i].client, FIN_WAIT_2, i + 1);
		expect_path(c[i].client, CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2,
			    CLOSED);
	}
}

SCENARIO(timeout_in_close_wait, receiver, sender, .against = RAW,
	 .title = "Data are never acknowledged: CLOSE_WAIT", .rfc = "RFC 9293, 3.8.3",
	 .slow = { [WHO_KERNEL] = 3 })
{
	struct raw *r = raw_conn(sender, receiver, PORT, 5000);
	struct conn *c;

	hasty_kernel(receiver);
	c = establish_with_raw(receiver, r);
	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	conn_send(c, "hello", 5);
	await_give_up(c, "the last retransmission of data");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, CLOSED);
}

SCENARIO(timeout_in_closing, closer, peer, .against = RAW,
	 .title = "The FIN is never acknowledged: CLOSING", .rfc = "RFC 9293, 3.8.3",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c;

	hasty_kernel(closer);
	c = establish_with_raw(closer, r);
	conn_close(c);
	raw_send_at(r, "FIN,ACK", 1, 1, 0);
	expect_state(c, CLOSING);
	await_give_up(c, "the last retransmission of FIN");
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, CLOSING, CLOSED);
}

SCENARIO(last_ack_timeout, closer, peer, .against = RAW,
	 .title = "The FIN is never acknowledged: LAST_ACK", .rfc = "RFC 9293, 3.8.3",
	 .slow = { [WHO_KERNEL] = 1 })
{
	struct raw *r = raw_conn(peer, closer, PORT, 5000);
	struct conn *c;

	hasty_kernel(closer);
	c = establish_with_raw(closer, r);
	raw_send(r, "FIN,ACK");
	expect_state(c, CLOSE_WAIT);
	conn_close(c);
	expect_state(c, LAST_ACK);
	await_give_up(c, "the last retransmission of FIN");
	expect_lasted(c, LAST_ACK, closer->ops->who == WHO_LWIP ? 120 : 1.4);
	expect_path(c, LISTEN, SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSED);
}

SCENARIO(user_timeout, sender, receiver, .only = KERNEL_ONLY,
	 .title = "TCP_USER_TIMEOUT: the application says how long, lwIP has no such thing",
	 .rfc = "RFC 9293, 3.9.1, MUST-21; RFC 5482", .slow = { [WHO_KERNEL] = 1 })
{
	struct connection patient = establish(sender, receiver);
	struct connection c = establish_another(&patient);

	conn_set(c.client, CONN_USER_TIMEOUT, 1000);
	pull_cable(sender);
	conn_send(patient.client, "hello", 5);
	conn_send(c.client, "hello", 5);
	await_end(c.client, 4, "TCP_USER_TIMEOUT");
	expect_error(c.client, ETIMEDOUT);
	expect_path(c.client, CLOSED, SYN_SENT, ESTABLISHED, CLOSED);
	expect_path(patient.client, CLOSED, SYN_SENT, ESTABLISHED);
}
