/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/semihost.h"

#include <stdint.h>

#define SYS_EXIT_EXTENDED           0x20    /* 6.9 */
#define ADP_STOPPED_APPLICATIONEXIT 0x20026 /* 6.8, table 6-7 */

void semihost_exit(int code)
{
	const uint32_t block[2] = { ADP_STOPPED_APPLICATIONEXIT, (uint32_t)code };
	register uint32_t operation __asm("r0") = SYS_EXIT_EXTENDED;
	register const uint32_t *parameter __asm("r1") = block;

	for (;;)
		__asm volatile("bkpt 0xab" : "+r"(operation) : "r"(parameter) : "memory");
}
