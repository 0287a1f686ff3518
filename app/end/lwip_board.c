/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lwIP on a board: its callback API and its trace hook, over the serial line (docs/board.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end/guard.h"
#include "end/lwip_api.h"
#include "lab/board.h"
#include "lab/lwip_addr.h"
#include "lwip/def.h"

/* Longer data go over the Ethernet line. */
#define HEX_DATA 32

/* As lwIP: one per process. */
static struct lab *the_lab;

#define call(answer, ...) board_call(the_lab->board, (answer), __VA_ARGS__)

/* -- Words */

static lwip_pcb pcb_of(const char *word)
{
	return (lwip_pcb)strtoul(word, NULL, 16);
}

static uint32_t number_of(const char *word)
{
	return (uint32_t)strtoul(word, NULL, 10);
}

/* "10.9.0.2" "80"; "-": nothing is known. */
static struct endpoint endpoint_of(const char *address, const char *port)
{
	struct endpoint nothing = { 0 };
	ip_addr_t ip;

	return ipaddr_aton(address, &ip) ? lwip_addr_endpoint(&ip, (uint16_t)number_of(port))
					 : nothing;
}

/* One word stands for several, joined by '~'. */
static const char *words_of(const char *word)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", word);
	for (char *at = text; (at = strchr(at, '~')) != NULL;)
		*at = ' ';
	return timeline_text(the_lab->timeline, "%s", text);
}

static void bytes_of(const char *hex, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

/* -- What the application knows its connections by: a number there, a pointer here */

static void **args;
static size_t arg_count, arg_room;

static size_t number_arg(void *arg)
{
	size_t i = arg_count;

	while (i > 0 && args[i - 1] != arg)
		i--;
	if (i > 0)
		return i;
	if (arg_count == arg_room) {
		arg_room = 2 * arg_room + 16;
		args = realloc(args, arg_room * sizeof(*args));
		if (args == NULL)
			board_fail(the_lab->board, "out of memory for its connections");
	}
	args[arg_count++] = arg;
	return arg_count;
}

static void *arg_of(const char *word)
{
	uint32_t number = number_of(word);

	if (number == 0 || number > arg_count)
		board_fail(the_lab->board,
			   "it has a callback for connection %s, which there is not", word);
	return args[number - 1];
}

/* -- The trace hook */

static void on_state(const struct board_line *event)
{
	struct lwip_transition transition = {
		.pcb = pcb_of(event->word[1]),
		.line = (int)number_of(event->word[5]),
		.local = endpoint_of(event->word[6], event->word[7]),
		.remote = endpoint_of(event->word[8], event->word[9]),
	};
	int from = state_parse(event->word[2]), to = state_parse(event->word[3]);

	if (from < 0 || to < 0)
		board_fail(the_lab->board, "it tells of a transition from '%s' to '%s'",
			   event->word[2], event->word[3]);
	transition.from = (enum state)from;
	transition.to = (enum state)to;
	transition.func = timeline_text(the_lab->timeline, "%s", event->word[4]);
	if (strcmp(event->word[10], "-") != 0)
		transition.reason = words_of(event->word[10]);
	lwip_on_state(&transition);
}

static void on_timer(const struct board_line *event)
{
	static const struct {
		const char *word, *name;
	} timers[] = {
		{ "fast", LWIP_TIMER_FAST },
		{ "slow", LWIP_TIMER_SLOW },
		{ "retransmission", LWIP_TIMER_RETRANSMISSION },
		{ "persist", LWIP_TIMER_PERSIST },
		{ "keepalive", LWIP_TIMER_KEEPALIVE },
	};

	for (size_t i = 0; i < LWIP_ARRAYSIZE(timers); i++)
		if (strcmp(timers[i].word, event->word[2]) == 0)
			lwip_on_timer(pcb_of(event->word[1]), timers[i].name);
}

static void on_event(void *context, const struct board_line *event)
{
	(void)context;
	if (strcmp(event->word[0], "state") == 0)
		on_state(event);
	else if (strcmp(event->word[0], "timer") == 0)
		on_timer(event);
	else if (strcmp(event->word[0], "guard") == 0)
		guard_on_event(words_of(event->word[1]));
	else
		board_fail(the_lab->board, "it tells of '%s', which is no event", event->word[0]);
}

/* -- The callbacks */

static err_t on_connected(const struct board_line *callback)
{
	return lwip_on_connected(arg_of(callback->word[1]), (err_t)atoi(callback->word[2]));
}

static err_t on_accept(const struct board_line *callback)
{
	return lwip_on_accept(arg_of(callback->word[1]), pcb_of(callback->word[2]), NULL,
			      (err_t)atoi(callback->word[3]));
}

static err_t on_recv(const struct board_line *callback)
{
	const char *hex = callback->word[3];
	size_t size = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
	struct pbuf *p = NULL;

	/* In this process lwIP does nothing: its heap is the application's. */
	if (size > 0) {
		p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);
		if (p == NULL)
			board_fail(the_lab->board, "no memory for %zu bytes that it has received",
				   size);
		bytes_of(hex, p->payload, size);
	}
	return lwip_on_recv(arg_of(callback->word[1]), p, (err_t)atoi(callback->word[2]));
}

static err_t on_sent(const struct board_line *callback)
{
	return lwip_on_sent(arg_of(callback->word[1]), (uint16_t)number_of(callback->word[2]));
}

static err_t on_poll(const struct board_line *callback)
{
	return lwip_on_poll(arg_of(callback->word[1]));
}

static err_t on_err(const struct board_line *callback)
{
	lwip_on_err(arg_of(callback->word[1]), (err_t)atoi(callback->word[2]));
	return ERR_OK;
}

static int on_callback(void *context, const struct board_line *callback)
{
	static const struct {
		const char *name;
		err_t (*on)(const struct board_line *callback);
	} callbacks[] = {
		{ "connected", on_connected }, { "accept", on_accept }, { "recv", on_recv },
		{ "sent", on_sent },           { "poll", on_poll },     { "err", on_err },
	};

	(void)context;
	for (size_t i = 0; i < LWIP_ARRAYSIZE(callbacks); i++)
		if (strcmp(callbacks[i].name, callback->word[0]) == 0)
			return callbacks[i].on(callback);
	board_fail(the_lab->board, "it has a callback '%s', which lwIP has not", callback->word[0]);
}

/* -- The calls */

#define PCB      "%lx"
#define HEX(pcb) (unsigned long)(pcb)

static lwip_pcb new_pcb(int family)
{
	struct board_line answer;

	return call(&answer, "new %d", family) == 0 ? pcb_of(answer.word[0]) : 0;
}

static void reuse_address(lwip_pcb pcb)
{
	call(NULL, "reuse " PCB, HEX(pcb));
}

static err_t bind_pcb(lwip_pcb pcb, const struct endpoint *local)
{
	char address[ENDPOINT_STRLEN];

	return (err_t)call(NULL, "bind " PCB " %s %u", HEX(pcb), address_format(local, address),
			   local->port);
}

static err_t listen_pcb(lwip_pcb pcb, uint8_t backlog, void *arg, lwip_pcb *listener)
{
	struct board_line answer;
	err_t err;

	call(NULL, "arg " PCB " %zu", HEX(pcb), number_arg(arg));
	err = (err_t)call(&answer, "listen " PCB " %u", HEX(pcb), backlog);
	*listener = pcb_of(answer.word[0]);
	return err;
}

static void attach(lwip_pcb pcb, void *arg)
{
	call(NULL, "arg " PCB " %zu", HEX(pcb), number_arg(arg));
}

static err_t connect_pcb(lwip_pcb pcb, const struct endpoint *remote)
{
	char address[ENDPOINT_STRLEN];

	return (err_t)call(NULL, "connect " PCB " %s %u", HEX(pcb), address_format(remote, address),
			   remote->port);
}

static uint32_t room(lwip_pcb pcb)
{
	struct board_line answer;

	return call(&answer, "room " PCB, HEX(pcb)) == 0 ? number_of(answer.word[0]) : 0;
}

static err_t write_data(lwip_pcb pcb, const void *data, uint16_t size)
{
	const uint8_t *bytes = data;
	char hex[2 * HEX_DATA + 1];
	int err;

	if (size > HEX_DATA) {
		err = board_give_data(the_lab->board, data, size);
		if (err == 0)
			err = call(NULL, "write " PCB " @%u", HEX(pcb), size);
		return (err_t)err;
	}
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
	return (err_t)call(NULL, "write " PCB " %s", HEX(pcb), hex);
}

static err_t output(lwip_pcb pcb)
{
	return (err_t)call(NULL, "output " PCB, HEX(pcb));
}

static void recved(lwip_pcb pcb, uint16_t size)
{
	call(NULL, "recved " PCB " %u", HEX(pcb), size);
}

static err_t shutdown_pcb(lwip_pcb pcb)
{
	return (err_t)call(NULL, "shutdown " PCB, HEX(pcb));
}

static err_t close_pcb(lwip_pcb pcb)
{
	return (err_t)call(NULL, "close " PCB, HEX(pcb));
}

static void abort_pcb(lwip_pcb pcb)
{
	call(NULL, "abort " PCB, HEX(pcb));
}

static void delay_backlog(lwip_pcb pcb)
{
	call(NULL, "delayed " PCB, HEX(pcb));
}

static void accept_backlog(lwip_pcb pcb)
{
	call(NULL, "accepted " PCB, HEX(pcb));
}

static void set(lwip_pcb pcb, const struct tcp_option *option, uint32_t value)
{
	call(NULL, "set " PCB " %s %u", HEX(pcb), option->name, (unsigned int)value);
}

static void drop_default_route(void)
{
	call(NULL, "gateway -");
}

static uint32_t time_wait_ms(void)
{
	struct board_line answer;

	call(&answer, "time_wait");
	return number_of(answer.word[0]);
}

static void pools(uint32_t used[LWIP_POOLS], uint32_t size[LWIP_POOLS])
{
	struct board_line answer;

	call(&answer, "pools");
	for (size_t i = 0; i < LWIP_POOLS; i++) {
		if (used != NULL)
			used[i] = number_of(answer.word[2 * i]);
		if (size != NULL)
			size[i] = number_of(answer.word[2 * i + 1]);
	}
}

static void guard_begin(uint16_t threshold)
{
	call(NULL, "guard %u", threshold);
}

static void guard_end(void)
{
	call(NULL, "guard off");
}

static void begin(struct lab *lab)
{
	the_lab = lab;
	lab->board->on_event = on_event;
	lab->board->on_callback = on_callback;
}

static void end(void)
{
	free(args);
	args = NULL;
	arg_count = arg_room = 0;
	the_lab->board->on_event = NULL;
	the_lab->board->on_callback = NULL;
}

const struct lwip_api lwip_board = {
	.begin = begin,
	.end = end,
	.new_pcb = new_pcb,
	.reuse_address = reuse_address,
	.bind = bind_pcb,
	.listen = listen_pcb,
	.attach = attach,
	.connect = connect_pcb,
	.room = room,
	.write = write_data,
	.output = output,
	.recved = recved,
	.shutdown = shutdown_pcb,
	.close = close_pcb,
	.abort = abort_pcb,
	.delay_backlog = delay_backlog,
	.accept_backlog = accept_backlog,
	.set = set,
	.drop_default_route = drop_default_route,
	.time_wait_ms = time_wait_ms,
	.pools = pools,
	.guard_start = guard_begin,
	.guard_stop = guard_end,
};
