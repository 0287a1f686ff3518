/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/stack.h"

#define PAINT 0xa5a5a5a5u

/* ARMv7-M Architecture Reference Manual, B3.5.5 to B3.5.9 */
#define MPU_CTRL            ((volatile uint32_t *)0xe000ed94u)
#define MPU_RNR             ((volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR            ((volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR            ((volatile uint32_t *)0xe000eda0u)
#define MPU_CTRL_ENABLE     (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2) /* all else is as without the MPU */
#define MPU_RASR_ENABLE     (1u << 0) /* with no bits of AP: no access */
#define MPU_RASR_SIZE(log2) (((log2)-1u) << 1)
#define GUARD_LOG2          16 /* larger than any function's frame */

/* Below the stack pointer nothing is alive: no interrupt is enabled at reset. */
void stack_paint(void)
{
	uint32_t *sp;

	__asm volatile("mov %0, sp" : "=r"(sp));
	for (volatile uint32_t *at = stack_bottom; at < sp; at++)
		*at = PAINT;
}

void stack_guard(void)
{
	*MPU_RNR = 0;
	*MPU_RBAR = (uint32_t)stack_bottom - (1u << GUARD_LOG2);
	*MPU_RASR = MPU_RASR_SIZE(GUARD_LOG2) | MPU_RASR_ENABLE;
	*MPU_CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
	__asm volatile("dsb\n\tisb" : : : "memory");
}

uint32_t stack_used(void)
{
	const uint32_t *at = stack_bottom;

	while (at < stack_top && *at == PAINT)
		at++;
	return (uint32_t)(stack_top - at) * sizeof(*at);
}

uint32_t stack_size_bytes(void)
{
	return (uint32_t)(stack_top - stack_bottom) * sizeof(*stack_top);
}

bool stack_contains(const uint32_t *address)
{
	return address >= stack_bottom && address < stack_top;
}
