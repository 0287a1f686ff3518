/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/state.h"

#include <stddef.h>

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

#define FIGURE_5 "3.3.2, Figure 5"
#define RESET    "3.10.7.4, second: RST; 3.10.5: ABORT; 3.8.3: time-out"

const struct edge state_edges[] = {
	{ ST_CLOSED, ST_LISTEN, "passive OPEN", FIGURE_5 },
	{ ST_CLOSED, ST_SYN_SENT, "active OPEN, send SYN", FIGURE_5 },
	{ ST_LISTEN, ST_CLOSED, "CLOSE", FIGURE_5 },
	{ ST_LISTEN, ST_SYN_RCVD, "receive SYN, send SYN,ACK", FIGURE_5 },
	{ ST_LISTEN, ST_SYN_SENT, "SEND, send SYN", FIGURE_5 },
	{ ST_SYN_SENT, ST_CLOSED, "CLOSE, RST or time-out", FIGURE_5 },
	{ ST_SYN_SENT, ST_SYN_RCVD, "receive SYN, send SYN,ACK", FIGURE_5 },
	{ ST_SYN_SENT, ST_ESTABLISHED, "receive SYN,ACK, send ACK", FIGURE_5 },
	{ ST_SYN_RCVD, ST_ESTABLISHED, "receive ACK of SYN", FIGURE_5 },
	{ ST_SYN_RCVD, ST_FIN_WAIT_1, "CLOSE, send FIN", FIGURE_5 },
	{ ST_SYN_RCVD, ST_LISTEN, "receive RST", FIGURE_5 ", Note 1" },
	{ ST_ESTABLISHED, ST_FIN_WAIT_1, "CLOSE, send FIN", FIGURE_5 },
	{ ST_ESTABLISHED, ST_CLOSE_WAIT, "receive FIN, send ACK", FIGURE_5 },
	{ ST_FIN_WAIT_1, ST_FIN_WAIT_2, "receive ACK of FIN", FIGURE_5 },
	{ ST_FIN_WAIT_1, ST_CLOSING, "receive FIN, send ACK", FIGURE_5 },
	{ ST_FIN_WAIT_1, ST_TIME_WAIT, "receive FIN and ACK of FIN, send ACK",
	  FIGURE_5 ", Note 2" },
	{ ST_FIN_WAIT_2, ST_TIME_WAIT, "receive FIN, send ACK", FIGURE_5 },
	{ ST_CLOSE_WAIT, ST_LAST_ACK, "CLOSE, send FIN", FIGURE_5 },
	{ ST_CLOSING, ST_TIME_WAIT, "receive ACK of FIN", FIGURE_5 },
	{ ST_LAST_ACK, ST_CLOSED, "receive ACK of FIN, or time-out", FIGURE_5 },
	{ ST_TIME_WAIT, ST_CLOSED, "2MSL time-out", FIGURE_5 },
	/* Not drawn in Figure 5, but in the text. */
	{ ST_SYN_RCVD, ST_CLOSE_WAIT, "receive FIN, send ACK", "3.10.7.4, eighth: FIN" },
	{ ST_SYN_RCVD, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_ESTABLISHED, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_FIN_WAIT_1, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_FIN_WAIT_2, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_CLOSE_WAIT, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_CLOSING, ST_CLOSED, "RST, ABORT or time-out", RESET },
	{ ST_CLOSED, ST_CLOSED, NULL, NULL },
};

const struct edge *state_edge(enum state from, enum state to)
{
	for (const struct edge *edge = state_edges; edge->from != edge->to; edge++)
		if (edge->from == from && edge->to == to)
			return edge;
	return NULL;
}
