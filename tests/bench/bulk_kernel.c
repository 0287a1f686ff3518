/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's end: sockets. One flow is a blocking one, as programs of one connection have; more are polled.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bulk.h"

struct flow {
	int fd;
	uint64_t sent;
};

static struct flow flows[BULK_FLOWS];
static uint8_t room[BULK_PIECE];

static bool is_unix_port(const struct bulk_plan *plan)
{
	return strcmp(plan->contender, "unixport") == 0;
}

static struct sockaddr_storage address_of(const struct bulk_plan *plan, const char *v4,
					  const char *v6, socklen_t *size)
{
	struct sockaddr_storage address = { .ss_family = plan->family == 6 ? AF_INET6 : AF_INET };
	struct sockaddr_in *in = (void *)&address;
	struct sockaddr_in6 *in6 = (void *)&address;

	if (plan->family == 6) {
		inet_pton(AF_INET6, v6, &in6->sin6_addr);
		in6->sin6_port = htons(BULK_PORT);
		*size = sizeof(*in6);
	} else {
		inet_pton(AF_INET, v4, &in->sin_addr);
		in->sin_port = htons(BULK_PORT);
		*size = sizeof(*in);
	}
	return address;
}

/* The default may pace by timers (BBR): all contenders have the same that does not. */
static int make_socket(const struct bulk_plan *plan)
{
	static const char control[] = "cubic";
	const int on = 1;
	int fd = socket(plan->family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		bulk_fail("cannot make a TCP socket: %s", strerror(errno));
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control, sizeof(control) - 1) < 0)
		bulk_fail("cannot choose the congestion control %s: %s", control, strerror(errno));
	if (plan->direction == BULK_ECHO)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void end_flow(struct bulk *bulk, int epoll, unsigned int i)
{
	if (epoll >= 0)
		epoll_ctl(epoll, EPOLL_CTL_DEL, flows[i].fd, NULL);
	bulk_ended(bulk, i);
}

/* Returns whether there is more to come. */
static bool receive_on(struct bulk *bulk, unsigned int i)
{
	const int how = bulk->plan.discard ? MSG_TRUNC : 0;
	ssize_t size = recv(flows[i].fd, room, sizeof(room), how);

	if (size > 0)
		bulk_received(bulk, i, room, (unsigned int)size);
	if (size < 0 && errno != EAGAIN)
		bulk_fail("cannot receive: %s", strerror(errno));
	return size != 0;
}

/* Returns whether there is more to send. */
static bool send_on(const struct bulk *bulk, unsigned int i)
{
	struct flow *flow = &flows[i];
	size_t most = BULK_PIECE;
	ssize_t size;

	if (bulk->plan.bytes > 0 && bulk->plan.bytes - flow->sent < most)
		most = bulk->plan.bytes - flow->sent;
	size = send(flow->fd, bulk_stream(bulk, flow->sent), most, MSG_NOSIGNAL);
	if (size < 0 && errno != EAGAIN)
		bulk_fail("cannot send: %s", strerror(errno));
	if (size > 0)
		flow->sent += (uint64_t)size;
	return bulk->plan.bytes == 0 || flow->sent < bulk->plan.bytes;
}

/* lwiperf counts for itself: of what is sent to it, that counts which it has acknowledged. */
static void count_acknowledged(struct bulk *bulk, unsigned int i)
{
	int queued;

	if (ioctl(flows[i].fd, SIOCOUTQ, &queued) == 0)
		bulk->count->bytes[i] = flows[i].sent - (uint64_t)queued;
}

static void stay(void)
{
	for (;;)
		pause();
}

/* One step of a flow. */
static void step(struct bulk *bulk, bool sends, int epoll, unsigned int i)
{
	if (!sends) {
		if (!receive_on(bulk, i))
			end_flow(bulk, epoll, i);
		return;
	}
	if (!send_on(bulk, i)) {
		shutdown(flows[i].fd, SHUT_WR);
		if (epoll >= 0)
			epoll_ctl(epoll, EPOLL_CTL_DEL, flows[i].fd, NULL);
	}
	if (is_unix_port(&bulk->plan))
		count_acknowledged(bulk, i);
}

static bool is_at_end(const struct bulk *bulk, bool sends)
{
	if (bulk->plan.bytes == 0)
		return false;
	return sends ? flows[0].sent == bulk->plan.bytes : bulk->count->ended > 0;
}

static void stream_one(struct bulk *bulk, bool sends)
{
	while (!is_at_end(bulk, sends))
		step(bulk, sends, -1, 0);
}

static void stream_many(struct bulk *bulk, bool sends)
{
	struct epoll_event events[BULK_FLOWS] = { 0 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), ready;

	for (unsigned int i = 0; i < bulk->plan.flows; i++) {
		fcntl(flows[i].fd, F_SETFL, O_NONBLOCK);
		events[0] =
			(struct epoll_event){ .events = sends ? EPOLLOUT : EPOLLIN, .data.u32 = i };
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, flows[i].fd, &events[0]) < 0)
			bulk_fail("cannot poll a socket: %s", strerror(errno));
	}
	for (;;) {
		ready = epoll_wait(epoll, events, BULK_FLOWS, -1);
		for (int i = 0; i < ready; i++)
			step(bulk, sends, epoll, events[i].data.u32);
	}
}

static void stream(struct bulk *bulk, bool sends)
{
	if (bulk->plan.flows == 1)
		stream_one(bulk, sends);
	else
		stream_many(bulk, sends);
	stay();
}

static uint8_t receive_byte(const struct bulk_plan *plan, int fd)
{
	ssize_t size;
	uint8_t byte;

	do {
		size = recv(fd, &byte, 1, plan->kernel_busy ? MSG_DONTWAIT : 0);
	} while (size < 0 && errno == EAGAIN);
	if (size != 1)
		bulk_fail("cannot receive a byte: %s", strerror(errno));
	return byte;
}

static void send_byte(int fd, uint8_t byte)
{
	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		bulk_fail("cannot send a byte: %s", strerror(errno));
}

static void ask_echo(struct bulk *bulk)
{
	for (uint8_t byte = 0;; byte++) {
		send_byte(flows[0].fd, byte);
		if (receive_byte(&bulk->plan, flows[0].fd) != byte)
			bulk_fail("another byte came back");
		bulk->count->bytes[0]++;
	}
}

static void give_echo(const struct bulk *bulk)
{
	for (;;)
		send_byte(flows[0].fd, receive_byte(&bulk->plan, flows[0].fd));
}

static int listen_at_own(const struct bulk_plan *plan, const char *v4, const char *v6)
{
	socklen_t size;
	struct sockaddr_storage address = address_of(plan, v4, v6, &size);
	int fd = make_socket(plan);

	if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, BULK_FLOWS) < 0)
		bulk_fail("cannot listen at port %d: %s", BULK_PORT, strerror(errno));
	return fd;
}

static void accept_flows(struct bulk *bulk, const char *v4, const char *v6)
{
	int fd = listen_at_own(&bulk->plan, v4, v6);
	const int on = 1;

	bulk->count->ready = true;
	for (unsigned int i = 0; i < bulk->plan.flows; i++) {
		flows[i].fd = accept(fd, NULL, NULL);
		if (flows[i].fd < 0)
			bulk_fail("cannot accept a connection: %s", strerror(errno));
		setsockopt(flows[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		bulk->count->flows++;
	}
}

static void connect_flows(struct bulk *bulk)
{
	socklen_t size;
	struct sockaddr_storage address = address_of(&bulk->plan, "10.9.0.2", "fd09::2", &size);

	while (!bulk->count->ready)
		usleep(1000);
	for (unsigned int i = 0; i < bulk->plan.flows; i++) {
		flows[i].fd = make_socket(&bulk->plan);
		if (connect(flows[i].fd, (struct sockaddr *)&address, size) < 0)
			bulk_fail("cannot connect to the other end: %s", strerror(errno));
		bulk->count->flows++;
	}
}

void bulk_run_kernel_first(struct bulk *bulk)
{
	accept_flows(bulk, "10.9.0.2", "fd09::2");
	if (bulk->plan.direction == BULK_ECHO)
		give_echo(bulk);
	stream(bulk, bulk->plan.direction == BULK_TRANSMIT);
	abort();
}

void bulk_run_kernel_second(struct bulk *bulk)
{
	/* lwiperf connects to who it sends to. */
	if (bulk->plan.direction == BULK_TRANSMIT && is_unix_port(&bulk->plan)) {
		accept_flows(bulk, "0.0.0.0", "::");
		stream(bulk, false);
	}
	connect_flows(bulk);
	if (bulk->plan.direction == BULK_ECHO)
		ask_echo(bulk);
	stream(bulk, bulk->plan.direction == BULK_RECEIVE);
	abort();
}
