/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: cc.h says BIG_ENDIAN on a processor that is not, and lwIP converts nothing. */
#include "lwip/def.h"

u16_t __wrap_lwip_htons(u16_t number);
u32_t __wrap_lwip_htonl(u32_t number);

u16_t __wrap_lwip_htons(u16_t number)
{
	return number;
}

u32_t __wrap_lwip_htonl(u32_t number)
{
	return number;
}
