/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define NEW_SYN_RECV 12 /* what the kernel calls a request that has no socket yet */
/* From the next one on (since Linux 6.8), sockets that are bound and no more: no connections. */
#define OF_CONNECTIONS ((1u << (NEW_SYN_RECV + 1)) - 1)

enum state kernel_state(int kernel)
{
	static const enum state states[] = {
		[TCP_ESTABLISHED] = ST_ESTABLISHED,
		[TCP_SYN_SENT] = ST_SYN_SENT,
		[TCP_SYN_RECV] = ST_SYN_RCVD,
		[TCP_FIN_WAIT1] = ST_FIN_WAIT_1,
		[TCP_FIN_WAIT2] = ST_FIN_WAIT_2,
		[TCP_TIME_WAIT] = ST_TIME_WAIT,
		[TCP_CLOSE] = ST_CLOSED,
		[TCP_CLOSE_WAIT] = ST_CLOSE_WAIT,
		[TCP_LAST_ACK] = ST_LAST_ACK,
		[TCP_LISTEN] = ST_LISTEN,
		[TCP_CLOSING] = ST_CLOSING,
		[NEW_SYN_RECV] = ST_SYN_RCVD,
	};

	return kernel > 0 && kernel <= NEW_SYN_RECV ? states[kernel] : ST_CLOSED;
}

int sock_diag_open(struct mnl_socket **diag, struct why *why)
{
	*diag = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (*diag == NULL || mnl_socket_bind(*diag, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = errno;

		sock_diag_close(*diag);
		*diag = NULL;
		return why_set(
			why, error,
			"cannot ask the kernel for the states of connections: %s; the kernel "
			"needs CONFIG_INET_DIAG (modprobe tcp_diag)",
			strerror(error));
	}
	return 0;
}

void sock_diag_close(struct mnl_socket *diag)
{
	if (diag != NULL)
		mnl_socket_close(diag);
}

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	struct inet_diag_msg *answer = data;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer))
		return MNL_CB_ERROR;
	memcpy(answer, mnl_nlmsg_get_payload(nlh), sizeof(*answer));
	return MNL_CB_STOP;
}

/* The beginning of a request about connections of TCP. */
static struct inet_diag_req_v2 *ask_for(struct nlmsghdr *nlh, int family, unsigned int *sequence)
{
	static unsigned int latest;
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = *sequence = ++latest;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family == 6 ? AF_INET6 : AF_INET;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = OF_CONNECTIONS;
	return req;
}

int sock_diag_state(struct mnl_socket *diag, const struct endpoint *local,
		    const struct endpoint *remote)
{
	char buf[1024];
	unsigned int sequence;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = ask_for(nlh, local->family, &sequence);
	struct inet_diag_msg answer = { 0 };
	ssize_t length;

	req->id.idiag_sport = htons(local->port);
	req->id.idiag_dport = htons(remote->port);
	memcpy(req->id.idiag_src, local->addr, sizeof(local->addr));
	memcpy(req->id.idiag_dst, remote->addr, sizeof(remote->addr));
	req->id.idiag_cookie[0] = req->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (mnl_socket_sendto(diag, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	length = mnl_socket_recvfrom(diag, buf, sizeof(buf));
	if (length < 0)
		return -errno;
	if (mnl_cb_run(buf, (size_t)length, sequence, mnl_socket_get_portid(diag), on_answer,
		       &answer) < 0)
		return errno == ENOENT ? (int)ST_CLOSED : -errno;
	/* Without an exact match the kernel answers with the listener of that port. */
	if (answer.id.idiag_dport != htons(remote->port))
		return ST_CLOSED;
	return (int)kernel_state(answer.idiag_state);
}

static int on_counted(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *answer = mnl_nlmsg_get_payload(nlh);
	uint32_t *in_state = data;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer))
		return MNL_CB_ERROR;
	in_state[kernel_state(answer->idiag_state)]++;
	return MNL_CB_OK;
}

/* All sockets of a local port; of all ports, if that is 0. */
static int dump(struct mnl_socket *diag, int family, uint16_t port, mnl_cb_t on_socket, void *data)
{
	char buf[32768]; /* what the kernel fills at a time in a dump */
	unsigned int sequence;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req = ask_for(nlh, family, &sequence);
	int more = MNL_CB_OK;

	nlh->nlmsg_flags |= NLM_F_DUMP;
	req->id.idiag_sport = htons(port);
	if (mnl_socket_sendto(diag, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(diag, buf, sizeof(buf));

		if (length < 0)
			return -errno;
		more = mnl_cb_run(buf, (size_t)length, sequence, mnl_socket_get_portid(diag),
				  on_socket, data);
	}
	return more < 0 ? -errno : 0;
}

int sock_diag_count(struct mnl_socket *diag, int family, uint16_t port, uint32_t in_state[ST_COUNT])
{
	memset(in_state, 0, ST_COUNT * sizeof(in_state[0]));
	return dump(diag, family, port, on_counted, in_state);
}

/* A socket of IPv6 can have a connection of IPv4: its addresses then are mapped ones. */
static struct endpoint endpoint_of(int family, const __be32 addr[4], __be16 port)
{
	struct endpoint endpoint = { .family = family == AF_INET6 ? 6 : 4, .port = ntohs(port) };

	memcpy(endpoint.addr, addr, family == AF_INET6 ? 16 : 4);
	return endpoint_unmapped(&endpoint);
}

/* idiag_timer, in the words of ss(8). */
static const char *timer_name(uint8_t timer)
{
	static const char *const names[] = { NULL, "on", "keepalive", "timewait", "persist" };

	return timer < sizeof(names) / sizeof(names[0]) ? names[timer] : "unknown";
}

struct visitor {
	table_row_fn *visit;
	void *context;
};

static int on_visited(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *answer = mnl_nlmsg_get_payload(nlh);
	const struct visitor *visitor = data;
	struct table_row row;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer))
		return MNL_CB_ERROR;
	row = (struct table_row){
		.state = kernel_state(answer->idiag_state),
		.local = endpoint_of(answer->idiag_family, answer->id.idiag_src,
				     answer->id.idiag_sport),
		.remote = endpoint_of(answer->idiag_family, answer->id.idiag_dst,
				      answer->id.idiag_dport),
		.recv_q = answer->idiag_rqueue,
		.send_q = answer->idiag_wqueue,
		.timer = timer_name(answer->idiag_timer),
		.timer_ms = answer->idiag_expires,
		.expired = answer->idiag_retrans,
	};
	visitor->visit(visitor->context, &row);
	return MNL_CB_OK;
}

int sock_diag_visit(struct mnl_socket *diag, table_row_fn *visit, void *context)
{
	struct visitor visitor = { visit, context };
	int err = dump(diag, 4, 0, on_visited, &visitor);

	return err < 0 ? err : dump(diag, 6, 0, on_visited, &visitor);
}
