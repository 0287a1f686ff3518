/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/clock.h"

#include <stdbool.h>
#include <time.h>

#include "lwip/sys.h"

#define NS_PER_MS 1000000u

/* lwIP is one instance per process, and so is its clock. */
static uint64_t passed_ns;  /* virtual time up to the last clock_hold() */
static uint64_t running_ns; /* CLOCK_MONOTONIC at the last clock_run() */
static bool running;

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void clock_run(void)
{
	if (!running) {
		running_ns = monotonic_ns();
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
	return running ? passed_ns + (monotonic_ns() - running_ns) : passed_ns;
}

u32_t sys_now(void)
{
	return (u32_t)(clock_now_ns() / NS_PER_MS);
}
