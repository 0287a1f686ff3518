/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's own word on a connection, by exact four-tuple (sock_diag(7)). Alone it sees
 * SYN_RCVD before the handshake is complete, and TIME_WAIT.
 */
#ifndef APP_END_SOCK_DIAG_H
#define APP_END_SOCK_DIAG_H

#include "lab/why.h"
#include "tcp/segment.h"
#include "tcp/state.h"

struct mnl_socket;

/** @return 0; a negative errno with the reason in why */
int sock_diag_open(struct mnl_socket **diag, struct why *why);
void sock_diag_close(struct mnl_socket *diag);

/**
 * @param remote  with port 0: asks for the listener at local
 * @return the state (an enum state); ST_CLOSED when the kernel knows no such connection;
 *         a negative errno when it did not answer
 */
int sock_diag_state(struct mnl_socket *diag, const struct endpoint *local,
		    const struct endpoint *remote);

/**
 * Counts the connections of a port by their state: all of the namespace's that are there now, half-open
 * ones (requests) included.
 *
 * @param family    4 or 6
 * @param port      the local one, host order
 * @param in_state  receives the counts
 * @return 0; a negative errno when the kernel did not answer
 */
int sock_diag_count(struct mnl_socket *diag, int family, uint16_t port,
		    uint32_t in_state[ST_COUNT]);

/** A connection that the kernel has, or a listener: its remote port is 0. */
struct sock_diag_entry {
	struct endpoint local, remote; /**< of a socket of IPv6 that speaks IPv4: IPv4's */
	enum state state;
};

/**
 * All connections of the namespace, listeners and requests included; not in one moment, but
 * while they may change.
 *
 * @param family  4 or 6: of the sockets
 * @return 0; a negative errno when the kernel did not answer
 */
int sock_diag_dump(struct mnl_socket *diag, int family,
		   void (*fn)(void *context, const struct sock_diag_entry *entry), void *context);

/** @return RFC 9293's name for a state of the kernel (include/net/tcp_states.h) */
enum state kernel_state(int kernel);

#endif
