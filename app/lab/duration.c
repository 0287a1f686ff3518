/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

const char *decimal_parse(const char *text, uint64_t *millionths)
{
	uint64_t number = 0;
	int digits = 0, places = 6;

	for (; isdigit((unsigned char)*text); text++, digits++)
		number = number * 10 + (uint64_t)(*text - '0');
	if (digits == 0 || digits > 6)
		return NULL;
	if (*text == '.') {
		for (text++; isdigit((unsigned char)*text) && places > 0; text++, places--)
			number = number * 10 + (uint64_t)(*text - '0');
		if (places == 6)
			return NULL;
	}
	while (places-- > 0)
		number *= 10;
	*millionths = number;
	return text;
}

int duration_parse(const char *text, uint64_t min_ms, uint64_t *ns, struct why *why)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 } };
	uint64_t millionths;
	const char *unit = decimal_parse(text, &millionths);

	for (size_t i = 0; unit != NULL && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		*ns = millionths * units[i].ms; /* a millionth of a ms is a ns */
		if (*ns % 1000000 != 0 || *ns < min_ms * 1000000 || *ns > DURATION_MAX_NS)
			return why_set(why, EINVAL,
				       "'%s' is no time in whole ms, from %d ms to 24 h", text,
				       (int)min_ms);
		return 0;
	}
	return why_set(why, EINVAL, "'%s' is no time; times are as 300ms, 1.5s, 2min and 1h", text);
}
