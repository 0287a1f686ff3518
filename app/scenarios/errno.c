/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the numbers mean: each provoked on the kernel by a real call, and beside it what lwIP's
 * application is told of the same thing.
 */
#include <errno.h>
#include <string.h>

#include "end/lwip_err.h"
#include "scenarios/scenario.h"

#define PORT 7777

/* What lwIP last answered to a call, or told by its err callback. */
static const char *last_word(const struct end *lwip)
{
	const struct timeline *timeline = lwip->lab->timeline;

	for (uint32_t n = timeline_count(timeline); n > 0; n--) {
		const struct event *event = timeline_event(timeline, n);

		if (event->who != WHO_LWIP)
			continue;
		if (event->kind == EV_CALL && event->call.result != NULL)
			return event->call.result;
		if (event->kind == EV_CALLBACK && strcmp(event->callback.name, "err") == 0)
			return event->callback.err;
	}
	return "nothing";
}

/* A row of the table: number, name, message, who raised it; lwIP's word, and what it maps that to. */
static void expect_row(struct end *lwip, int error, int result, const char *by, const char *err,
		       const char *by_lwip)
{
	const char *word = last_word(lwip);
	int mapped = lwip_err_errno_of(word);

	expect(lwip->lab, result == -error && strcmp(word, err) == 0,
	       "%3d %-13s %-40s kernel: %-22s lwIP: %-10s %-22s err_to_errno: %d%s%s", error,
	       strerrorname_np(error), strerror(error), by, word, by_lwip, mapped,
	       mapped == 0 ? "" : " ", mapped == 0 ? "" : strerrorname_np(mapped));
}

static int refusal(struct end *end, const struct conn *conn)
{
	return conn == NULL ? -end->refusal : 0;
}

/* What is different over the two families. */
static const char *over(const struct end *end, const char *ipv4, const char *ipv6)
{
	return end->address.family == 6 ? ipv6 : ipv4;
}

static int received(struct conn *conn)
{
	char byte;

	return (int)conn_recv(conn, &byte, 1);
}

SCENARIO(errno_table, caller, counterpart, .only = KERNEL_ONLY,
	 .title = "errno: each from a real call, with lwIP's counterpart", .rfc = "RFC 9293, 3.9.1")
{
	struct end *kernel = caller, *lwip = counterpart;
	struct connection from_kernel = establish(kernel, lwip);
	struct connection from_lwip = establish(lwip, kernel);
	struct connection reset, closed;
	struct conn *c, *l;

	conn_bind_again(from_kernel.listener);
	expect_row(lwip, EINVAL, conn_bind_again(from_lwip.listener), "bind, bound already",
		   "ERR_VAL", "tcp_bind, listening");

	end_drop_default_route(lwip);
	l = conn_connect_far(lwip, HOST_FAR, PORT);
	if (l != NULL) /* over IPv6: lwIP takes its one interface for the way to everybody */
		await_end(l, 30, "the last SYN's time-out");
	c = conn_connect_far(kernel, HOST_FAR, PORT);
	expect_row(lwip, ENETUNREACH, refusal(kernel, c), "connect, no route",
		   over(lwip, "ERR_RTE", "ERR_ABRT"),
		   over(lwip, "tcp_connect, no route", "err callback, later"));

	conn_connect(lwip, kernel, 1);
	c = conn_connect(kernel, lwip, 1);
	expect_row(lwip, ECONNREFUSED, conn_outcome(c), "connect, SO_ERROR", "ERR_RST",
		   "err callback");

	hold(kernel, "SYN,ACK");
	hold(lwip, "SYN,ACK");
	c = conn_connect(kernel, lwip, PORT);
	l = conn_connect(lwip, kernel, PORT);
	expect_row(lwip, EINPROGRESS, conn_outcome(c), "connect, non-blocking", "ERR_OK",
		   "tcp_connect: always so");
	conn_abort(c);
	conn_abort(l);
	release_held(kernel);

	conn_listen(lwip, PORT, 4);
	expect_row(lwip, EADDRINUSE, refusal(kernel, conn_listen(kernel, PORT, 4)),
		   "bind, port taken", "ERR_USE", "tcp_bind, port taken");

	conn_listen_at(lwip, HOST_FAR, PORT + 1, 4);
	expect_row(lwip, EADDRNOTAVAIL,
		   refusal(kernel, conn_listen_at(kernel, HOST_FAR, PORT + 1, 4)),
		   "bind, foreign address", "ERR_OK", "tcp_bind: takes any");

	reset = establish_another(&from_kernel);
	conn_abort(reset.server);
	c = reset.client;
	reset = establish_another(&from_lwip);
	conn_abort(reset.server);
	expect_row(lwip, ECONNRESET, received(c), "recv, after RST", "ERR_RST", "err callback");

	/* The first call after EINPROGRESS tells that it has come about. */
	conn_connect_again(from_kernel.client, lwip, PORT);
	conn_connect_again(from_lwip.client, kernel, PORT);
	expect_row(lwip, EISCONN, conn_connect_again(from_kernel.client, lwip, PORT),
		   "connect, connected", "ERR_ISCONN", "tcp_connect");

	closed = establish_another(&from_lwip);
	conn_shutdown(closed.client);
	read_fin(closed.server); /* or its delayed ACK could come at any time */
	conn_send(closed.client, "x", 1);
	closed = establish_another(&from_kernel);
	conn_shutdown(closed.client);
	expect_row(lwip, EPIPE, (int)conn_send(closed.client, "x", 1), "send, after shutdown",
		   "ERR_CONN", "tcp_write");

	impatient_resolution(kernel);
	l = conn_connect_far(lwip, HOST_ABSENT, PORT);
	await_end(l, 90, "the last SYN's time-out");
	c = conn_connect_far(kernel, HOST_ABSENT, PORT);
	await_end(c, 5, "address resolution");
	expect_row(lwip, EHOSTUNREACH, conn_outcome(c), "connect, no such host", "ERR_ABRT",
		   "err callback, later");

	pull_cable(kernel);
	conn_set(from_kernel.client, CONN_USER_TIMEOUT, 100);
	conn_send(from_kernel.client, "x", 1);
	await_end(from_kernel.client, 5, "TCP_USER_TIMEOUT");
	c = conn_connect(lwip, kernel, PORT);
	await_end(c, 30, "the last SYN's time-out");
	expect_row(lwip, ETIMEDOUT, received(from_kernel.client), "recv, no answer", "ERR_ABRT",
		   "err callback");
}
