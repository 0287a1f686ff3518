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

/** @return the state of this name, in either case; -EINVAL: there is none */
int state_parse(const char *name);

/** What makes a transition. */
enum trigger {
	BY_CALL = 1 << 0,    /**< a user call other than ABORT: OPEN, SEND, CLOSE (3.10) */
	BY_ABORT = 1 << 1,   /**< ABORT (3.10.5) */
	BY_SEGMENT = 1 << 2, /**< a segment without RST of the same connection */
	BY_SYN = 1 << 3,     /**< a SYN between the same endpoints: a new connection's */
	BY_RST = 1 << 4,     /**< a segment with RST of the same connection */
	BY_TIMEOUT = 1 << 5, /**< one of the stack's timers */
};

/** An edge of the state diagram. */
struct edge {
	enum state from, to;
	unsigned int by;   /**< a sum of enum trigger: what can make this transition */
	const char *event; /**< the same in the words of the RFC */
	const char *rfc;   /**< where in RFC 9293 */
};

/**
 * Every edge of RFC 9293's Figure 5, and those of its text that the figure leaves out: RST, ABORT,
 * time-outs. Where several things lead from one state to another and do not mean the same (an
 * acknowledged FIN, a reset), they are several edges. from == to ends the table.
 */
extern const struct edge state_edges[];

/** @return the diagram's first edge between two states; NULL if there is none */
const struct edge *state_edge(enum state from, enum state to);

/** @return the one that this makes; NULL if there is none, whatever else leads there */
const struct edge *state_edge_by(enum state from, enum state to, enum trigger by);

#endif
