/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/agent_command.h"

#include <string.h>

#include "agent/agent.h"
#include "agent/agent_line.h"
#include "lwip/tcp.h"

/* -- Arguments */

static err_t take_number(const char *field, uint64_t max, struct agent_arg *arg)
{
	return line_number(field, max, &arg->as.number) ? ERR_OK : ERR_ARG;
}

static err_t take_pcb(const char *field, bool listeners_too, struct agent_arg *arg)
{
	uintptr_t handle;

	if (!line_handle(field, &handle))
		return ERR_ARG;
	arg->as.pcb = agent_tcp_find(handle);
	if (arg->as.pcb == NULL || (arg->as.pcb->state == LISTEN && !listeners_too))
		return ERR_VAL;
	return ERR_OK;
}

/* "68656c6c6f"; "@1460": so many bytes of those that have come by the netif. */
static err_t take_data(char *field, struct agent_arg *arg)
{
	uint64_t size;

	if (field[0] != '@')
		return line_data(field, &arg->size) ? ERR_OK : ERR_ARG;
	if (!line_number(field + 1, UINT16_MAX, &size))
		return ERR_ARG;
	arg->size = (uint16_t)size;
	arg->as.data = agent_netif_data(arg->size);
	return arg->as.data == NULL ? ERR_BUF : ERR_OK;
}

/* By the letters of struct agent_command's args. */
static err_t take(char kind, char *field, struct agent_arg *arg)
{
	bool right = false;

	arg->is_given = true;
	arg->as.text = field;
	switch (kind) {
	case 'p': return take_pcb(field, true, arg);
	case 'c': return take_pcb(field, false, arg);
	case '8': return take_number(field, UINT8_MAX, arg);
	case 'w': return take_number(field, UINT16_MAX, arg);
	case 'n': return take_number(field, UINT32_MAX, arg);
	case 'l': return take_number(field, UINT64_MAX, arg);
	case 'd': return take_data(field, arg);
	case 'a': right = line_address(field, &arg->address); break;
	case 'x': right = line_address_prefix(field, &arg->address, &arg->prefix); break;
	case 'h': right = line_hwaddr(field, arg->as.hwaddr); break;
	case 't': right = true; break;
	case 'g':
		arg->is_given = strcmp(field, "-") != 0;
		right = !arg->is_given || line_address(field, &arg->address);
		break;
	default: LWIP_ASSERT("an argument has a kind", 0);
	}
	return right ? ERR_OK : ERR_ARG;
}

/* -- The tables */

static const struct agent_command *find_in(const struct agent_command *table, const char *name)
{
	while (table->name != NULL && strcmp(table->name, name) != 0)
		table++;
	return table->name == NULL ? NULL : table;
}

static const struct agent_command *find(const char *name)
{
	const struct agent_command *found = find_in(agent_tcp_commands, name);

	if (found == NULL)
		found = find_in(agent_netif_commands, name);
	if (found == NULL)
		found = find_in(agent_board_commands, name);
	return found;
}

err_t agent_carry_out(char *field[], unsigned int count, bool inside, struct agent_answer *answer)
{
	const struct agent_command *command = find(field[0]);
	struct agent_arg arg[AGENT_ARGS];
	err_t err = ERR_OK;

	if (command == NULL || strlen(command->args) != count - 1)
		return ERR_ARG;
	if (command->enters && inside)
		return ERR_INPROGRESS;
	for (unsigned int i = 0; i < count - 1 && err == ERR_OK; i++)
		err = take(command->args[i], field[i + 1], &arg[i]);
	return err == ERR_OK ? command->obey(arg, answer) : err;
}
