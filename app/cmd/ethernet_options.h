/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of a live host on a real Ethernet segment: 'tcplab up --packet'.
 */
#ifndef APP_CMD_ETHERNET_OPTIONS_H
#define APP_CMD_ETHERNET_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "lab/ethernet.h"

/**
 * Takes the value of one of them.
 *
 * @param plan    zeroed before the first one
 * @param option  "packet", "mac", "ip", "gateway"
 * @param text    stays the caller's
 * @return 0; -EINVAL with the reason in why
 */
int ethernet_options_take(struct ethernet_plan *plan, const char *option, const char *text,
			  struct why *why);

/** @return whether one of them was given */
bool ethernet_options_given(const struct ethernet_plan *plan);

/** When all are taken: is the plan whole? @return 0; -EINVAL with the reason in why */
int ethernet_options_check(const struct ethernet_plan *plan, struct why *why);

/** Says plainly what a host of this plan will do, and what it will not, before it does anything. */
void ethernet_options_announce(const struct ethernet_plan *plan, FILE *out);

#endif
