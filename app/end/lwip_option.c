/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/lwip_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/tcp.h"

static void set_nodelay(struct tcp_pcb *pcb, uint32_t value)
{
	if (value)
		tcp_nagle_disable(pcb);
	else
		tcp_nagle_enable(pcb);
}

static void set_keepalive(struct tcp_pcb *pcb, uint32_t value)
{
	if (value)
		ip_set_option(pcb, SOF_KEEPALIVE);
	else
		ip_reset_option(pcb, SOF_KEEPALIVE);
}

static void set_keep_idle(struct tcp_pcb *pcb, uint32_t value)
{
	pcb->keep_idle = value;
}

static void set_keep_intvl(struct tcp_pcb *pcb, uint32_t value)
{
	pcb->keep_intvl = value;
}

static void set_keep_cnt(struct tcp_pcb *pcb, uint32_t value)
{
	pcb->keep_cnt = value;
}

static void set_ttl(struct tcp_pcb *pcb, uint32_t value)
{
	pcb->ttl = (u8_t)value;
}

static void set_tos(struct tcp_pcb *pcb, uint32_t value)
{
	pcb->tos = (u8_t)value;
}

static void set_prio(struct tcp_pcb *pcb, uint32_t value)
{
	tcp_setprio(pcb, (u8_t)value);
}

static const struct {
	const char *name;
	void (*apply)(struct tcp_pcb *pcb, uint32_t value);
	uint32_t min, max;
} kinds[] = {
	{ "nodelay", set_nodelay, 0, 1 },
	{ "keepalive", set_keepalive, 0, 1 },
	{ "keep_idle", set_keep_idle, 1, UINT32_MAX },
	{ "keep_intvl", set_keep_intvl, 1, UINT32_MAX },
	{ "keep_cnt", set_keep_cnt, 1, UINT32_MAX },
	{ "ttl", set_ttl, 1, UINT8_MAX },
	{ "tos", set_tos, 0, UINT8_MAX },
	{ "prio", set_prio, TCP_PRIO_MIN, TCP_PRIO_MAX },
};

int lwip_option_parse(const char *text, struct lwip_option *option, struct why *why)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] == '=' ? text + length + 1 : "";
	unsigned long long number;
	char *end;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) != length || strncmp(kinds[i].name, text, length) != 0)
			continue;
		errno = 0;
		number = strtoull(value, &end, 10);
		if (errno != 0 || end == value || *end != '\0' || *value == '-' ||
		    number < kinds[i].min || number > kinds[i].max)
			return why_set(why, EINVAL,
				       "lwIP's %s takes a whole number from %u to %u, not '%s'",
				       kinds[i].name, kinds[i].min, kinds[i].max, value);
		option->apply = kinds[i].apply;
		option->value = (uint32_t)number;
		return 0;
	}
	return why_set(why, EINVAL,
		       "lwIP has no setting '%.*s' for a connection; there are " LWIP_OPTION_NAMES,
		       (int)length, text);
}
