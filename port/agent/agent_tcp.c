/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of pcbs, and lwIP's callbacks.
 */
#include <string.h>

#include "agent/agent_command.h"
#include "agent/agent_line.h"
#include "common/tcp_option.h"
#include "lwip/priv/tcp_priv.h" /* the lists of pcbs, TCP_MSL */
#include "lwip/tcp.h"

/* In units of the slow timer: the poll callback comes every two seconds, as in lwIP's own apps. */
#define POLL_INTERVAL 4

/* -- Handles: a pcb is in one of lwIP's lists, or has only been made as yet. */

static struct tcp_pcb *made[MEMP_NUM_TCP_PCB];

/* Where the list of those that have only been made has this one; NULL: nowhere. */
static struct tcp_pcb **made_place(const struct tcp_pcb *pcb)
{
	for (unsigned int i = 0; i < MEMP_NUM_TCP_PCB; i++)
		if (made[i] == pcb)
			return &made[i];
	return NULL;
}

/* It is in one of lwIP's lists, or no more. */
static void forget_made(const struct tcp_pcb *pcb)
{
	struct tcp_pcb **place = made_place(pcb);

	if (place != NULL)
		*place = NULL;
}

static bool is_in(const struct tcp_pcb *list, const struct tcp_pcb *pcb)
{
	while (list != NULL && list != pcb)
		list = list->next;
	return list != NULL;
}

/*
 * Err callbacks that wait for the lab. On a reset lwIP releases the pcb only after the callback: until then it is in
 * its list, and must not be touched any more. It is known by its ARG alone.
 */
static struct dying {
	const void *arg;
	bool is_there;
	struct dying *outer;
} * dying;

static bool any_is_there(void)
{
	const struct dying *d = dying;

	while (d != NULL && !d->is_there)
		d = d->outer;
	return d != NULL;
}

static bool is_dying(const struct tcp_pcb *pcb)
{
	const struct dying *d = dying;

	while (d != NULL && !(d->is_there && d->arg == pcb->callback_arg))
		d = d->outer;
	return d != NULL;
}

static struct tcp_pcb *find_made(uintptr_t handle)
{
	for (unsigned int i = 0; i < MEMP_NUM_TCP_PCB; i++)
		if ((uintptr_t)made[i] == handle)
			return made[i];
	return NULL;
}

struct tcp_pcb *agent_tcp_find(uintptr_t handle)
{
	struct tcp_pcb *pcb = find_made(handle);

	for (unsigned int i = 0; i < LWIP_ARRAYSIZE(tcp_pcb_lists) && pcb == NULL; i++)
		for (pcb = *tcp_pcb_lists[i]; pcb != NULL && (uintptr_t)pcb != handle;)
			pcb = pcb->next;
	return pcb != NULL && is_in(tcp_active_pcbs, pcb) && is_dying(pcb) ? NULL : pcb;
}

/* -- Callbacks. What tcp_arg() has been given is a number of the lab's. */

static void report_callback(const char *name, const void *arg)
{
	agent_report(name);
	line_say_number((uint32_t)(uintptr_t)arg);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	report_callback("? connected", arg);
	line_say_signed(err);
	line_end();
	return agent_await_return(pcb);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	report_callback("? accept", arg);
	line_say_handle(pcb);
	line_say_signed(err);
	line_end();
	return agent_await_return(pcb);
}

static void say_pbufs(const struct pbuf *p)
{
	line_say(p == NULL ? "-" : "");
	for (; p != NULL; p = p->next)
		line_say_bytes(p->payload, p->len);
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	report_callback("? recv", arg);
	line_say_signed(err);
	say_pbufs(p);
	line_end();
	err = agent_await_return(pcb);
	/* Refused data is lwIP's still, which offers it again. */
	if (p != NULL && (err == ERR_OK || err == ERR_ABRT))
		pbuf_free(p);
	return err;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
	report_callback("? sent", arg);
	line_say_number(length);
	line_end();
	return agent_await_return(pcb);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	report_callback("? poll", arg);
	line_end();
	return agent_await_return(pcb);
}

static void on_err(void *arg, err_t err)
{
	struct dying this = { .arg = arg,
			      .is_there = err == ERR_RST || err == ERR_CLSD,
			      .outer = dying };

	report_callback("? err", arg);
	line_say_signed(err);
	line_end();
	dying = &this;
	agent_await_return(NULL);
	dying = this.outer;
}

/* -- The application's calls */

static err_t obey_new(const struct agent_arg *arg, struct agent_answer *answer)
{
	struct tcp_pcb *pcb;

	if (arg[0].as.number != 4 && arg[0].as.number != 6)
		return ERR_ARG;
	/* Without a free pcb, lwIP would release the one that is dying, which it is about to release. */
	if (any_is_there())
		return ERR_INPROGRESS;
	pcb = tcp_new_ip_type(arg[0].as.number == 6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
	if (pcb == NULL)
		return ERR_MEM;
	*made_place(NULL) = pcb; /* there are as many places as pcbs */
	answer->pcb = pcb;
	return ERR_OK;
}

static err_t obey_reuse(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	ip_set_option(arg[0].as.pcb, SOF_REUSEADDR);
	return ERR_OK;
}

static bool is_of_family(const struct tcp_pcb *pcb, const ip_addr_t *address)
{
	return IP_IS_V6(address) == IP_IS_V6(&pcb->local_ip);
}

/* lwIP would put a pcb that is bound into its list a second time, which has no end then. */
static err_t obey_bind(const struct agent_arg *arg, struct agent_answer *answer)
{
	struct tcp_pcb *pcb = arg[0].as.pcb;
	err_t err;

	(void)answer;
	if (!is_of_family(pcb, &arg[1].address))
		return ERR_ARG;
	if (is_in(tcp_bound_pcbs, pcb))
		return ERR_VAL;
	err = tcp_bind(pcb, &arg[1].address, (u16_t)arg[2].as.number);
	if (err == ERR_OK)
		forget_made(pcb);
	return err;
}

static err_t obey_listen(const struct agent_arg *arg, struct agent_answer *answer)
{
	struct tcp_pcb *listener;
	err_t err;

	listener = tcp_listen_with_backlog_and_err(arg[0].as.pcb, (u8_t)arg[1].as.number, &err);
	if (err != ERR_OK)
		return err;
	forget_made(arg[0].as.pcb);
	tcp_accept(listener, on_accept);
	answer->pcb = listener;
	return ERR_OK;
}

static err_t obey_arg(const struct agent_arg *arg, struct agent_answer *answer)
{
	struct tcp_pcb *pcb = arg[0].as.pcb;

	(void)answer;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it */
	tcp_arg(pcb, (void *)(uintptr_t)arg[1].as.number);
	if (pcb->state == LISTEN)
		return ERR_OK;
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_err);
	tcp_poll(pcb, on_poll, POLL_INTERVAL);
	return ERR_OK;
}

static err_t obey_connect(const struct agent_arg *arg, struct agent_answer *answer)
{
	struct tcp_pcb *pcb = arg[0].as.pcb;
	err_t err;

	(void)answer;
	if (!is_of_family(pcb, &arg[1].address))
		return ERR_ARG;
	err = tcp_connect(pcb, &arg[1].address, (u16_t)arg[2].as.number, on_connected);
	if (err == ERR_OK)
		forget_made(pcb);
	return err;
}

static err_t obey_room(const struct agent_arg *arg, struct agent_answer *answer)
{
	const struct tcp_pcb *pcb = arg[0].as.pcb;

	answer->value[answer->count++] =
		tcp_sndqueuelen(pcb) > TCP_SND_QUEUELEN / 2 ? 0 : tcp_sndbuf(pcb);
	return ERR_OK;
}

static err_t obey_write(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	return tcp_write(arg[0].as.pcb, arg[1].as.data, arg[1].size, TCP_WRITE_FLAG_COPY);
}

static err_t obey_output(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	return tcp_output(arg[0].as.pcb);
}

static err_t obey_recved(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	tcp_recved(arg[0].as.pcb, (u16_t)arg[1].as.number);
	return ERR_OK;
}

static err_t obey_shutdown(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	return tcp_shutdown(arg[0].as.pcb, 0, 1);
}

static err_t obey_close(const struct agent_arg *arg, struct agent_answer *answer)
{
	err_t err;

	(void)answer;
	/* For a SYN to this very listener lwIP may have released the pcb whose err callback this is. */
	if (arg[0].as.pcb->state == LISTEN && dying != NULL)
		return ERR_INPROGRESS;
	err = tcp_close(arg[0].as.pcb);
	if (err == ERR_OK)
		forget_made(arg[0].as.pcb);
	return err;
}

static err_t obey_abort(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	forget_made(arg[0].as.pcb);
	tcp_abort(arg[0].as.pcb);
	return ERR_OK;
}

static err_t obey_delayed(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	tcp_backlog_delayed(arg[0].as.pcb);
	return ERR_OK;
}

static err_t obey_accepted(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	tcp_backlog_accepted(arg[0].as.pcb);
	return ERR_OK;
}

static err_t obey_set(const struct agent_arg *arg, struct agent_answer *answer)
{
	const struct tcp_option *option = tcp_option_find(arg[1].as.text, strlen(arg[1].as.text));
	uint32_t value = (uint32_t)arg[2].as.number;

	(void)answer;
	if (option == NULL || value < option->min || value > option->max)
		return ERR_ARG;
	option->apply(arg[0].as.pcb, value);
	return ERR_OK;
}

static err_t obey_time_wait(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)arg;
	/* It ends with the first slow timer after 2MSL; one more tick may be under way. */
	answer->value[answer->count++] = 2 * ((uint32_t)TCP_MSL + TCP_SLOW_INTERVAL);
	return ERR_OK;
}

const struct agent_command agent_tcp_commands[] = {
	{ "new", "n", obey_new, false },
	{ "reuse", "p", obey_reuse, false },
	{ "bind", "paw", obey_bind, false },
	{ "listen", "p8", obey_listen, false },
	{ "arg", "pn", obey_arg, false },
	{ "connect", "paw", obey_connect, false },
	{ "room", "c", obey_room, false },
	{ "write", "cd", obey_write, false },
	{ "output", "c", obey_output, false },
	{ "recved", "cw", obey_recved, false },
	{ "shutdown", "p", obey_shutdown, false },
	{ "close", "p", obey_close, false },
	{ "abort", "c", obey_abort, false },
	{ "delayed", "c", obey_delayed, false },
	{ "accepted", "c", obey_accepted, false },
	{ "set", "ctn", obey_set, false },
	{ "time_wait", "", obey_time_wait, false },
	{ NULL, NULL, NULL, false },
};
