/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Cortex-M3: its interrupts and its sleep (ARMv7-M Architecture Reference Manual, DDI 0403E).
 *
 * No interrupt handler of this port enters lwIP: each only marks that there is something to do, and
 * the main loop does it. So lwIP needs no protection (SYS_LIGHTWEIGHT_PROT 0), and the main loop
 * needs what is below for one thing: to look whether there is work, and to sleep if not, as one step.
 */
#ifndef PORT_MPS2_AN385_CPU_H
#define PORT_MPS2_AN385_CPU_H

#include <stdint.h>

/** The interrupt lines in use (Arm, Application Note AN385, "Interrupts"). */
enum cpu_irq {
	CPU_IRQ_UART0_RX = 0,
	CPU_IRQ_ETHERNET = 13,
};

/** Keeps all interrupts waiting (B1.4.3, PRIMASK). @return for cpu_irq_restore() */
static inline uint32_t cpu_irq_save(void)
{
	uint32_t primask;

	__asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) : : "memory");
	return primask;
}

/** Back to how it was before cpu_irq_save(). */
static inline void cpu_irq_restore(uint32_t primask)
{
	__asm volatile("msr primask, %0" : : "r"(primask) : "memory");
}

/**
 * Sleeps until an interrupt waits. After cpu_irq_save(), too: it is woken by one that is kept
 * waiting (B1.5.19), so none can slip in between the look for work and the sleep.
 */
static inline void cpu_wait(void)
{
	__asm volatile("dsb\n\twfi" : : : "memory");
}

/** Lets an interrupt line through (B3.4.4, NVIC_ISER). */
static inline void cpu_irq_enable(enum cpu_irq irq)
{
	volatile uint32_t *iser = (volatile uint32_t *)0xe000e100u;

	iser[irq / 32] = 1u << (irq % 32);
}

#endif
