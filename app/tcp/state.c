/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/state.h"

#include <errno.h>
#include <stddef.h>
#include <strings.h>

static const char *const names[] = {
	[ST_CLOSED] = "CLOSED",           [ST_LISTEN] = "LISTEN",
	[ST_SYN_SENT] = "SYN_SENT",       [ST_SYN_RCVD] = "SYN_RCVD",
	[ST_ESTABLISHED] = "ESTABLISHED", [ST_FIN_WAIT_1] = "FIN_WAIT_1",
	[ST_FIN_WAIT_2] = "FIN_WAIT_2",   [ST_CLOSE_WAIT] = "CLOSE_WAIT",
	[ST_CLOSING] = "CLOSING",         [ST_LAST_ACK] = "LAST_ACK",
	[ST_TIME_WAIT] = "TIME_WAIT",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == ST_COUNT, "a state has no name");

const char *state_name(enum state state)
{
	return state < ST_COUNT ? names[state] : "?";
}

int state_parse(const char *name)
{
	for (int state = 0; state < ST_COUNT; state++)
		if (strcasecmp(names[state], name) == 0)
			return state;
	return -EINVAL;
}

#define FIGURE_5 "3.3.2, Figure 5"
#define RST      "3.10.7.4, second: RST"
#define ABORT    "3.10.5: ABORT"
#define TIMEOUT  "3.8.3, 3.8.4, 3.9.1: time-out"

/* What ends a connection in a state, whatever the figure says. */
#define CAN_BREAK_OFF(state, by_abort)                            \
	{ state, ST_CLOSED, by_abort, "ABORT", ABORT },           \
		{ state, ST_CLOSED, BY_RST, "receive RST", RST }, \
	{                                                         \
		state, ST_CLOSED, BY_TIMEOUT, "time-out", TIMEOUT \
	}
/* A CLOSE with data that nobody has read is an ABORT (3.6.1). */
#define ABORTING (BY_ABORT | BY_CALL)

const struct edge state_edges[] = {
	{ ST_CLOSED, ST_LISTEN, BY_CALL, "passive OPEN", FIGURE_5 },
	{ ST_CLOSED, ST_SYN_SENT, BY_CALL, "active OPEN, send SYN", FIGURE_5 },
	{ ST_LISTEN, ST_CLOSED, BY_CALL | BY_ABORT, "CLOSE", FIGURE_5 },
	{ ST_LISTEN, ST_SYN_RCVD, BY_SEGMENT | BY_SYN, "receive SYN, send SYN,ACK", FIGURE_5 },
	{ ST_LISTEN, ST_SYN_SENT, BY_CALL, "SEND, send SYN", FIGURE_5 },
	{ ST_SYN_SENT, ST_CLOSED, BY_CALL | BY_ABORT, "CLOSE", FIGURE_5 },
	{ ST_SYN_SENT, ST_CLOSED, BY_RST, "receive RST", "3.10.7.3, second: RST" },
	{ ST_SYN_SENT, ST_CLOSED, BY_TIMEOUT, "time-out", TIMEOUT },
	{ ST_SYN_SENT, ST_SYN_RCVD, BY_SEGMENT | BY_SYN, "receive SYN, send SYN,ACK", FIGURE_5 },
	{ ST_SYN_SENT, ST_ESTABLISHED, BY_SEGMENT, "receive SYN,ACK, send ACK", FIGURE_5 },
	{ ST_SYN_RCVD, ST_ESTABLISHED, BY_SEGMENT, "receive ACK of SYN", FIGURE_5 },
	{ ST_SYN_RCVD, ST_FIN_WAIT_1, BY_CALL, "CLOSE, send FIN", FIGURE_5 },
	{ ST_SYN_RCVD, ST_LISTEN, BY_RST, "receive RST", FIGURE_5 ", Note 1" },
	{ ST_SYN_RCVD, ST_CLOSE_WAIT, BY_SEGMENT, "receive FIN, send ACK", "3.10.7.4, eighth" },
	CAN_BREAK_OFF(ST_SYN_RCVD, BY_ABORT),
	{ ST_ESTABLISHED, ST_FIN_WAIT_1, BY_CALL | BY_TIMEOUT, "CLOSE, send FIN", FIGURE_5 },
	{ ST_ESTABLISHED, ST_CLOSE_WAIT, BY_SEGMENT, "receive FIN, send ACK", FIGURE_5 },
	CAN_BREAK_OFF(ST_ESTABLISHED, ABORTING),
	{ ST_FIN_WAIT_1, ST_FIN_WAIT_2, BY_SEGMENT, "receive ACK of FIN", FIGURE_5 },
	{ ST_FIN_WAIT_1, ST_CLOSING, BY_SEGMENT, "receive FIN, send ACK", FIGURE_5 },
	{ ST_FIN_WAIT_1, ST_TIME_WAIT, BY_SEGMENT, "receive FIN and ACK of FIN, send ACK",
	  FIGURE_5 ", Note 2" },
	CAN_BREAK_OFF(ST_FIN_WAIT_1, ABORTING),
	{ ST_FIN_WAIT_2, ST_TIME_WAIT, BY_SEGMENT, "receive FIN, send ACK", FIGURE_5 },
	CAN_BREAK_OFF(ST_FIN_WAIT_2, ABORTING),
	{ ST_CLOSE_WAIT, ST_LAST_ACK, BY_CALL | BY_TIMEOUT, "CLOSE, send FIN", FIGURE_5 },
	CAN_BREAK_OFF(ST_CLOSE_WAIT, ABORTING),
	{ ST_CLOSING, ST_TIME_WAIT, BY_SEGMENT, "receive ACK of FIN", FIGURE_5 },
	CAN_BREAK_OFF(ST_CLOSING, BY_ABORT),
	{ ST_LAST_ACK, ST_CLOSED, BY_SEGMENT, "receive ACK of FIN", FIGURE_5 },
	CAN_BREAK_OFF(ST_LAST_ACK, BY_ABORT),
	{ ST_TIME_WAIT, ST_CLOSED, BY_TIMEOUT, "2MSL time-out", FIGURE_5 },
	{ ST_TIME_WAIT, ST_CLOSED, BY_ABORT, "ABORT", ABORT },
	{ ST_TIME_WAIT, ST_CLOSED, BY_RST, "receive RST", RST },
	{ ST_TIME_WAIT, ST_CLOSED, BY_SYN, "receive SYN of a new connection", "3.6.1, MAY-2" },
	{ ST_CLOSED, ST_CLOSED, 0, NULL, NULL },
};

const struct edge *state_edge(enum state from, enum state to)
{
	for (const struct edge *edge = state_edges; edge->from != edge->to; edge++)
		if (edge->from == from && edge->to == to)
			return edge;
	return NULL;
}

const struct edge *state_edge_by(enum state from, enum state to, enum trigger by)
{
	for (const struct edge *edge = state_edges; edge->from != edge->to; edge++)
		if (edge->from == from && edge->to == to && edge->by & (unsigned int)by)
			return edge;
	return NULL;
}
