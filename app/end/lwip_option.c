/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/lwip_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lwip_option_parse(const char *text, struct lwip_option *option, struct why *why)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] == '=' ? text + length + 1 : "";
	const struct tcp_option *kind = tcp_option_find(text, length);
	unsigned long long number;
	char *end;

	if (kind == NULL)
		return why_set(
			why, EINVAL,
			"lwIP has no setting '%.*s' for a connection; there are " TCP_OPTION_NAMES,
			(int)length, text);
	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || *value == '-' || number < kind->min ||
	    number > kind->max)
		return why_set(why, EINVAL,
			       "lwIP's %s takes a whole number from %u to %u, not '%s'", kind->name,
			       kind->min, kind->max, value);
	option->kind = kind;
	option->value = (uint32_t)number;
	return 0;
}
