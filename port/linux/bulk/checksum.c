/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/checksum.h"

#include <string.h>

#define IPV4_HEADER 20 /* of each packet but those with options */

/* One's complement: what is carried out at the top comes in at the bottom. */
static uint64_t add(uint64_t sum, uint64_t value)
{
	sum += value;
	return sum + (sum < value);
}

static uint64_t load(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, bytes, size);
	return value;
}

/* Both halves added to each other, twice: with the carry, the sum is in the upper half. */
static uint16_t fold(uint64_t sum)
{
	uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

	return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

uint16_t checksum_sum(const void *bytes, int size)
{
	const uint8_t *at = bytes;
	uint64_t a = 0, b = 0, c = 0, d = 0;

	if (size == IPV4_HEADER)
		return fold(add(add(load(at, 8), load(at + 8, 8)), load(at + 16, 4)));
	for (; size >= 32; size -= 32, at += 32) {
		a = add(a, load(at, 8));
		b = add(b, load(at + 8, 8));
		c = add(c, load(at + 16, 8));
		d = add(d, load(at + 24, 8));
	}
	for (; size >= 8; size -= 8, at += 8)
		a = add(a, load(at, 8));
	/* Of a size that the compiler knows: no call. In memory it comes first, on a machine of either byte order. */
	if (size & 4) {
		b = add(b, load(at, 4));
		at += 4;
	}
	if (size & 2) {
		c = add(c, load(at, 2));
		at += 2;
	}
	if (size & 1)
		d = add(d, load(at, 1));
	return fold(add(add(a, b), add(c, d)));
}

uint16_t checksum_update(uint16_t checksum, uint16_t from, uint16_t to)
{
	return (uint16_t)~fold((uint64_t)(uint16_t)~checksum + (uint16_t)~from + to);
}
