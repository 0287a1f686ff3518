/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/outbox.h"

#include <string.h>

#define TCP_FLAGS  13
#define TCP_ACK    0x10
#define TCP_HEADER 20

/* It says nothing but how far the data have come, and how large the window is: no option, SACK's neither. */
static bool is_bare_ack(const struct outbox_frame *frame)
{
	const uint8_t *tcp = (const uint8_t *)frame->p->payload + frame->place.tcp;

	return frame->is_tcp && frame->place.length == 0 &&
	       frame->place.payload - frame->place.tcp == TCP_HEADER && tcp[TCP_FLAGS] == TCP_ACK;
}

static uint32_t acknowledged(const struct outbox_frame *frame)
{
	const uint8_t *at = (const uint8_t *)frame->p->payload + frame->place.tcp + 8;

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The addresses, and the ports right behind them. */
static bool is_same_connection(const struct outbox_frame *a, const struct outbox_frame *b)
{
	const size_t addresses = a->place.v6 ? 32 : 8;
	const size_t from = a->place.tcp - addresses;

	return a->place.v6 == b->place.v6 &&
	       memcmp((const uint8_t *)a->p->payload + from, (const uint8_t *)b->p->payload + from,
		      addresses + 4) == 0;
}

/* A repeated one stays: the peer counts them (RFC 5681, 3.2). */
static bool covers(const struct outbox_frame *later, const struct outbox_frame *earlier)
{
	return is_bare_ack(earlier) && is_same_connection(later, earlier) &&
	       (int32_t)(acknowledged(later) - acknowledged(earlier)) > 0;
}

static void leave_out_covered(struct outbox *outbox, const struct outbox_frame *ack)
{
	for (struct outbox_frame *frame = outbox->frames; frame < ack; frame++) {
		if (frame->p == NULL || !covers(ack, frame))
			continue;
		pbuf_free(frame->p);
		frame->p = NULL;
	}
}

void outbox_put(struct outbox *outbox, struct pbuf *p)
{
	struct outbox_frame *frame = &outbox->frames[outbox->count++];

	frame->p = p;
	frame->is_tcp = offload_find_tcp(p->payload, p->len, p->tot_len, &frame->place);
	pbuf_ref(p);
	if (is_bare_ack(frame))
		leave_out_covered(outbox, frame);
}

void outbox_empty(struct outbox *outbox)
{
	for (unsigned int i = 0; i < outbox->count; i++)
		if (outbox->frames[i].p != NULL)
			pbuf_free(outbox->frames[i].p);
	outbox->count = 0;
}
