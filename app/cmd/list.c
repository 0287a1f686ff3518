/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/experiment.h"

static void print_experiment(const struct experiment *experiment)
{
	const struct scenario *scenario = experiment->scenario;
	char first[SCENARIO_STRLEN], second[SCENARIO_STRLEN];

	printf("    %-29s %s %s, %s %s", experiment->name,
	       scenario_name(scenario->role[0], ' ', first), who_name(experiment->role[0]),
	       scenario_name(scenario->role[1], ' ', second), who_name(experiment->role[1]));
	if (experiment_slow(experiment) > 0)
		printf("; slow: %u s", experiment_slow(experiment));
	putchar('\n');
}

static void print_scenario(const struct scenario *scenario)
{
	struct experiment experiment;
	char name[SCENARIO_STRLEN];

	printf("  %-31s %s (%s)\n", scenario_name(scenario->name, '-', name), scenario->title,
	       scenario->rfc);
	for (enum who first = WHO_LWIP; first <= WHO_KERNEL; first++)
		if (experiment_init(&experiment, scenario, first))
			print_experiment(&experiment);
}

int cmd_list(int argc, char **argv)
{
	char theme[SCENARIO_STRLEN] = "", text[SCENARIO_STRLEN];

	if (argc > 1) {
		fprintf(stderr, "tcplab list: takes no arguments, not '%s'\n", argv[1]);
		return EXIT_TROUBLE;
	}
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		if (strcmp(scenario_theme(s), theme) != 0) {
			snprintf(theme, sizeof(theme), "%s", scenario_theme(s));
			printf("%s\n", scenario_name(theme, ' ', text));
		}
		print_scenario(s);
	}
	return EXIT_HOLDS;
}
