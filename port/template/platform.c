/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP and the common room ask of a target: an end for what must not be, randomness, real time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "arch/cc.h"
#include "common/clock.h"
#include "common/entropy.h"

/* Replace: say it over the UART, turn the board off. */
void platform_assert_failed(const char *message, const char *file, int line)
{
	fflush(stdout);
	fprintf(stderr, "lwIP assertion failed: %s (%s:%d)\n", message, file, line);
	abort();
}

/* Replace: the random number generator. Without one, call entropy_seed() before lwip_init(), and come here never. */
uint32_t entropy_real_u32(void)
{
	uint32_t bits;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) {
		perror("getrandom");
		abort();
	}
	return bits;
}

/* Replace: a timer. The lab holds the clock, and does not ask; an application that calls clock_run() does. */
uint64_t clock_real_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
