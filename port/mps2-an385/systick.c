/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/systick.h"

#include "common/clock.h"
#include "mps2-an385/cpu.h"
#include "mps2-an385/startup.h"

/* B3.3.2 */
#define SYST_CSR           ((volatile uint32_t *)0xe000e010u)
#define SYST_RVR           ((volatile uint32_t *)0xe000e014u)
#define SYST_CVR           ((volatile uint32_t *)0xe000e018u)
#define SYST_CSR_ENABLE    (1u << 0)
#define SYST_CSR_TICKINT   (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2)                          /* the processor's clock */
#define SCB_ICSR           ((volatile uint32_t *)0xe000ed04u) /* B3.2.4 */
#define SCB_ICSR_PENDSTSET (1u << 26)

#define CYCLES_PER_MS (SYSTICK_HZ / 1000)
#define NS_PER_CYCLE  (1000000000u / SYSTICK_HZ)
#define NS_PER_MS     1000000u

static volatile uint64_t ticks; /* ms */

void systick_interrupt(void)
{
	ticks++;
}

void systick_start(void)
{
	*SYST_RVR = CYCLES_PER_MS - 1;
	*SYST_CVR = 0;
	*SYST_CSR = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
}

/* The timer counts down, whether its interrupt is let through or not. */
uint64_t clock_real_ns(void)
{
	uint32_t irq = cpu_irq_save();
	uint32_t left = *SYST_CVR;
	uint64_t ms = ticks;

	if (*SCB_ICSR & SCB_ICSR_PENDSTSET) { /* a millisecond has passed that ticks lacks */
		left = *SYST_CVR;
		ms++;
	}
	cpu_irq_restore(irq);
	return ms * NS_PER_MS + (uint64_t)(CYCLES_PER_MS - 1 - left) * NS_PER_CYCLE;
}
