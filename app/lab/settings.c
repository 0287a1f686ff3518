/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/settings.h"

#include <stdio.h>
#include <string.h>

#include "lab/pools.h"
#include "lwip/init.h"
#include "lwip/opt.h"
#include "lwip/priv/tcp_priv.h" /* TCP_MSL, the timers' intervals: lwIP names them nowhere else */

/* Those that the lab sets in lab_open() come first. */
const struct parameter settings_parameters[SETTINGS_COUNT] = {
	{ "net/ipv4/tcp_early_retrans", "tail loss probes; off, see docs/design.md" },
	{ "net/ipv4/tcp_invalid_ratelimit", "ms between answers out of the window; no limit" },
	{ "net/ipv4/tcp_congestion_control", "as it comes; the lab asks for its own per socket" },
	{ "net/ipv4/tcp_syn_retries", "retransmissions of a SYN" },
	{ "net/ipv4/tcp_synack_retries", "retransmissions of a SYN,ACK" },
	{ "net/ipv4/tcp_retries1", "until the route is doubted" },
	{ "net/ipv4/tcp_retries2", "retransmissions of data" },
	{ "net/ipv4/tcp_orphan_retries", "the same when no process has the socket" },
	{ "net/ipv4/tcp_fin_timeout", "s in FIN_WAIT_2 without a process" },
	{ "net/ipv4/tcp_max_tw_buckets", "connections in TIME_WAIT" },
	{ "net/ipv4/tcp_tw_reuse", "a new connection from a port in TIME_WAIT" },
	{ "net/ipv4/tcp_rfc1337", "RST in TIME_WAIT is ignored" },
	{ "net/ipv4/tcp_syncookies", "SYN cookies when a backlog is full" },
	{ "net/ipv4/tcp_max_syn_backlog", "half-open connections of a listener" },
	{ "net/core/somaxconn", "connections that wait for accept" },
	{ "net/ipv4/tcp_abort_on_overflow", "RST when no more can wait" },
	{ "net/ipv4/tcp_keepalive_time", "s of silence until the first probe" },
	{ "net/ipv4/tcp_keepalive_intvl", "s between probes" },
	{ "net/ipv4/tcp_keepalive_probes", "probes without an answer" },
	{ "net/ipv4/tcp_timestamps", "RFC 7323" },
	{ "net/ipv4/tcp_sack", "RFC 2018" },
	{ "net/ipv4/tcp_window_scaling", "RFC 7323" },
};

void settings_read(struct settings *settings)
{
	for (int i = 0; i < SETTINGS_COUNT; i++) {
		char *value = settings->value[i];
		char path[128];
		FILE *file;

		snprintf(path, sizeof(path), "/proc/sys/%s", settings_parameters[i].path);
		file = fopen(path, "re");
		if (file == NULL || fgets(value, SETTING_STRLEN, file) == NULL)
			*value = '\0';
		value[strcspn(value, "\n")] = '\0';
		if (file != NULL)
			fclose(file);
	}
}

#define OPTION(name, about)                           \
	{                                             \
#name, (uint32_t)(name), false, about \
	}
#define POOL(name, pool, about)                      \
	{                                            \
#name, (uint32_t)(pool), true, about \
	}

const char *settings_value(const struct settings *settings, const char *path)
{
	for (int i = 0; i < SETTINGS_COUNT; i++)
		if (strcmp(settings_parameters[i].path, path) == 0)
			return settings->value[i];
	return "";
}

const struct option_of_lwip settings_lwip[] = {
	OPTION(TCP_MSS, "bytes of data in a segment"),
	OPTION(TCP_WND, "bytes of the receive window"),
	OPTION(TCP_SND_BUF, "bytes of the send buffer"),
	OPTION(TCP_SND_QUEUELEN, "pbufs in the send queue"),
	OPTION(LWIP_WND_SCALE, "RFC 7323"),
	OPTION(TCP_RCV_SCALE, "the shift that it announces"),
	OPTION(LWIP_TCP_TIMESTAMPS, "RFC 7323"),
	OPTION(LWIP_TCP_SACK_OUT, "RFC 2018, as receiver"),
	POOL(MEMP_NUM_TCP_PCB, MEMP_TCP_PCB, "connections"),
	POOL(MEMP_NUM_TCP_PCB_LISTEN, MEMP_TCP_PCB_LISTEN, "listeners"),
	POOL(MEMP_NUM_TCP_SEG, MEMP_TCP_SEG, "segments in all queues"),
	OPTION(TCP_LISTEN_BACKLOG, "a listener's queue has an end"),
	OPTION(TCP_MSL, "ms that a segment lives at most; TIME_WAIT lasts twice that"),
	OPTION(TCP_MAXRTX, "retransmissions of data"),
	OPTION(TCP_SYNMAXRTX, "retransmissions of a SYN"),
	OPTION(TCP_FIN_WAIT_TIMEOUT, "ms in FIN_WAIT_2"),
	OPTION(TCP_SYN_RCVD_TIMEOUT, "ms in SYN_RCVD"),
	OPTION(TCP_SLOW_INTERVAL, "ms between two ticks of the slow timer"),
	{ NULL, 0, false, NULL },
};

uint32_t settings_lwip_value(const struct option_of_lwip *option)
{
	return option->is_pool ? pools_size((memp_t)option->compiled) : option->compiled;
}

const char *settings_lwip_version(void)
{
	return LWIP_VERSION_STRING;
}
