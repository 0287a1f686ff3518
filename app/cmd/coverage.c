/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which edges of the state diagram the scenarios walk, on which stack. An edge that none walks is
 * missing: the scenarios have something to add, or the stack cannot do it.
 */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/suite.h"

/* The first experiment that walks an edge at an end; NULL: none does. */
static const char *walker(const struct suite *suite, enum who who, size_t edge)
{
	for (int i = 0; i < suite->count; i++)
		if (suite->results[i].walked[who] & UINT64_C(1) << edge)
			return suite->experiments[i].name;
	return NULL;
}

static void print_table(const struct suite *suite)
{
	printf("%-28s %-30s %-30s %s\n", "edge", "walked on lwip by", "walked on the kernel by",
	       "event (RFC 9293)");
	for (size_t i = 0; state_edges[i].from != state_edges[i].to; i++) {
		const struct edge *edge = &state_edges[i];
		const char *lwip = walker(suite, WHO_LWIP, i),
			   *kernel = walker(suite, WHO_KERNEL, i);

		printf("%-11s → %-14s %-30s %-30s %s (%s)\n", state_name(edge->from),
		       state_name(edge->to), lwip != NULL ? lwip : "missing",
		       kernel != NULL ? kernel : "missing", edge->event, edge->rfc);
	}
}

int cmd_coverage(int argc, char **argv)
{
	struct suite suite = { .quiet = true };
	struct why why;
	int status;

	if (run_options_parse(&suite.options, argc, argv, &why) < 0 ||
	    suite_select(&suite, &why) < 0) {
		fprintf(stderr, "tcplab coverage: %s; see 'tcplab help run'\n", why.text);
		suite_free(&suite);
		return EXIT_TROUBLE;
	}
	status = suite_run(&suite);
	if (status != EXIT_TROUBLE) {
		print_table(&suite);
		putchar('\n');
		suite_print_coverage(&suite);
	}
	suite_free(&suite);
	return status;
}
