/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Real time on the board: the processor's SysTick timer (ARMv7-M Architecture Reference Manual, B3.3),
 * which interrupts each millisecond and can be read in between. It is what common/clock.h runs with.
 */
#ifndef PORT_MPS2_AN385_SYSTICK_H
#define PORT_MPS2_AN385_SYSTICK_H

#include <stdint.h>

/** The processor's clock (AN385, "Clocks"). */
#define SYSTICK_HZ 25000000u

/** Starts the timer; clock_real_ns() counts from here. */
void systick_start(void);

#endif
