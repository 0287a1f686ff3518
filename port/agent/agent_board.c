/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of the board: its randomness, its clock, its memory, the guard, its end.
 */
#include <string.h>

#include "agent/agent.h"
#include "agent/agent_command.h"
#include "agent/agent_line.h"
#include "common/clock.h"
#include "common/entropy.h"
#include "guard/tcp_guard.h"
#include "guard/tcp_guard_hooks.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

#if !MEMP_STATS
#error "the command 'pools' needs MEMP_STATS 1"
#endif

/* lwIP has drawn its first ports already, when it was started: it draws them anew, in the order of lwip_init(). */
static err_t obey_seed(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	entropy_seed(arg[0].as.number);
#if LWIP_UDP
	udp_init();
#endif
	tcp_init();
	return ERR_OK;
}

static err_t obey_run(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)arg;
	(void)answer;
	agent_run_timers(false);
	return ERR_OK;
}

static err_t obey_pass(const struct agent_arg *arg, struct agent_answer *answer)
{
	uint32_t most = (uint32_t)arg[0].as.number, before = agent_reports(), passed = 0;
	unsigned int stuck = 0;

	while (passed < most && agent_reports() == before) {
		uint32_t left = most - passed, step = LWIP_MIN(sys_timeouts_sleeptime(), left);

		/* What is due and does not run never will: time goes on without it. */
		if (stuck > 1)
			step = left;
		clock_advance(step);
		passed += step;
		agent_run_timers(true);
		/* Exactly 2^31 ms late, a timer is both due and not yet (TIME_LESS_THAN(), timeouts.c). */
		if (step == 0 && sys_timeouts_sleeptime() == 0 && stuck++ == 0)
			sys_restart_timeouts();
	}
	answer->value[answer->count++] = passed;
	return ERR_OK;
}

static err_t obey_pools(const struct agent_arg *arg, struct agent_answer *answer)
{
	static const memp_t pools[] = { MEMP_TCP_PCB, MEMP_TCP_PCB_LISTEN, MEMP_TCP_SEG, MEMP_PBUF,
					MEMP_PBUF_POOL };

	(void)arg;
	for (unsigned int i = 0; i < LWIP_ARRAYSIZE(pools); i++) {
		answer->value[answer->count++] = lwip_stats.memp[pools[i]]->used;
		answer->value[answer->count++] = lwip_stats.memp[pools[i]]->avail;
	}
	return ERR_OK;
}

static err_t obey_stack(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)arg;
	board_stack(&answer->value[0], &answer->value[1]);
	answer->count = 2;
	return ERR_OK;
}

static err_t obey_exit(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	board_exit((int)arg[0].as.number);
}

#if TCP_GUARD

static void on_guard(void *context, enum tcp_guard_event event)
{
	static const char *const names[] = {
		[TCP_GUARD_ANSWERS] = "answers", [TCP_GUARD_UNSENT] = "unsent",
		[TCP_GUARD_OPENS] = "opens",     [TCP_GUARD_OPENED] = "opened",
		[TCP_GUARD_NO_ROOM] = "no_room", [TCP_GUARD_FORGED] = "forged",
		[TCP_GUARD_EXPIRED] = "expired", [TCP_GUARD_REPLAYED] = "replayed",
	};

	(void)context;
	agent_report("! guard");
	line_say(names[event]);
	line_end();
}

/* "guard 4", "guard off" */
static err_t obey_guard(const struct agent_arg *arg, struct agent_answer *answer)
{
	uint64_t threshold;

	(void)answer;
	if (strcmp(arg[0].as.text, "off") == 0) {
		tcp_guard_stop();
		return ERR_OK;
	}
	if (!line_number(arg[0].as.text, UINT16_MAX, &threshold))
		return ERR_ARG;
	tcp_guard_observe(on_guard, NULL);
	tcp_guard_start((u16_t)threshold);
	return ERR_OK;
}

#endif

const struct agent_command agent_board_commands[] = {
	{ "seed", "l", obey_seed, false },   { "run", "", obey_run, true },
	{ "pass", "n", obey_pass, true },    { "pools", "", obey_pools, false },
	{ "stack", "", obey_stack, false },  { "exit", "8", obey_exit, false },
#if TCP_GUARD
	{ "guard", "t", obey_guard, false },
#endif
	{ NULL, NULL, NULL, false },
};
