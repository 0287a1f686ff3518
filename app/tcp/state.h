/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The eleven states of a TCP connection (RFC 9293, 3.3.2).
 */
#ifndef APP_TCP_STATE_H
#define APP_TCP_STATE_H

/* Prefixed, because both lwIP and Linux have an enum with some of the bare names. */
enum state {
	ST_CLOSED,
	ST_LISTEN,
	ST_SYN_SENT,
	ST_SYN_RCVD,
	ST_ESTABLISHED,
	ST_FIN_WAIT_1,
	ST_FIN_WAIT_2,
	ST_CLOSE_WAIT,
	ST_CLOSING,
	ST_LAST_ACK,
	ST_TIME_WAIT,
	ST_COUNT
};

/** @return the state's name in RFC 9293, with underscores, as "FIN_WAIT_1"; never NULL */
const char *state_name(enum state state);

/** An edge of the state diagram. */
struct edge {
	enum state from, to;
	const char *event; /**< what makes the transition, in the words of the RFC */
	const char *rfc;   /**< where in RFC 9293 */
};

/** Every edge of RFC 9293's Figure 5, and those of RST, ABORT and time-outs; from == to ends it. */
extern const struct edge state_edges[];

/** @return the diagram's edge between two states; NULL if there is none */
const struct edge *state_edge(enum state from, enum state to);

#endif
