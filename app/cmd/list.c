/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "cmd/cmd.h"
#include "scenarios/scenario.h"

int cmd_list(int argc, char **argv)
{
	if (argc > 1) {
		fprintf(stderr, "tcplab list: takes no arguments, not '%s'\n", argv[1]);
		return EXIT_TROUBLE;
	}
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		char name[SCENARIO_STRLEN], first[SCENARIO_STRLEN], second[SCENARIO_STRLEN];

		printf("%-20s %s (%s)\n", scenario_name(s->name, '-', name), s->title, s->rfc);
		printf("%-20s %s %s %s: %s\n", "", scenario_name(s->role[0], ' ', first),
		       s->against == RAW ? "against raw" : "and",
		       scenario_name(s->role[1], ' ', second),
		       s->only == LWIP_ONLY     ? "lwip"
		       : s->only == KERNEL_ONLY ? "kernel"
						: "lwip, kernel");
	}
	return EXIT_HOLDS;
}
