/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which edges of the state diagram the scenarios walk, on which stack. An edge that none walks is
 * unreachable when a scenario has tried and shown why not; else it is missing.
 */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/suite.h"
#include "cmd/suite_report.h"

/* What is known of an edge at an end, and by which experiment first. */
static const char *account(const struct suite *suite, enum who who, size_t edge, char text[80])
{
	for (int i = 0; i < suite->count; i++) {
		if (suite->results[i].walked[who] >> edge & 1) {
			snprintf(text, 80, "%s", suite->experiments[i].name);
			return text;
		}
	}
	for (int i = 0; i < suite->count; i++) {
		if (suite->results[i].unreachable[who] >> edge & 1) {
			snprintf(text, 80, "unreachable: %s", suite->experiments[i].name);
			return text;
		}
	}
	return "missing";
}

/* An edge that one scenario walks and another calls unreachable: one of them is wrong. */
static bool contradicts(const struct suite *suite, enum who who)
{
	uint64_t walked = 0, unreachable = 0;

	for (int i = 0; i < suite->count; i++) {
		walked |= suite->results[i].walked[who];
		unreachable |= suite->results[i].unreachable[who];
	}
	if ((walked & unreachable) != 0)
		printf("%s walks an edge that a scenario calls unreachable\n", who_name(who));
	return (walked & unreachable) != 0;
}

static void print_table(const struct suite *suite)
{
	char lwip[80], kernel[80];

	printf("%-28s %-42s %-42s %s\n", "edge", "walked on lwip by", "walked on the kernel by",
	       "event (RFC 9293)");
	for (size_t i = 0; state_edges[i].from != state_edges[i].to; i++) {
		const struct edge *edge = &state_edges[i];

		printf("%-11s → %-14s %-42s %-42s %s (%s)\n", state_name(edge->from),
		       state_name(edge->to), account(suite, WHO_LWIP, i, lwip),
		       account(suite, WHO_KERNEL, i, kernel), edge->event, edge->rfc);
	}
}

int cmd_coverage(int argc, char **argv)
{
	struct suite suite = { .quiet = true };
	struct why why;
	int status, err;

	/* Without those that wait for the kernel's timers, the table would call missing what is not. */
	err = run_options_parse(&suite.options, argc, argv, &why);
	suite.options.slow = true;
	if (err < 0 || suite_select(&suite, &why) < 0 ||
	    suite_report_prepare(&suite, argc, argv, &why) < 0) {
		run_options_complain("coverage", &why);
		suite_free(&suite);
		return EXIT_TROUBLE;
	}
	status = suite_run(&suite);
	if (contradicts(&suite, WHO_LWIP) || contradicts(&suite, WHO_KERNEL))
		status = EXIT_FAILS;
	if (status != EXIT_TROUBLE) {
		print_table(&suite);
		putchar('\n');
		suite_print_coverage(&suite);
	}
	suite_free(&suite);
	return status;
}
