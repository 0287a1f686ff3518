/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/settle.h"

/* Retransmissions back off: a lost FIN or two are made up for in that time. */
#define TEARDOWN_S 90
/* lwIP's longest time-out that ends a connection by itself: 12 retransmissions of data. */
#define LWIP_GIVES_UP_MS   600000
#define KERNEL_TIME_WAIT_S 75

static void close_all(struct end *end)
{
	for (struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		if (!conn->released && (!conn->passive || conn->accepted))
			conn_close(conn);
}

static bool all_closed(const struct end *end, bool or_in_time_wait)
{
	for (const struct conn *conn = end->conns; conn != NULL; conn = conn->next)
		if (conn->state != ST_CLOSED && !(or_in_time_wait && conn->state == ST_TIME_WAIT))
			return false;
	return true;
}

struct ends {
	const struct end *lwip, *kernel;
};

/* Nobody will send any more, but for an answer. */
static bool is_quiet(void *context)
{
	const struct ends *ends = context;

	return all_closed(ends->lwip, true) && all_closed(ends->kernel, true);
}

static bool lwip_is_closed(void *context)
{
	return all_closed(((const struct ends *)context)->lwip, false);
}

static bool kernel_is_closed(void *context)
{
	return all_closed(((const struct ends *)context)->kernel, false);
}

void settle(struct end *lwip, struct end *kernel)
{
	struct ends ends = { lwip, kernel };

	close_all(lwip);
	close_all(kernel);
	lab_wait_long(lwip->lab, is_quiet, &ends, TEARDOWN_S, "both ends' closing");
	if (!lwip_is_closed(&ends))
		lab_warp_until(lwip->lab, LWIP_GIVES_UP_MS, lwip_is_closed, &ends);
	lab_wait_long(kernel->lab, kernel_is_closed, &ends, KERNEL_TIME_WAIT_S, "2MSL");
}
