/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lab with two ends that nothing is behind, for the command language: what an end is asked for is noted in
 * stage_calls, and a connection of the kernel's comes to whoever listens there.
 */
#ifndef STAGE_H
#define STAGE_H

#include "unit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/eventfd.h>

#include "live/session.h"
#include "lwip/init.h"
#include "story.h"

static struct lab stage_lab;
static struct live stage;
static char stage_calls[4096];
static int stage_refusal;      /* what every call answers: a negative errno; 0: all is well */
static const char *stage_data; /* what receive gets; NULL: the other side's FIN */
static size_t stage_taken;     /* bytes that a send takes at most */

static inline void stage_note(const struct end *end, const char *what, const char *name,
			      long number)
{
	size_t length = strlen(stage_calls);

	snprintf(stage_calls + length, sizeof(stage_calls) - length, "%s %s %s %ld; ",
		 end_name(end), what, name == NULL ? "?" : name, number);
}

static inline int stage_listen(struct conn *conn, unsigned int backlog)
{
	stage_note(conn->end, "listen", conn->name, (long)backlog);
	if (stage_refusal == 0)
		conn_enter(conn, ST_LISTEN, SRC_HOOK, "stage", 1);
	return stage_refusal;
}

/* The other side, when it listens, has the connection in the same moment. */
static inline void stage_meet(struct conn *conn)
{
	struct end *other = conn->end == stage.lwip ? stage.kernel : stage.lwip;
	struct conn *listener = other->conns, *met;

	while (listener != NULL && !endpoint_equal(&listener->local, &conn->remote))
		listener = listener->next;
	if (listener == NULL || listener->state != ST_LISTEN)
		return;
	met = end_add_conn(other, &conn->remote, &conn->local, true);
	met->name = conn->name;
	conn_enter(met, ST_SYN_RCVD, SRC_HOOK, "stage", 1);
	conn_enter(met, ST_ESTABLISHED, SRC_HOOK, "stage", 1);
	conn_enter(conn, ST_ESTABLISHED, SRC_HOOK, "stage", 1);
}

static inline int stage_connect(struct conn *conn)
{
	if (conn->local.port == 0) {
		struct endpoint local = conn->local;

		local.port = (uint16_t)(50000 + stage_lab.flows.count);
		conn_set_local(conn, &local);
	}
	conn->name = flow_open(&stage_lab.flows, &conn->local, &conn->remote)->name;
	stage_note(conn->end, "connect", conn->name, conn->remote.port);
	if (stage_refusal != 0)
		return stage_refusal;
	conn_enter(conn, ST_SYN_SENT, SRC_HOOK, "stage", 1);
	stage_meet(conn);
	return 0;
}

static inline struct conn *stage_accept(struct conn *listener)
{
	for (struct conn *conn = listener->end->conns; conn != NULL; conn = conn->next)
		if (conn->passive && !conn->accepted && conn->local.port == listener->local.port)
			return conn;
	return NULL;
}

static inline ssize_t stage_send(struct conn *conn, const void *data, size_t size)
{
	(void)data;
	if (stage_refusal != 0)
		return stage_refusal;
	size = size < stage_taken ? size : stage_taken;
	stage_taken -= size;
	if (size > 0)
		stage_note(conn->end, "send", conn->name, (long)size);
	return (ssize_t)size;
}

static inline ssize_t stage_recv(struct conn *conn, void *data, size_t size)
{
	size_t length = stage_data == NULL ? 0 : strlen(stage_data);

	(void)conn;
	if (stage_refusal != 0)
		return stage_refusal;
	if (stage_data != NULL && length == 0)
		return -EAGAIN;
	size = size < length ? size : length;
	if (size == 0)
		return 0;
	memcpy(data, stage_data, size);
	stage_data += size;
	return (ssize_t)size;
}

static inline int stage_shutdown(struct conn *conn)
{
	stage_note(conn->end, "shutdown", conn->name, 0);
	return stage_refusal;
}

static inline int stage_close(struct conn *conn)
{
	stage_note(conn->end, "close", conn->name, 0);
	if (stage_refusal == 0)
		conn_enter(conn, conn->state == ST_LISTEN ? ST_CLOSED : ST_FIN_WAIT_1, SRC_HOOK,
			   "stage", 1);
	return stage_refusal;
}

static inline int stage_abort(struct conn *conn)
{
	stage_note(conn->end, "abort", conn->name, 0);
	conn_enter(conn, ST_CLOSED, SRC_HOOK, "stage", 1);
	return 0;
}

static inline int stage_set(struct conn *conn, enum conn_option option, int value)
{
	stage_note(conn->end, "set", conn->name, (long)option * 1000 + value);
	return stage_refusal;
}

static inline void stage_dispose(struct end *end)
{
	(void)end;
}

#define STAGE_OPS(who_)                                                                  \
	{                                                                                \
		.who = (who_), .conn_size = sizeof(struct conn), .listen = stage_listen, \
		.connect = stage_connect, .accept = stage_accept, .send = stage_send,    \
		.recv = stage_recv, .shutdown = stage_shutdown, .close = stage_close,    \
		.abort = stage_abort, .set = stage_set, .dispose = stage_dispose         \
	}
static const struct end_ops stage_lwip_ops = STAGE_OPS(WHO_LWIP);
static const struct end_ops stage_kernel_ops = STAGE_OPS(WHO_KERNEL);

static inline struct end *stage_end(const struct end_ops *ops, enum host host)
{
	struct end *end = calloc(1, sizeof(*end));

	assert_non_null(end);
	end->ops = ops;
	end->lab = &stage_lab;
	end->address = host_address(host, 4);
	return end;
}

static inline int stage_begin(void **unit_state)
{
	(void)unit_state;
	lwip_init();
	return 0;
}

static inline int stage_open(void **unit_state)
{
	(void)unit_state;
	memset(&stage_lab, 0, sizeof(stage_lab));
	stage_lab.timeline = timeline_new(story_no_time);
	stage_lab.stack = &stack_here;
	stage_lab.patience_ms = 50;
	stage_lab.wire.timeline = stage_lab.timeline;
	stage_lab.wire.now_ns = story_no_time;
	stage_lab.device.kind = DEVICE_TAP;
	stage_lab.netif.state = &stage_lab.device.tap;
	stage_lab.netif.mtu = 1500;
	stage_lab.device.tap.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); /* never readable */
	stage_lab.device.tap.ether.link = mnl_socket_open(NETLINK_ROUTE);
	assert_non_null(stage_lab.device.tap.ether.link);
	stage = (struct live){ .lab = &stage_lab,
			       .lwip = stage_end(&stage_lwip_ops, HOST_LWIP),
			       .kernel = stage_end(&stage_kernel_ops, HOST_KERNEL) };
	stage_calls[0] = '\0';
	stage_refusal = 0;
	stage_data = "";
	stage_taken = SIZE_MAX;
	return 0;
}

static inline int stage_shut(void **unit_state)
{
	(void)unit_state;
	end_close(stage.lwip);
	end_close(stage.kernel);
	tapif_close(&stage_lab.device.tap);
	flows_clear(&stage_lab.flows);
	timeline_free(stage_lab.timeline);
	return 0;
}

/* The last verdict on the timeline; NULL: there is none. */
static inline const struct event *stage_verdict(void)
{
	for (uint32_t n = timeline_count(stage_lab.timeline); n > 0; n--)
		if (timeline_event(stage_lab.timeline, n)->kind == EV_VERDICT)
			return timeline_event(stage_lab.timeline, n);
	return NULL;
}

#endif
