/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071), eight bytes at a time: lwIP's LWIP_CHKSUM in the bulk profile.
 */
#ifndef PORT_LINUX_BULK_CHECKSUM_H
#define PORT_LINUX_BULK_CHECKSUM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @param bytes  at any address
 * @param size   of them, in bytes; an odd one is followed by a zero
 * @return the one's complement sum, not inverted, as it lies in memory
 */
uint16_t checksum_sum(const void *bytes, int size);

/**
 * What a checksum becomes when 16 bits under it change (RFC 1624, 3).
 *
 * @param checksum, from, to  as they lie in memory
 */
uint16_t checksum_update(uint16_t checksum, uint16_t from, uint16_t to);

#ifdef __cplusplus
}
#endif

#endif
