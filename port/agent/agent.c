/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/agent.h"

#include <string.h>

#include "agent/agent_command.h"
#include "agent/agent_line.h"
#include "common/clock.h"
#include "lwip/init.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#define PROTOCOL "1"

/* The clock's time, where it has moved, the command's name, its arguments. */
#define FIELDS (2 + AGENT_ARGS)

/* Callbacks that wait for the lab, each called inside the next one. */
struct callback {
	const struct tcp_pcb *pcb;
	bool released; /* lwIP must be told so: ERR_ABRT */
	struct callback *outer;
	unsigned int depth; /* from 1 */
};

static struct callback *innermost;

/* Lines are obeyed one by one; a command has done with its line before it can call back. */
static char line[AGENT_LINE + 1];

/* False: the line is closed. One that cannot be understood comes as an empty one, which is no command. */
static bool read_line(void)
{
	size_t length = 0;
	bool bad = false;
	int c;

	while ((c = board_getc()) != '\n') {
		if (c < 0)
			return false;
		bad = bad || c == '\0' || length == AGENT_LINE;
		if (!bad)
			line[length++] = (char)c;
	}
	if (bad)
		length = 0;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	return true;
}

/* It never goes back. And it stands inside a callback: lwIP has looked at it already. */
static void set_clock(uint32_t ms)
{
	uint32_t ahead = ms - sys_now();

	if (innermost == NULL && ahead <= UINT32_MAX / 2)
		clock_advance(ahead);
}

static void say_answer(err_t err, const struct agent_answer *answer)
{
	line_begin("=");
	line_say_number(sys_timeouts_sleeptime());
	line_say_signed(err);
	if (err == ERR_OK && answer->pcb != NULL)
		line_say_handle(answer->pcb);
	for (unsigned int i = 0; err == ERR_OK && i < answer->count; i++)
		line_say_number(answer->value[i]);
	line_end();
}

/* "return ERR". lwIP takes ERR_ABRT for: the pcb is no more. So it is nobody's to say. */
static bool is_return(char *field[], unsigned int count, int *err)
{
	return innermost != NULL && count == 2 && strcmp(field[0], "return") == 0 &&
	       line_negative(field[1], ERR_ARG, err) && (*err != ERR_ABRT || innermost->released);
}

/* True: the line is the "return" that the innermost callback waits for. */
static bool obey(int *returned)
{
	struct agent_answer answer = { .count = 0 };
	char *fields[FIELDS], **field = fields;
	unsigned int count = line_split(line, field, FIELDS);
	err_t err = ERR_ARG;
	uint64_t ms;

	if (count > 1 && line_number(field[0], UINT32_MAX, &ms)) {
		set_clock((uint32_t)ms);
		field++;
		count--;
	}
	if (is_return(field, count, returned))
		return true;
	if (innermost != NULL && innermost->depth == AGENT_DEPTH)
		err = ERR_INPROGRESS;
	else if (count <= 1 + AGENT_ARGS)
		err = agent_carry_out(field, count, innermost != NULL, &answer);
	say_answer(err, &answer);
	return false;
}

err_t agent_await_return(const struct tcp_pcb *pcb)
{
	struct callback callback = { .pcb = pcb,
				     .outer = innermost,
				     .depth = innermost == NULL ? 1 : innermost->depth + 1 };
	bool by_timer = agent_timers_at_work(false);
	int err = ERR_OK;

	innermost = &callback;
	while (read_line() && !obey(&err))
		continue;
	innermost = callback.outer;
	agent_timers_at_work(by_timer);
	return (err_t)(callback.released ? ERR_ABRT : err);
}

void agent_released(const struct tcp_pcb *pcb)
{
	for (struct callback *callback = innermost; callback != NULL; callback = callback->outer)
		callback->released = callback->released || callback->pcb == pcb;
}

int agent_run(struct netif *netif, const char *name)
{
	int none;

	clock_hold();
	agent_netif_attach(netif);
	line_begin("ready " PROTOCOL);
	line_say(name);
	line_say(LWIP_VERSION_STRING);
	if (AGENT_LINES_IN_FRAMES)
		line_say("frames");
	line_end();
	while (read_line())
		obey(&none);
	return 0;
}
