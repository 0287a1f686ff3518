/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other hosts of an Ethernet segment, in the place of the kernel's end: what they are is not known, nor
 * their connections' states, and no application of the lab's is there. So this end has no connections, and
 * nobody calls its stack.
 */
#include <errno.h>
#include <stdlib.h>

#include "end/end.h"

static void others_dispose(struct end *end)
{
	(void)end;
}

static const struct end_ops others_ops = {
	.who = WHO_OTHERS,
	.conn_size = sizeof(struct conn),
	.dispose = others_dispose,
};

int others_end_open(struct end **end, struct lab *lab, struct why *why)
{
	*end = calloc(1, sizeof(**end));
	if (*end == NULL)
		return why_set(why, ENOMEM, "out of memory for the other hosts' end");
	(*end)->ops = &others_ops;
	(*end)->lab = lab;
	(*end)->address = lab->kernel;
	return 0;
}
