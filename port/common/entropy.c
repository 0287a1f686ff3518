/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/entropy.h"

#include <stdbool.h>

#include "arch/cc.h"

static struct entropy repeatable;
static bool seeded;

uint32_t entropy_next(struct entropy *entropy)
{
	uint64_t z = entropy->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

void entropy_seed(uint64_t seed)
{
	repeatable.state = seed;
	seeded = true;
}

uint32_t entropy_u32(void)
{
	return seeded ? entropy_next(&repeatable) : entropy_real_u32();
}
