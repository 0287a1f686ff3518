/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/stack.h"

#define PAINT 0xa5a5a5a5u

/* Below the stack pointer nothing is alive: no interrupt is enabled at reset. */
void stack_paint(void)
{
	uint32_t *sp;

	__asm volatile("mov %0, sp" : "=r"(sp));
	for (volatile uint32_t *at = stack_bottom; at < sp; at++)
		*at = PAINT;
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
