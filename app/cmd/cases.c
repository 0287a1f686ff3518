/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/cases.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "--drop" for its value, "--seed" for "--seed={1..5}", "name" for one of the names. */
static void name_parameter(struct case_parameter *parameter, char **argv)
{
	const char *word = argv[parameter->at];
	const char *before = argv[parameter->at - 1];
	size_t length = strcspn(word, "={");

	if (strncmp(word, "--", 2) == 0)
		snprintf(parameter->name, sizeof(parameter->name), "%.*s", (int)length, word);
	else if (parameter->at > 1 && before[0] == '-' && strchr(before, '=') == NULL)
		snprintf(parameter->name, sizeof(parameter->name), "%s", before);
	else
		snprintf(parameter->name, sizeof(parameter->name), "name");
}

int cases_find(struct cases *cases, int argc, char **argv, struct why *why)
{
	*cases = (struct cases){ .argc = argc, .argv = argv, .count = 1 };
	for (int i = 1; i < argc; i++) {
		struct case_parameter parameter = { .at = i };
		int found = range_parse(argv[i], &parameter.range, why);

		if (found < 0)
			return found;
		if (found == 0)
			continue;
		if (cases->parameter_count == CASES_PARAMETERS) {
			range_free(&parameter.range);
			return why_set(why, EINVAL,
				       "'%s' is one range too many: a sweep has one or two",
				       argv[i]);
		}
		name_parameter(&parameter, argv);
		cases->parameters[cases->parameter_count++] = parameter;
		cases->count *= parameter.range.count;
	}
	if (cases->count > CASES_MAX)
		return why_set(why, EINVAL, "these are %d cases: %d at most", cases->count,
			       CASES_MAX);
	return 0;
}

char **cases_argv(const struct cases *cases, int number, int value[CASES_PARAMETERS])
{
	char **argv = calloc((size_t)cases->argc + 1, sizeof(*argv));

	if (argv == NULL)
		return NULL;
	memcpy(argv, cases->argv, (size_t)cases->argc * sizeof(*argv));
	for (int i = cases->parameter_count - 1; i >= 0; i--) {
		const struct range *range = &cases->parameters[i].range;

		value[i] = number % range->count;
		argv[cases->parameters[i].at] = range->words[value[i]];
		number /= range->count;
	}
	return argv;
}

void cases_free(struct cases *cases)
{
	for (int i = 0; i < cases->parameter_count; i++)
		range_free(&cases->parameters[i].range);
	cases->parameter_count = 0;
}
