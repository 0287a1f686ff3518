/* SPDX-License-Identifier: BSD-3-Clause */
#include "guard/siphash.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

/* Eight bytes, least significant first, whatever the processor's order: compilers make one load of it. */
static uint64_t load(const uint8_t *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

/* The last ones, fewer than eight. */
static uint64_t load_rest(const uint8_t *bytes, size_t count)
{
	uint64_t word = 0;

	while (count-- > 0)
		word = word << 8 | bytes[count];
	return word;
}

static inline void round_once(struct state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

/* The 2 of SipHash-2-4. */
static inline void absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	round_once(s);
	round_once(s);
	s->v0 ^= word;
}

uint64_t siphash(const uint8_t key[SIPHASH_KEY], const uint8_t *data, size_t size)
{
	uint64_t k0 = load(key), k1 = load(key + 8);
	/* "somepseudorandomlygeneratedbytes" */
	struct state s = {
		.v0 = k0 ^ UINT64_C(0x736f6d6570736575),
		.v1 = k1 ^ UINT64_C(0x646f72616e646f6d),
		.v2 = k0 ^ UINT64_C(0x6c7967656e657261),
		.v3 = k1 ^ UINT64_C(0x7465646279746573),
	};
	size_t left = size;

	for (; left >= 8; left -= 8, data += 8)
		absorb(&s, load(data));
	absorb(&s, load_rest(data, left) | (uint64_t)size << 56);
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++) /* the 4 */
		round_once(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
