/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the agent's files: the commands' tables, callbacks that wait for the lab, and what is reported.
 */
#ifndef PORT_AGENT_AGENT_COMMAND_H
#define PORT_AGENT_AGENT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/err.h"
#include "lwip/ip_addr.h"

struct netif;
struct tcp_pcb;

/* -- Commands */

#define AGENT_ARGS   4
#define AGENT_VALUES 10

/** An argument, once it has been found right. */
struct agent_arg {
	union {
		struct tcp_pcb *pcb;
		uint64_t number;
		uint8_t hwaddr[6];
		char *text;
		const void *data;
	} as;
	ip_addr_t address;
	bool is_given;  /**< false: "-" stands for the address */
	uint8_t prefix; /**< with the address */
	uint16_t size;  /**< of the data */
};

/** What an answer tells beside the error. */
struct agent_answer {
	uint32_t value[AGENT_VALUES];
	unsigned int count;
	const struct tcp_pcb *pcb; /**< before the others; NULL: none */
};

struct agent_command {
	const char *name;
	/**
	 * One letter for each argument:
	 *
	 *     p  a pcb, or a listener's     8  a number of 8 bits       a  an address
	 *     c  a connection's pcb         w  of 16 bits               g  an address, or "-"
	 *     h  an Ethernet address        n  of 32 bits               x  an address with its prefix
	 *     d  data                       l  of 64 bits               t  a word
	 */
	const char *args;
	err_t (*obey)(const struct agent_arg *arg, struct agent_answer *answer);
	bool enters; /**< lwIP, from below or by its clock: not from within a callback */
};

/** Each ends with a name that is NULL. */
extern const struct agent_command agent_netif_commands[], agent_tcp_commands[],
	agent_board_commands[];

/**
 * Carries out a command.
 *
 * @param field   its name and its arguments; written to
 * @param inside  a callback
 * @return its error; ERR_ARG: there is no such command, or its arguments are wrong; ERR_VAL: there is no such pcb
 */
err_t agent_carry_out(char *field[], unsigned int count, bool inside, struct agent_answer *answer);

/** The netif takes the agent in between. To be called once. */
void agent_netif_attach(struct netif *netif);

/**
 * Takes the data that have come in frames for the agent, all of them.
 *
 * @return the first size bytes, until the next such frame; NULL: there are not so many
 */
const void *agent_netif_data(uint16_t size);

/**
 * @return the pcb of this handle, when the board has given it and lwIP has not released it; NULL: there is none
 */
struct tcp_pcb *agent_tcp_find(uintptr_t handle);

/* -- Callbacks */

/**
 * Waits, inside a callback whose line has been said, for the lab's "return", and obeys until it comes.
 *
 * @param pcb  the callback's; NULL: it has none, or is gone
 * @return what the callback shall return; ERR_ABRT exactly when the pcb has been released meanwhile
 */
err_t agent_await_return(const struct tcp_pcb *pcb);

/** lwIP is about to release a pcb. */
void agent_released(const struct tcp_pcb *pcb);

/* -- Reports */

/** Begins the line of an event or a callback: "! frame". What it is due to is said before. */
void agent_report(const char *text);

/** @return how many lines agent_report() has begun; modulo 2^32 */
uint32_t agent_reports(void);

/**
 * Lets lwIP do what is due by the clock. What it reports comes from a timer.
 *
 * @param moved  the board has moved the clock itself, and says so before the first report
 */
void agent_run_timers(bool moved);

/** Commands inside a timer's callback are not the timer's doing. @return whether one was at work */
bool agent_timers_at_work(bool at_work);

#endif
