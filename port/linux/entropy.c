/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/entropy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

uint32_t entropy_real_u32(void)
{
	uint32_t bits;

	/* Up to 256 bytes come whole, or not at all before the kernel's pool is ready. */
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits)) {
		perror("getrandom");
		abort();
	}
	return bits;
}
