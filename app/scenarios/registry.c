/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "scenarios/scenario.h"

static struct scenario *first;

const char *scenario_theme(const struct scenario *scenario)
{
	static char theme[SCENARIO_STRLEN];
	const char *slash = strrchr(scenario->file, '/');
	const char *file = slash == NULL ? scenario->file : slash + 1;

	snprintf(theme, sizeof(theme), "%.*s", (int)strcspn(file, "."), file);
	return theme;
}

/* The themes in the order of a connection's life. A theme that is not here comes last. */
static size_t rank(const struct scenario *scenario)
{
	static const char *const themes[] = { "open",  "established", "close",     "reset",
					      "abort", "time_wait",   "keepalive", "timeout",
					      "flood", "errno" };
	size_t i = 0;

	while (i < sizeof(themes) / sizeof(themes[0]) &&
	       strcmp(themes[i], scenario_theme(scenario)) != 0)
		i++;
	return i;
}

/* Within a file, constructors run in the order in which they stand there. */
void scenario_register(struct scenario *scenario)
{
	struct scenario **at = &first;

	while (*at != NULL && rank(*at) <= rank(scenario))
		at = &(*at)->next;
	scenario->next = *at;
	*at = scenario;
}

const struct scenario *scenario_first(void)
{
	return first;
}

const char *scenario_name(const char *identifier, char separator, char text[SCENARIO_STRLEN])
{
	snprintf(text, SCENARIO_STRLEN, "%s", identifier);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '_')
			*c = separator;
	return text;
}
