/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trace hook's functions, and the order of reports: what a timer does comes after the timer, and a timer that
 * does nothing is not worth a line.
 */
#include "agent/agent_command.h"
#include "agent/agent_line.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "tcp_trace.h"
#include "tcp_trace_reason.h"

static uint32_t reports;
static bool time_unsaid; /* the clock has moved on, which the lab does not know */
static bool at_work;     /* lwIP does what is due by the clock */

/* What runs just now, until it is said. */
static struct {
	bool unsaid;
	const struct tcp_pcb *pcb;
	enum tcp_trace_timer kind;
} timer;

static void say_timer(void)
{
	static const char *const names[] = {
		[TCP_TRACE_TIMER_FAST] = "fast",
		[TCP_TRACE_TIMER_SLOW] = "slow",
		[TCP_TRACE_TIMER_RETRANSMISSION] = "retransmission",
		[TCP_TRACE_TIMER_PERSIST] = "persist",
		[TCP_TRACE_TIMER_KEEPALIVE] = "keepalive",
	};

	line_begin("! timer");
	line_say_handle(timer.pcb);
	line_say(names[timer.kind]);
	line_end();
}

static void say_time(void)
{
	line_begin("! now");
	line_say_number(sys_now());
	line_end();
}

void agent_report(const char *text)
{
	if (time_unsaid)
		say_time();
	if (timer.unsaid)
		say_timer();
	time_unsaid = timer.unsaid = false;
	reports++;
	line_begin(text);
}

uint32_t agent_reports(void)
{
	return reports;
}

bool agent_timers_at_work(bool now)
{
	bool before = at_work;

	at_work = now;
	return before;
}

void agent_run_timers(bool moved)
{
	time_unsaid = moved;
	agent_timers_at_work(true);
	sys_check_timeouts();
	agent_timers_at_work(false);
	time_unsaid = timer.unsaid = false;
}

void tcp_trace_timer(const struct tcp_pcb *pcb, enum tcp_trace_timer kind)
{
	timer.unsaid = true;
	timer.pcb = pcb;
	timer.kind = kind;
}

static const char *reason(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to)
{
	return at_work && to == CLOSED && from != LISTEN ? tcp_trace_reason(pcb, from) : "-";
}

void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line)
{
	bool listens = from == LISTEN || to == LISTEN;

	agent_report("! state");
	line_say_handle(pcb);
	line_say(tcp_debug_state_str(from));
	line_say(tcp_debug_state_str(to));
	line_say(func);
	line_say_number((uint32_t)line);
	/* A new listener's address comes after the transition; the other side it never has. */
	line_say_endpoint(to == LISTEN ? NULL : &pcb->local_ip, pcb->local_port);
	line_say_endpoint(listens ? NULL : &pcb->remote_ip, pcb->remote_port);
	line_say_word(reason(pcb, from, to));
	line_end();
	if (to == CLOSED)
		agent_released(pcb);
}
