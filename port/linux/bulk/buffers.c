/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/buffers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

struct buffers {
	struct buffer *free;
	uint8_t *memory;
	size_t size; /* of the memory */
	unsigned int out;
	bool closed;
};

static void release(struct buffers *buffers)
{
	munmap(buffers->memory, buffers->size);
	free(buffers);
}

void buffers_put_back(struct buffer *buffer)
{
	struct buffers *buffers = buffer->home;

	buffer->next = buffers->free;
	buffers->free = buffer;
	buffers->out--;
	if (buffers->closed && buffers->out == 0)
		release(buffers);
}

/* lwIP is done with it. */
static void take_back(struct pbuf *p)
{
	buffers_put_back((struct buffer *)(void *)p);
}

struct buffers *buffers_open(size_t size, unsigned int count)
{
	const size_t stride = (sizeof(struct buffer) + BUFFERS_HEADROOM + size + 63) / 64 * 64;
	struct buffers *buffers = calloc(1, sizeof(*buffers));
	void *memory;

	if (buffers == NULL)
		return NULL;
	buffers->size = stride * count;
	memory = mmap(NULL, buffers->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED) {
		free(buffers);
		return NULL;
	}
	buffers->memory = memory;
	for (unsigned int i = count; i-- > 0;) {
		struct buffer *buffer = (void *)(buffers->memory + i * stride);

		buffer->custom.custom_free_function = take_back;
		buffer->home = buffers;
		buffer->next = buffers->free;
		buffers->free = buffer;
	}
	return buffers;
}

void buffers_close(struct buffers *buffers)
{
	buffers->closed = true;
	if (buffers->out == 0)
		release(buffers);
}

struct buffer *buffers_take(struct buffers *buffers)
{
	struct buffer *buffer = buffers->free;

	if (buffer == NULL)
		return NULL;
	buffers->free = buffer->next;
	buffers->out++;
	return buffer;
}

struct pbuf *buffers_hand_over(struct buffer *buffer, uint16_t length)
{
	return pbuf_alloced_custom(PBUF_RAW, length, PBUF_REF, &buffer->custom,
				   buffer->bytes + BUFFERS_HEADROOM, length);
}
