/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/pbuf.h"

/* A frame between its sender and its receiver. Its bytes belong to the timeline. */
struct packet {
	struct packet *next;
	enum who to;
	uint32_t event;
	uint8_t *bytes;
	uint32_t size;
};

/* lwIP's netif functions have no argument of their own: the wire is found by its netif. */
static int client_data_id = -1;

static struct wire *wire_of(const struct netif *netif)
{
	return netif_get_client_data(netif, (u8_t)client_data_id);
}

static void enqueue(struct packet_queue *queue, struct packet *packet)
{
	packet->next = NULL;
	if (queue->first == NULL)
		queue->first = packet;
	else
		queue->last->next = packet;
	queue->last = packet;
}

static struct packet *dequeue(struct packet_queue *queue)
{
	struct packet *packet = queue->first;

	if (packet != NULL)
		queue->first = packet->next;
	return packet;
}

static void discard(struct packet_queue *queue)
{
	struct packet *packet;

	while ((packet = dequeue(queue)) != NULL)
		free(packet);
}

const char *wire_fate(enum wire_action action)
{
	static const char *const fates[] = {
		[WIRE_DROP] = "dropped",
		[WIRE_HOLD] = "held",
		[WIRE_DUPLICATE] = "duplicated",
		[WIRE_CORRUPT] = "corrupted",
	};

	return fates[action];
}

int wire_judge(struct wire *wire, enum who from, const struct segment *segment)
{
	int action = -1;

	for (unsigned int i = 0; i < wire->rule_count; i++) {
		struct wire_rule *rule = &wire->rules[i];

		if (rule->from != 0 && !(rule->from & WIRE_FROM(from)))
			continue;
		if ((segment->flags & rule->set) != rule->set || (segment->flags & rule->clear))
			continue;
		rule->seen++;
		if (action >= 0 || (rule->nth != 0 && rule->nth != rule->seen))
			continue;
		if (rule->per_million != 0 &&
		    entropy_next(&wire->random) % 1000000 >= rule->per_million)
			continue;
		action = (int)rule->action;
	}
	return action;
}

static void send_on(struct packet_queue *queue, enum who to, const struct event *frame,
		    uint8_t *bytes)
{
	struct packet *packet = malloc(sizeof(*packet));

	if (packet == NULL) {
		fputs("tcplab: out of memory for a frame on the wire\n", stderr);
		exit(2);
	}
	packet->to = to;
	packet->event = frame->n;
	packet->bytes = bytes;
	packet->size = frame->frame.size;
	enqueue(queue, packet);
}

/*
 * Whether a frame goes to a host. lwIP and the kernel get all of each other's, as on a cable,
 * but those that are for the third host alone.
 */
static bool goes_to(const struct wire *wire, enum who host, const struct event *frame)
{
	const uint8_t *hwaddr = frame->frame.bytes;
	bool third = wire->raw_got_frame != NULL;
	bool group = hwaddr[0] & 1;
	bool to_third = third && memcmp(hwaddr, wire->raw_hwaddr, 6) == 0;
	bool to_lwip = memcmp(hwaddr, wire->netif->hwaddr, 6) == 0;

	if (host == frame->who)
		return false;
	if (host == WHO_RAW)
		return third && (group || to_third);
	if (frame->who == WHO_RAW)
		return group || to_lwip == (host == WHO_LWIP);
	return !to_third;
}

static void send_to_hosts(struct packet_queue *queue, const struct wire *wire,
			  const struct event *frame, uint8_t *bytes)
{
	for (enum who host = WHO_LWIP; host <= WHO_RAW; host++)
		if (goes_to(wire, host, frame))
			send_on(queue, host, frame, bytes);
}

static uint8_t *corrupted(struct wire *wire, const struct event *frame)
{
	uint8_t *copy = timeline_room(wire->timeline, frame->frame.size);

	memcpy(copy, frame->frame.bytes, frame->frame.size);
	copy[frame->frame.size - 1] ^= 0xff;
	return copy;
}

/* A frame enters the wire: it is recorded, judged, and sent on its way or not. */
static const struct event *enter(struct wire *wire, enum who from, uint8_t *bytes, size_t size)
{
	struct event *event = timeline_add(wire->timeline, EV_FRAME, from, NULL);
	int action = -1;

	event->frame.bytes = bytes;
	event->frame.size = (uint32_t)size;
	if (segment_parse(bytes, size, &event->frame.segment) == 0) {
		event->frame.tcp = true;
		event->conn = flow_segment(wire->flows, &event->frame.segment, &event->frame.seq,
					   &event->frame.ack)
				      ->name;
		action = wire_judge(wire, event->who, &event->frame.segment);
	}
	if (wire->cut)
		action = WIRE_DROP;
	if (action >= 0)
		event->frame.fate = wire_fate((enum wire_action)action);
	switch (action) {
	case WIRE_DROP: break;
	case WIRE_HOLD: send_to_hosts(&wire->held, wire, event, bytes); break;
	case WIRE_CORRUPT:
		send_to_hosts(&wire->in_flight, wire, event, corrupted(wire, event));
		break;
	case WIRE_DUPLICATE: send_to_hosts(&wire->in_flight, wire, event, bytes); /* fall through */
	default: send_to_hosts(&wire->in_flight, wire, event, bytes); break;
	}
	return event;
}

static void enter_pbuf(struct wire *wire, enum who from, const struct pbuf *p)
{
	uint8_t *bytes = timeline_room(wire->timeline, p->tot_len);

	pbuf_copy_partial(p, bytes, p->tot_len, 0);
	enter(wire, from, bytes, p->tot_len);
}

const struct event *wire_send(struct wire *wire, const uint8_t *frame, size_t size)
{
	uint8_t *bytes = timeline_room(wire->timeline, size);

	memcpy(bytes, frame, size);
	return enter(wire, WHO_RAW, bytes, size);
}

static err_t from_lwip(struct netif *netif, struct pbuf *p)
{
	enter_pbuf(wire_of(netif), WHO_LWIP, p);
	return ERR_OK;
}

static err_t from_kernel(struct pbuf *p, struct netif *netif)
{
	enter_pbuf(wire_of(netif), WHO_KERNEL, p);
	pbuf_free(p);
	return ERR_OK;
}

static void lost(struct wire *wire, const struct packet *packet, const char *text)
{
	struct event *fault = timeline_add(wire->timeline, EV_FAULT, WHO_WIRE, NULL);

	fault->fault.action = "lost";
	fault->fault.frame = packet->event;
	fault->fault.text = text;
}

/* The bytes are the timeline's, the pbuf is on the stack. */
static void keep(struct pbuf *p)
{
	(void)p;
}

static void deliver_to_kernel(struct wire *wire, const struct packet *packet)
{
	/* Not from lwIP's pools: lwIP's own frame was freed when it entered the wire. */
	struct pbuf_custom own = { .custom_free_function = keep };
	struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, (u16_t)packet->size, PBUF_REF, &own,
					     packet->bytes, (u16_t)packet->size);

	if (wire->to_kernel(wire->netif, p) != ERR_OK)
		lost(wire, packet, "the device did not take this frame");
	pbuf_free(p);
}

static void deliver_to_lwip(struct wire *wire, const struct packet *packet)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)packet->size, PBUF_POOL);

	if (p == NULL) {
		lost(wire, packet, "lwIP's pbuf pool is empty");
		return;
	}
	pbuf_take(p, packet->bytes, (u16_t)packet->size);
	if (wire->to_lwip(p, wire->netif) != ERR_OK)
		pbuf_free(p);
}

bool wire_step(struct wire *wire)
{
	struct packet *packet;
	struct cause before;

	/* What the kernel does of its own accord until now is not this frame's doing. */
	if (wire->in_flight.first != NULL && wire->in_flight.first->to == WHO_KERNEL)
		wire->before_kernel(wire->context);
	packet = dequeue(&wire->in_flight);
	if (packet == NULL)
		return false;
	before = timeline_set_cause(wire->timeline, (struct cause){ .event = packet->event });
	switch (packet->to) {
	case WHO_KERNEL:
		deliver_to_kernel(wire, packet);
		wire->after_kernel(wire->context);
		break;
	case WHO_RAW:
		wire->raw_got_frame(wire->raw_context,
				    timeline_event(wire->timeline, packet->event));
		break;
	default: deliver_to_lwip(wire, packet); break;
	}
	timeline_set_cause(wire->timeline, before);
	free(packet);
	return true;
}

int wire_add_rule(struct wire *wire, const struct wire_rule *rule)
{
	if (wire->rule_count == WIRE_RULES)
		return -ENOSPC;
	wire->rules[wire->rule_count] = *rule;
	wire->rules[wire->rule_count++].seen = 0;
	return 0;
}

void wire_clear_rules(struct wire *wire)
{
	wire->rule_count = 0;
}

void wire_release(struct wire *wire)
{
	struct packet *packet;

	while ((packet = dequeue(&wire->held)) != NULL) {
		const struct event *frame = timeline_event(wire->timeline, packet->event);
		struct event *fault = timeline_add(wire->timeline, EV_FAULT, WHO_WIRE, frame->conn);

		fault->fault.action = "release";
		fault->fault.frame = packet->event;
		fault->fault.text = "a held frame goes on";
		enqueue(&wire->in_flight, packet);
	}
}

void wire_attach(struct wire *wire, struct netif *netif, struct timeline *timeline,
		 struct flows *flows)
{
	wire->timeline = timeline;
	wire->flows = flows;
	wire->netif = netif;
	if (client_data_id < 0)
		client_data_id = netif_alloc_client_data_id();
	netif_set_client_data(netif, (u8_t)client_data_id, wire);
	wire->to_kernel = netif->linkoutput;
	wire->to_lwip = netif->input;
	netif->linkoutput = from_lwip;
	netif->input = from_kernel;
}

void wire_detach(struct wire *wire)
{
	if (wire->netif == NULL)
		return;
	wire->netif->linkoutput = wire->to_kernel;
	wire->netif->input = wire->to_lwip;
	wire->netif = NULL;
	discard(&wire->in_flight);
	discard(&wire->held);
}
