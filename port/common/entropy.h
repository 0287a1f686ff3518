/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Randomness for lwIP: the target's own, or a repeatable sequence.
 */
#ifndef PORT_COMMON_ENTROPY_H
#define PORT_COMMON_ENTROPY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A small generator with its own state, for whoever needs a repeatable sequence apart from
 * lwIP's (SplitMix64; Steele, Lea and Flood, OOPSLA 2014). Not for secrets.
 */
struct entropy {
	uint64_t state;
};

/**
 * @param entropy  a generator; its state is the seed, any value
 * @return the next 32 bits of its sequence
 */
uint32_t entropy_next(struct entropy *entropy);

/**
 * From now on entropy_u32() (cc.h) gives the sequence of this seed instead of the target's
 * random bits.
 *
 * @param seed  any value
 */
void entropy_seed(uint64_t seed);

/**
 * 32 random bits of the target's. The target defines it: linux/entropy.c, mps2-an385/platform.c.
 * It does not return when there are none to be had: going on would make numbers that can be guessed.
 */
uint32_t entropy_real_u32(void);

#ifdef __cplusplus
}
#endif

#endif
