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

/* Like random numbers (Knuth's MMIX). */
static uint8_t *make_stream(void)
{
	uint8_t *stream = malloc(BULK_PERIOD + BULK_PIECE);
	uint64_t state = 1;

	if (stream == NULL)
		bulk_fail("no memory for the stream");
	for (unsigned int i = 0; i < BULK_PERIOD; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		stream[i] = (uint8_t)(state >> 56);
	}
	memset(stream, 0, 24); /* iperf's flags: none */
	memcpy(stream + BULK_PERIOD, stream, BULK_PIECE);
	return stream;
}

const uint8_t *bulk_stream(const struct bulk *bulk, uint64_t from)
{
	static uint8_t *stream;

	if (stream == NULL)
		stream = make_stream();
	return stream + (bulk->plan.bytes > 0 ? from % BULK_PERIOD : 0);
}

void bulk_received(struct bulk *bulk, unsigned int flow, const void *bytes, unsigned int size)
{
	struct bulk_count *count = bulk->count;

	if (bulk->plan.bytes > 0 && memcmp(bulk_stream(bulk, count->bytes[flow]), bytes, size) != 0)
		__atomic_add_fetch(&count->wrong, 1, __ATOMIC_RELAXED);
	count->bytes[flow] += size;
}

void bulk_ended(struct bulk *bulk, unsigned int flow)
{
	if (bulk->count->bytes[flow] != bulk->plan.bytes)
		__atomic_add_fetch(&bulk->count->wrong, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&bulk->count->ended, 1, __ATOMIC_RELAXED);
}
