/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "lab/lab.h"
#include "lab/lwip_addr.h"
#include "linux/clock.h"
#include "lwip/timeouts.h"

/* It is started with its netif, which belongs to the lab (lab.c). */
static int start(struct lab *lab, struct why *why)
{
	(void)lab;
	(void)why;
	return 0;
}

static void stop(struct lab *lab)
{
	(void)lab;
}

static void run_timers(struct lab *lab)
{
	(void)lab;
	sys_check_timeouts();
}

static uint32_t ms_to_next(const struct lab *lab)
{
	(void)lab;
	return sys_timeouts_sleeptime();
}

static uint32_t pass(struct lab *lab, uint32_t ms)
{
	uint32_t step = LWIP_MIN(ms_to_next(lab), ms);

	clock_advance(step);
	run_timers(lab);
	return step;
}

static int introduce(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6])
{
	ip_addr_t address = lwip_addr_of(host);

	return neighbour_add(&lab->neighbours, &address, hwaddr) == ERR_OK ? 0 : -ENOSPC;
}

static void set_gateway(struct lab *lab, const struct endpoint *gateway)
{
	ip_addr_t ip = lwip_addr_of(gateway);

	netif_set_gw(&lab->netif, ip_2_ip4(&ip));
}

const struct stack stack_here = {
	.start = start,
	.join = start,
	.stop = stop,
	.run_timers = run_timers,
	.ms_to_next = ms_to_next,
	.pass = pass,
	.introduce = introduce,
	.set_gateway = set_gateway,
};
