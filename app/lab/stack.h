/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP as the lab drives it, wherever it is: in this process (stack_here.c) or on a board (stack_board.c).
 */
#ifndef APP_LAB_STACK_H
#define APP_LAB_STACK_H

#include <stdint.h>

#include "lab/why.h"
#include "tcp/segment.h"

struct lab;

struct stack {
	/** Before the lab has a namespace. @return 0; a negative errno with the reason in why */
	int (*start)(struct lab *lab, struct why *why);
	/** The kernel's side is up: lwIP has its address now. @return likewise */
	int (*join)(struct lab *lab, struct why *why);
	/** After start(), whatever came then. */
	void (*stop)(struct lab *lab);
	/** Does what is due by lwIP's clock. */
	void (*run_timers)(struct lab *lab);
	/** @return how long until one of its timers is due, in ms of its clock; UINT32_MAX: never */
	uint32_t (*ms_to_next)(const struct lab *lab);
	/**
	 * Moves lwIP's clock ahead, to the next of its timers that does something, and does that.
	 *
	 * @param ms  at most
	 * @return the ms that have passed
	 */
	uint32_t (*pass)(struct lab *lab, uint32_t ms);
	/** Tells lwIP a host's Ethernet address for good. @return 0 or -ENOSPC */
	int (*introduce)(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6]);
	/** IPv4. */
	void (*set_gateway)(struct lab *lab, const struct endpoint *gateway);
};

extern const struct stack stack_here, stack_on_board;

#endif
