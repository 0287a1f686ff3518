/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/clock.h"

#include <stdbool.h>

#include "lwip/sys.h"

#define NS_PER_MS 1000000u

/* lwIP is one instance per process or board, and so is its clock. */
static uint64_t passed_ns;  /* virtual time up to the last clock_hold() */
static uint64_t running_ns; /* real time at the last clock_run() */
static bool running;

void clock_run(void)
{
	if (!running) {
		running_ns = clock_real_ns();
		running = true;
	}
}

void clock_hold(void)
{
	passed_ns = clock_now_ns();
	running = false;
}

void clock_advance(uint32_t ms)
{
	passed_ns += (uint64_t)ms * NS_PER_MS;
}

uint64_t clock_now_ns(void)
{
	return running ? passed_ns + (clock_real_ns() - running_ns) : passed_ns;
}

u32_t sys_now(void)
{
	return (u32_t)(clock_now_ns() / NS_PER_MS);
}
