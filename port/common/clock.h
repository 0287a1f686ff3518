/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtual clock: what lwIP takes for time, on every target.
 *
 * It starts at 0, standing still. While it runs it follows the target's real time; it can be moved
 * ahead at any moment, so that two hours of keepalive need not be waited for. It never goes back.
 */
#ifndef PORT_COMMON_CLOCK_H
#define PORT_COMMON_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Lets the clock run with real time. No effect when it runs.
 */
void clock_run(void);

/**
 * Stops the clock where it is. No effect when it stands.
 */
void clock_hold(void);

/**
 * Moves the clock ahead, running or not.
 *
 * @param ms  milliseconds
 */
void clock_advance(uint32_t ms);

/**
 * @return virtual time since the clock's start, in nanoseconds. sys_now() is the same time in
 *         milliseconds, modulo 2^32 (lwIP, sys.h).
 */
uint64_t clock_now_ns(void);

/**
 * Real time. The target defines it: linux/clock.c, mps2-an385/systick.c.
 *
 * @return nanoseconds since any fixed moment; never less than the call before
 */
uint64_t clock_real_ns(void);

#ifdef __cplusplus
}
#endif

#endif
