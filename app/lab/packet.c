/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/packet.h"

#include <stdlib.h>

/* Puts a packet behind another one; NULL: in front. */
static void put_behind(struct packet_queue *queue, struct packet *before, struct packet *packet)
{
	struct packet **at = before == NULL ? &queue->first : &before->next;

	packet->next = *at;
	*at = packet;
	if (packet->next == NULL)
		queue->last = packet;
}

static void take_behind(struct packet_queue *queue, struct packet *before)
{
	struct packet **at = before == NULL ? &queue->first : &before->next;

	*at = (*at)->next;
	if (*at == NULL)
		queue->last = before;
}

void packet_enqueue(struct packet_queue *queue, struct packet *packet)
{
	put_behind(queue, queue->last, packet);
}

void packet_insert(struct packet_queue *queue, struct packet *packet)
{
	struct packet *before = NULL;

	for (struct packet *p = queue->first; p != NULL && p->due_ns <= packet->due_ns; p = p->next)
		before = p;
	put_behind(queue, before, packet);
}

struct packet *packet_dequeue(struct packet_queue *queue)
{
	struct packet *packet = queue->first;

	if (packet != NULL)
		take_behind(queue, NULL);
	return packet;
}

struct packet *packet_take(struct packet_queue *queue,
			   bool (*holds)(const struct packet *packet, const void *context),
			   const void *context)
{
	struct packet *before = NULL, *packet = queue->first;

	while (packet != NULL && !holds(packet, context)) {
		before = packet;
		packet = packet->next;
	}
	if (packet != NULL)
		take_behind(queue, before);
	return packet;
}

void packet_discard(struct packet_queue *queue)
{
	struct packet *packet;

	while ((packet = packet_dequeue(queue)) != NULL)
		free(packet);
}
