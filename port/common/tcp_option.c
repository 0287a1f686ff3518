/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/tcp_option.h"

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

static const struct tcp_option options[] = {
	{ "nodelay", set_nodelay, 0, 1 },
	{ "keepalive", set_keepalive, 0, 1 },
	{ "keep_idle", set_keep_idle, 1, UINT32_MAX },
	{ "keep_intvl", set_keep_intvl, 1, UINT32_MAX },
	{ "keep_cnt", set_keep_cnt, 1, UINT32_MAX },
	{ "ttl", set_ttl, 1, UINT8_MAX },
	{ "tos", set_tos, 0, UINT8_MAX },
	{ "prio", set_prio, TCP_PRIO_MIN, TCP_PRIO_MAX },
};

const struct tcp_option *tcp_option_find(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0)
			return &options[i];
	return NULL;
}
