/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames between their sender and one receiver, in queues. The bytes belong to the timeline.
 */
#ifndef APP_LAB_PACKET_H
#define APP_LAB_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "record/timeline.h"

/** A moment that does not come by itself. */
#define PACKET_NEVER UINT64_MAX

struct packet {
	struct packet *next;
	enum who from, to;
	uint32_t event; /**< the frame's; 0: it was left out, and is here: */
	struct event frame;
	uint8_t *bytes;
	uint32_t size;
	/* While it waits: */
	int action;      /**< what the wire does to it */
	bool standing;   /**< by a rule of the command line */
	uint64_t due_ns; /**< when it goes on, on lwIP's clock; or PACKET_NEVER */
	uint8_t own[];   /**< the bytes of a frame that was left out */
};

/** In order of due time, then of arrival; where nothing is due, as they came. */
struct packet_queue {
	struct packet *first, *last;
};

/** Puts a packet at the end. */
void packet_enqueue(struct packet_queue *queue, struct packet *packet);

/** Puts a packet behind those that are due no later. */
void packet_insert(struct packet_queue *queue, struct packet *packet);

/** @return the first, taken out; NULL: none is there */
struct packet *packet_dequeue(struct packet_queue *queue);

/** @return the first of those that a condition holds for, taken out; NULL: none is there */
struct packet *packet_take(struct packet_queue *queue,
			   bool (*holds)(const struct packet *packet, const void *context),
			   const void *context);

/** Frees all. */
void packet_discard(struct packet_queue *queue);

#endif
