/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's own word on a connection, by exact four-tuple (sock_diag(7)). Alone it sees
 * SYN_RCVD before the handshake is complete, and TIME_WAIT.
 */
#ifndef APP_END_SOCK_DIAG_H
#define APP_END_SOCK_DIAG_H

#include "end/table_row.h"
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

/**
 * Visits the TCP sockets of the namespace: listeners, connections, half-open ones, those in TIME_WAIT. A listener
 * at all addresses of both families comes once, with IPv6's.
 *
 * @return 0; a negative errno when the kernel did not answer
 */
int sock_diag_visit(struct mnl_socket *diag, table_row_fn *visit, void *context);

/** @return RFC 9293's name for a state of the kernel (include/net/tcp_states.h) */
enum state kernel_state(int kernel);

#endif
