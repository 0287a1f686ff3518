/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4, a keyed hash for short inputs (Aumasson and Bernstein, INDOCRYPT 2012).
 */
#ifndef PORT_GUARD_SIPHASH_H
#define PORT_GUARD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIPHASH_KEY 16

/**
 * @param key   SIPHASH_KEY bytes, secret
 * @param data  size bytes
 * @return the hash; without the key it cannot be told from a random number
 */
uint64_t siphash(const uint8_t key[SIPHASH_KEY], const uint8_t *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
