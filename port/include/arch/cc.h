/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP asks of a compiler and a platform (lwIP's doc "Porting: system layer"), for every
 * target of this port. A target adds the functions that are declared here, and sys_now().
 */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

/* The C library has struct timeval and the errno values: lwIP needs none of its own. */
#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE

#ifndef BYTE_ORDER /* some C libraries define it, and the two constants, in <stdlib.h> */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BYTE_ORDER BIG_ENDIAN
#else
#define BYTE_ORDER LITTLE_ENDIAN
#endif
#endif

#define PACK_STRUCT_STRUCT __attribute__((packed))

#ifdef __cplusplus
extern "C" {
#endif

/*
 * 32 random bits, from the target's entropy source. lwIP takes its first ports, transaction
 * numbers and interface identifiers from here.
 */
uint32_t entropy_u32(void);
#define LWIP_RAND() entropy_u32()

/*
 * Called where lwIP finds its own state broken. Must not return: going on would corrupt memory.
 *
 * message, file: C strings; line: of lwIP's source.
 */
void platform_assert_failed(const char *message, const char *file, int line)
	__attribute__((noreturn));
#define LWIP_PLATFORM_ASSERT(message) platform_assert_failed((message), __FILE__, __LINE__)

#ifdef __cplusplus
}
#endif

#define LWIP_PLATFORM_DIAG(message) \
	do {                        \
		printf message;     \
	} while (0)

#endif
