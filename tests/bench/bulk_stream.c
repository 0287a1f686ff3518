/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"

void bulk_fail(const char *format, ...)
{
	va_list args;

	fputs("bulk: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

const uint8_t *bulk_stream(uint64_t from)
{
	static uint8_t *stream;

	if (stream == NULL) {
		uint32_t state = 1;

		stream = malloc(BULK_PERIOD + BULK_PIECE);
		if (stream == NULL)
			bulk_fail("no memory for the stream");
		for (unsigned int i = 0; i < BULK_PERIOD + BULK_PIECE; i++) {
			state = state * 1664525 + 1013904223;
			stream[i] = i < BULK_PERIOD ? (uint8_t)(state >> 24)
						    : stream[i - BULK_PERIOD];
		}
		/* iperf's first bytes are flags: none. */
		memset(stream, 0, 24);
		memset(stream + BULK_PERIOD, 0, 24);
	}
	return stream + from % BULK_PERIOD;
}

void bulk_received(struct bulk *bulk, unsigned int flow, const void *bytes, unsigned int size)
{
	struct bulk_count *count = bulk->count;

	if (bulk->plan.bytes > 0 &&
	    memcmp(bulk_stream(count->bytes[flow]), bytes, size) != 0)
		__atomic_add_fetch(&count->wrong, 1, __ATOMIC_RELAXED);
	count->bytes[flow] += size;
}

void bulk_ended(struct bulk *bulk, unsigned int flow)
{
	if (bulk->count->bytes[flow] != bulk->plan.bytes)
		__atomic_add_fetch(&bulk->count->wrong, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&bulk->count->ended, 1, __ATOMIC_RELAXED);
}
