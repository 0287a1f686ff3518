/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/pbuf.h"
#include "record/describe.h"

/* Room for an Ethernet frame, with one VLAN tag: the lab's MTU is 1500 at most. */
#define BULK_FRAME (1500 + 14 + 4)
/* What is larger is copied elsewhere. */
#define ENTERING 2048

/* lwIP's netif functions have no argument of their own: the wire is found by its netif. */
static int client_data_id = -1;

static struct wire *wire_of(const struct netif *netif)
{
	return netif_get_client_data(netif, (u8_t)client_data_id);
}

const char *wire_fate(enum wire_action action)
{
	static const char *const fates[] = {
		[WIRE_DROP] = "dropped",         [WIRE_HOLD] = "held",
		[WIRE_DUPLICATE] = "duplicated", [WIRE_CORRUPT] = "corrupted",
		[WIRE_DELAY] = "delayed",        [WIRE_REORDER] = "reordered",
	};

	return fates[action];
}

enum who wire_far_end(const struct wire *wire)
{
	return wire->on_segment ? WHO_OTHERS : WHO_KERNEL;
}

/* The third host may come later. */
static bool can_be_there(const struct wire *wire, enum who host)
{
	return host == WHO_LWIP || host == wire_far_end(wire) ||
	       (host == WHO_RAW && !wire->on_segment);
}

/* -- The cable */

static void note_cable(struct wire *wire, bool cut)
{
	struct event *call = timeline_add(wire->timeline, EV_CALL, WHO_LAB, NULL);

	call->call.name = cut ? "cut" : "mend";
	call->call.args = "";
}

void wire_cut(struct wire *wire, bool cut)
{
	wire->cut = cut;
	note_cable(wire, cut);
}

static void pull(struct wire *wire, struct wire_rule *rule)
{
	rule->pulled = true;
	rule->due_ns = rule->time_ns == 0 ? PACKET_NEVER : wire->now_ns() + rule->time_ns;
	note_cable(wire, true);
}

static void mend(struct wire *wire, struct wire_rule *rule)
{
	rule->pulled = false;
	rule->due_ns = PACKET_NEVER;
	note_cable(wire, false);
}

/* A frame is the last one that passes. */
static void pull_after(struct wire *wire, struct wire_rule *rule, const struct event *frame)
{
	struct cause before =
		timeline_set_cause(wire->timeline, (struct cause){ .event = frame->n });

	if (!rule->pulled)
		pull(wire, rule);
	timeline_set_cause(wire->timeline, before);
}

static bool has_pulled(const struct wire_rules *rules)
{
	for (unsigned int i = 0; i < rules->count; i++)
		if (rules->rule[i].pulled)
			return true;
	return false;
}

static bool is_cut(const struct wire *wire)
{
	return wire->cut || has_pulled(&wire->standing) || has_pulled(&wire->rules);
}

static uint64_t next_cut_ns(const struct wire_rules *rules)
{
	uint64_t due_ns = PACKET_NEVER;

	for (unsigned int i = 0; i < rules->count; i++)
		if (rules->rule[i].due_ns < due_ns)
			due_ns = rules->rule[i].due_ns;
	return due_ns;
}

static void act_on_cable(struct wire *wire, struct wire_rules *rules, uint64_t now_ns)
{
	for (unsigned int i = 0; i < rules->count; i++) {
		struct wire_rule *rule = &rules->rule[i];

		if (rule->due_ns > now_ns)
			continue;
		if (rule->pulled)
			mend(wire, rule);
		else
			pull(wire, rule);
	}
}

/* -- Rules */

static bool meets(const struct wire_rule *rule, const struct event *frame)
{
	const struct segment *segment = &frame->frame.segment;

	if (rule->at || (rule->from != 0 && !(rule->from & WIRE_FROM(frame->who))))
		return false;
	if ((segment->flags & rule->set) != rule->set || (segment->flags & rule->clear))
		return false;
	if (rule->data != WIRE_ANY_DATA && (rule->data == WIRE_WITH_DATA) != (segment->length > 0))
		return false;
	return rule->conn[0] == '\0' ||
	       (frame->conn != NULL && strcmp(rule->conn, frame->conn) == 0);
}

/*
 * Whether a rule takes a frame that meets its conditions. It counts and draws whatever other rules
 * say: so its decisions stay the same when one is added.
 */
static bool takes(struct wire_rule *rule)
{
	bool drawn =
		rule->per_million == 0 || entropy_next(&rule->random) % 1000000 < rule->per_million;

	rule->seen++;
	if (rule->nth == 0)
		return drawn;
	return drawn && rule->seen >= rule->nth &&
	       rule->seen <= (rule->last == 0 ? rule->nth : rule->last);
}

static const struct wire_rule *judge(struct wire *wire, struct wire_rules *rules,
				     const struct event *frame)
{
	const struct wire_rule *first = NULL;

	for (unsigned int i = 0; i < rules->count; i++) {
		struct wire_rule *rule = &rules->rule[i];

		if (!meets(rule, frame) || !takes(rule))
			continue;
		if (rule->action == WIRE_CUT)
			pull_after(wire, rule, frame);
		else if (first == NULL)
			first = rule;
	}
	return first;
}

const struct wire_rule *wire_judge(struct wire *wire, const struct event *frame)
{
	const struct wire_rule *standing = judge(wire, &wire->standing, frame);
	const struct wire_rule *rule = judge(wire, &wire->rules, frame);

	return standing != NULL ? standing : rule;
}

/* Whether there can be a frame that meets a rule's sender. */
static bool has_sender(const struct wire *wire, const struct wire_rule *rule)
{
	for (enum who host = WHO_LWIP; host < WHO_HOSTS; host++)
		if ((rule->from & WIRE_FROM(host)) && can_be_there(wire, host))
			return true;
	return rule->from == 0;
}

static int add(const struct wire *wire, struct wire_rules *rules, const struct wire_rule *rule,
	       uint32_t index)
{
	struct entropy mixed = { wire->seed + index };
	struct wire_rule *added = &rules->rule[rules->count];

	if (rules->count == WIRE_RULES)
		return -ENOSPC;
	if (!has_sender(wire, rule))
		return -EHOSTUNREACH;
	rules->count++;
	*added = *rule;
	added->seen = 0;
	added->pulled = false;
	added->due_ns = rule->at ? rule->at_ns : PACKET_NEVER;
	added->standing = rules == &wire->standing;
	added->random.state = (uint64_t)entropy_next(&mixed) << 32;
	added->random.state |= entropy_next(&mixed);
	return 0;
}

int wire_add_rule(struct wire *wire, const struct wire_rule *rule)
{
	/* Those of the command line do not make the scenario's draw otherwise. */
	return add(wire, &wire->rules, rule, WIRE_RULES + wire->added++);
}

int wire_add_standing_rule(struct wire *wire, const struct wire_rule *rule)
{
	return add(wire, &wire->standing, rule, wire->standing.count);
}

void wire_clear_rules(struct wire *wire)
{
	for (unsigned int i = 0; i < wire->rules.count; i++)
		if (wire->rules.rule[i].pulled)
			mend(wire, &wire->rules.rule[i]);
	wire->rules.count = 0;
}

/* -- Frames on their way */

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

	if (host == frame->who || !can_be_there(wire, host))
		return false;
	if (host == WHO_RAW)
		return third && (group || to_third);
	if (frame->who == WHO_RAW)
		return group || to_lwip == (host == WHO_LWIP);
	return !to_third;
}

/* One packet to a host; by a rule that makes it wait, or with NULL. */
static void send_on(struct wire *wire, enum who to, const struct event *frame, uint8_t *bytes,
		    const struct wire_rule *rule)
{
	struct packet *packet = malloc(sizeof(*packet));

	if (packet == NULL) {
		fputs("tcplab: out of memory for a frame on the wire\n", stderr);
		exit(2);
	}
	*packet = (struct packet){ .from = frame->who, .to = to, .event = frame->n };
	packet->bytes = bytes;
	packet->size = frame->frame.size;
	if (rule == NULL) {
		packet_enqueue(&wire->in_flight, packet);
		return;
	}
	packet->action = (int)rule->action;
	packet->standing = rule->standing;
	packet->due_ns = rule->action == WIRE_REORDER ? wire->now_ns() + WIRE_REORDER_NS
			 : rule->time_ns == 0         ? PACKET_NEVER
						      : wire->now_ns() + rule->time_ns;
	packet_insert(&wire->waiting, packet);
}

static void send_to_hosts(struct wire *wire, const struct event *frame, uint8_t *bytes,
			  const struct wire_rule *rule)
{
	for (enum who host = WHO_LWIP; host < WHO_HOSTS; host++)
		if (goes_to(wire, host, frame))
			send_on(wire, host, frame, bytes, rule);
}

static uint8_t *corrupted(struct wire *wire, const struct event *frame)
{
	uint8_t *copy = timeline_room(wire->timeline, frame->frame.size);

	memcpy(copy, frame->frame.bytes, frame->frame.size);
	copy[frame->frame.size - 1] ^= 0xff;
	return copy;
}

static void note_fault(struct wire *wire, const struct packet *packet, const char *action,
		       const char *text)
{
	const struct event *frame =
		packet->event == 0 ? &packet->frame : timeline_event(wire->timeline, packet->event);
	struct event *fault = timeline_add(wire->timeline, EV_FAULT, WHO_WIRE, frame->conn);

	fault->fault.action = action;
	fault->fault.frame =
		packet->event == 0 ? timeline_cause(wire->timeline).event : packet->event;
	fault->fault.text = text;
}

/* A packet that has waited goes on, behind those on their way. */
static void let_go_on(struct wire *wire, struct packet *packet)
{
	note_fault(wire, packet, "release",
		   timeline_text(wire->timeline, "a %s frame goes on",
				 wire_fate((enum wire_action)packet->action)));
	packet_enqueue(&wire->in_flight, packet);
}

static bool lets_pass(const struct packet *packet, const void *sender)
{
	return packet->action == WIRE_REORDER && packet->from == *(const enum who *)sender;
}

/*
 * Whether a frame can be left out of a full timeline: it opens and closes nothing, no rule may
 * mistreat it, and no third host sends or gets it.
 */
static bool can_be_left_out(const struct wire *wire, const struct event *frame)
{
	const uint8_t *hwaddr = frame->frame.bytes;

	if (!timeline_is_full(wire->timeline) || frame->frame.size < 6)
		return false;
	if (wire->raw_got_frame != NULL &&
	    ((hwaddr[0] & 1) || memcmp(hwaddr, wire->raw_hwaddr, 6) == 0))
		return false;
	return frame->who != WHO_RAW &&
	       !(frame->frame.segment.flags & (SEG_SYN | SEG_FIN | SEG_RST)) && !is_cut(wire) &&
	       wire->standing.count + wire->rules.count == 0 && wire->waiting.first == NULL;
}

/* What is to be known of a frame before it is an event. */
static struct event look_at(struct wire *wire, enum who from, const uint8_t *bytes, size_t size)
{
	struct event frame = { .kind = EV_FRAME, .who = from };

	frame.frame.bytes = bytes;
	frame.frame.size = (uint32_t)size;
	frame.frame.tcp = segment_parse(bytes, size, &frame.frame.segment) == 0;
	if (!frame.frame.tcp)
		return frame;
	if (wire->before_frame != NULL)
		wire->before_frame(wire->context, &frame);
	frame.conn =
		flow_segment(wire->flows, &frame.frame.segment, &frame.frame.seq, &frame.frame.ack)
			->name;
	return frame;
}

/* A frame that is not recorded goes to the other stack. */
static void pass_by(struct wire *wire, const struct event *frame)
{
	struct packet *packet = malloc(sizeof(*packet) + frame->frame.size);

	if (packet == NULL) {
		fputs("tcplab: out of memory for a frame on the wire\n", stderr);
		exit(2);
	}
	*packet = (struct packet){ .from = frame->who,
				   .to = frame->who == WHO_LWIP ? wire_far_end(wire) : WHO_LWIP,
				   .size = frame->frame.size,
				   .frame = *frame };
	memcpy(packet->own, frame->frame.bytes, frame->frame.size);
	packet->bytes = packet->own;
	packet->frame.frame.bytes = packet->own;
	timeline_leave_out(wire->timeline, &packet->frame);
	packet_enqueue(&wire->in_flight, packet);
}

/* A frame is recorded, judged, and sent on its way or not. */
static const struct event *record(struct wire *wire, const struct event *frame)
{
	struct event *event = timeline_add(wire->timeline, EV_FRAME, frame->who, frame->conn);
	uint8_t *bytes = timeline_room(wire->timeline, frame->frame.size);
	static const struct wire_rule cable = { .action = WIRE_DROP };
	const struct wire_rule *rule = NULL;
	bool cut = is_cut(wire); /* before this frame: one that has it pulled still passes */
	struct packet *packet;

	event->frame = frame->frame;
	event->frame.bytes = memcpy(bytes, frame->frame.bytes, frame->frame.size);
	if (event->frame.tcp)
		rule = wire_judge(wire, event);
	if (cut)
		rule = &cable;
	if (rule != NULL)
		event->frame.fate = wire_fate(rule->action);
	switch (rule == NULL ? -1 : (int)rule->action) {
	case WIRE_DROP: return event;
	case WIRE_HOLD:
	case WIRE_DELAY:
	case WIRE_REORDER: send_to_hosts(wire, event, bytes, rule); return event;
	case WIRE_CORRUPT: send_to_hosts(wire, event, corrupted(wire, event), NULL); break;
	case WIRE_DUPLICATE: send_to_hosts(wire, event, bytes, NULL); /* fall through */
	default: send_to_hosts(wire, event, bytes, NULL); break;
	}
	while ((packet = packet_take(&wire->waiting, lets_pass, &event->who)) != NULL)
		let_go_on(wire, packet);
	return event;
}

/* A frame enters the wire. */
static const struct event *enter(struct wire *wire, enum who from, const uint8_t *bytes,
				 size_t size)
{
	struct event frame = look_at(wire, from, bytes, size);

	if (!can_be_left_out(wire, &frame))
		return record(wire, &frame);
	pass_by(wire, &frame);
	return NULL;
}

static void enter_pbuf(struct wire *wire, enum who from, const struct pbuf *p)
{
	uint8_t room[ENTERING];
	uint16_t size = p->tot_len;
	uint8_t *copy = size <= sizeof(room) ? room : malloc(size);

	if (copy == NULL) {
		fputs("tcplab: out of memory for a frame on the wire\n", stderr);
		exit(2);
	}
	pbuf_copy_partial(p, copy, size, 0);
	enter(wire, from, copy, size);
	if (copy != room)
		free(copy);
}

const struct event *wire_send(struct wire *wire, enum who from, const uint8_t *frame, size_t size)
{
	return enter(wire, from, frame, size);
}

/* In bulk, what is for the third host alone; returns whether it was. */
static bool enter_in_bulk(const struct wire *wire, const struct pbuf *p)
{
	uint8_t room[BULK_FRAME];
	const uint8_t *frame;
	uint16_t size = LWIP_MIN(p->tot_len, sizeof(room));

	if (wire->bulk_got_frame == NULL || size < sizeof(wire->raw_hwaddr))
		return false;
	frame = pbuf_get_contiguous(p, room, sizeof(room), size, 0);
	if (memcmp(frame, wire->raw_hwaddr, sizeof(wire->raw_hwaddr)) != 0)
		return false;
	wire->bulk_got_frame(wire->bulk_context, frame, size);
	return true;
}

static err_t from_lwip(struct netif *netif, struct pbuf *p)
{
	struct wire *wire = wire_of(netif);

	if (!enter_in_bulk(wire, p))
		enter_pbuf(wire, WHO_LWIP, p);
	return ERR_OK;
}

static err_t from_far_end(struct pbuf *p, struct netif *netif)
{
	struct wire *wire = wire_of(netif);

	if (!enter_in_bulk(wire, p))
		enter_pbuf(wire, wire_far_end(wire), p);
	pbuf_free(p);
	return ERR_OK;
}

/* The bytes are the timeline's, the pbuf is on the stack. */
static void keep(struct pbuf *p)
{
	(void)p;
}

static bool give_to_kernel(struct wire *wire, uint8_t *bytes, uint16_t size)
{
	/* Not from lwIP's pools: lwIP's own frame was freed when it entered the wire. */
	struct pbuf_custom own = { .custom_free_function = keep };
	struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, size, PBUF_REF, &own, bytes, size);
	bool taken = wire->to_kernel(wire->netif, p) == ERR_OK;

	pbuf_free(p);
	return taken;
}

static bool give_to_lwip(struct wire *wire, const uint8_t *bytes, uint16_t size)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, size, PBUF_POOL);

	if (p == NULL)
		return false;
	pbuf_take(p, bytes, size);
	if (wire->to_lwip(p, wire->netif) != ERR_OK)
		pbuf_free(p);
	return true;
}

static void deliver_to_kernel(struct wire *wire, const struct packet *packet)
{
	if (!give_to_kernel(wire, packet->bytes, (uint16_t)packet->size))
		note_fault(wire, packet, "lost", "the device did not take this frame");
}

static void deliver_to_lwip(struct wire *wire, const struct packet *packet)
{
	if (wire->lwip_got_frame != NULL) {
		if (!wire->lwip_got_frame(wire->lwip_context, packet->bytes, packet->size))
			note_fault(wire, packet, "lost", "the board does not take this frame");
	} else if (!give_to_lwip(wire, packet->bytes, (uint16_t)packet->size)) {
		note_fault(wire, packet, "lost", "lwIP's pbuf pool is empty");
	}
}

int wire_bulk(struct wire *wire, enum who to, uint8_t *frame, uint16_t size)
{
	bool taken;

	wire->in_bulk = true;
	taken = to == WHO_KERNEL ? give_to_kernel(wire, frame, size)
				 : give_to_lwip(wire, frame, size);
	wire->in_bulk = false;
	return taken ? 0 : -ENOBUFS;
}

uint64_t wire_due_ns(const struct wire *wire)
{
	uint64_t packet_ns =
		wire->waiting.first == NULL ? PACKET_NEVER : wire->waiting.first->due_ns;
	uint64_t standing_ns = next_cut_ns(&wire->standing), rules_ns = next_cut_ns(&wire->rules);
	uint64_t cut_ns = standing_ns < rules_ns ? standing_ns : rules_ns;

	return packet_ns < cut_ns ? packet_ns : cut_ns;
}

/* What is due comes about by time alone: nothing else is its cause. */
static void act_in_time(struct wire *wire)
{
	struct cause before;
	uint64_t now_ns;

	if (wire_due_ns(wire) == PACKET_NEVER)
		return;
	now_ns = wire->now_ns();
	before = timeline_set_cause(wire->timeline, (struct cause){ 0 });
	act_on_cable(wire, &wire->standing, now_ns);
	act_on_cable(wire, &wire->rules, now_ns);
	while (wire->waiting.first != NULL && wire->waiting.first->due_ns <= now_ns)
		let_go_on(wire, packet_dequeue(&wire->waiting));
	timeline_set_cause(wire->timeline, before);
}

bool wire_is_busy(const struct wire *wire)
{
	return wire->in_flight.first != NULL;
}

bool wire_step(struct wire *wire)
{
	struct packet *packet;
	struct cause before;

	act_in_time(wire);
	/* What the kernel does of its own accord until now is not this frame's doing. */
	if (wire->in_flight.first != NULL && wire->in_flight.first->to == wire_far_end(wire))
		wire->before_kernel(wire->context);
	packet = packet_dequeue(&wire->in_flight);
	if (packet == NULL)
		return false;
	before = timeline_set_cause(
		wire->timeline,
		(struct cause){ .event = packet->event,
				.frame = packet->event == 0 ? &packet->frame : NULL });
	switch (packet->to) {
	case WHO_KERNEL:
	case WHO_OTHERS:
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

static bool is_held_by_scenario(const struct packet *packet, const void *context)
{
	(void)context;
	return packet->action == WIRE_HOLD && !packet->standing;
}

void wire_release(struct wire *wire)
{
	struct packet *packet;

	while ((packet = packet_take(&wire->waiting, is_held_by_scenario, NULL)) != NULL)
		let_go_on(wire, packet);
}

void wire_finish(struct wire *wire)
{
	struct packet *packet;
	char text[DESCRIBE_STRLEN];

	while ((packet = packet_dequeue(&wire->waiting)) != NULL) {
		describe_frame(timeline_event(wire->timeline, packet->event), text);
		note_fault(wire, packet, "lost",
			   timeline_text(wire->timeline, "%s of %s is still %s at the end", text,
					 who_name(packet->from),
					 wire_fate((enum wire_action)packet->action)));
		free(packet);
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
	netif->input = from_far_end;
}

void wire_detach(struct wire *wire)
{
	if (wire->netif == NULL)
		return;
	wire->netif->linkoutput = wire->to_kernel;
	wire->netif->input = wire->to_lwip;
	wire->netif = NULL;
	packet_discard(&wire->in_flight);
	packet_discard(&wire->waiting);
}
