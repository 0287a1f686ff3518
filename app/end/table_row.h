/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A row of a stack's table of connections, in the columns in which ss(8) shows the kernel's sockets.
 */
#ifndef APP_END_TABLE_ROW_H
#define APP_END_TABLE_ROW_H

#include <stdint.h>

#include "tcp/segment.h"
#include "tcp/state.h"

struct table_row {
	enum state state;
	struct endpoint local, remote; /**< of a listener, remote is zero but for its family */
	uint32_t
		recv_q; /**< bytes that the application has not taken; of a listener, connections */
	uint32_t
		send_q; /**< bytes that the other side has not acknowledged; of a listener, its backlog */
	const char *timer;    /**< the one that will do something next, as in ss(8); NULL: none */
	uint32_t timer_ms;    /**< until then */
	unsigned int expired; /**< how often it has expired */
};

typedef void table_row_fn(void *context, const struct table_row *row);

#endif
