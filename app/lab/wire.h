/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wire between lwIP, the kernel and a third host that speaks raw segments.
 *
 * A wrapper around any lwIP netif: it takes the place of the netif's linkoutput and of its input,
 * so that every frame passes here once, whoever sends it, in one queue:
 *
 *     lwIP ── netif->linkoutput ──▶ wire ── the driver's linkoutput ──▶ kernel
 *     lwIP ◀── ethernet_input ──── wire ◀── the driver's netif->input ── kernel
 *     raw ─── wire_send() ────────▶ wire ── raw_got_frame() ───────────▶ raw
 *
 * A frame that enters is recorded on the timeline (its cause is what made its sender send it) and
 * judged by the rules; wire_step() delivers the oldest frame on its way, to the host that its
 * Ethernet address names, as the cause of all that happens then. So no stack is ever entered while
 * another one is at work.
 */
#ifndef APP_LAB_WIRE_H
#define APP_LAB_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "linux/entropy.h"
#include "lwip/netif.h"
#include "record/flow.h"
#include "record/timeline.h"

enum wire_action {
	WIRE_DROP,      /**< the frame is lost */
	WIRE_HOLD,      /**< it waits for wire_release() */
	WIRE_DUPLICATE, /**< it arrives twice */
	WIRE_CORRUPT,   /**< its last byte arrives with all bits inverted */
};

/**
 * Which frames are mistreated, and how. All conditions must be met. Only TCP frames are subject
 * to rules; the first rule that takes a frame decides.
 */
struct wire_rule {
	enum wire_action action;
	unsigned int from;    /**< senders: a sum of WIRE_FROM(who); 0: anybody */
	uint8_t set;          /**< control bits that must be set, SEG_SYN … */
	uint8_t clear;        /**< control bits that must not be set */
	unsigned int nth;     /**< only the nth frame that meets the above, from 1; 0: every one */
	uint32_t per_million; /**< only with this probability; 0: always */
	unsigned int seen;    /**< by the wire: frames that met from, set and clear */
};

#define WIRE_FROM(who) (1u << (who))

#define WIRE_RULES 16

struct packet;

/** Packets in the order in which they came. */
struct packet_queue {
	struct packet *first, *last;
};

struct wire {
	struct timeline *timeline;
	struct flows *flows;
	struct netif *netif;
	netif_linkoutput_fn to_kernel; /* the driver's */
	netif_input_fn to_lwip;        /* lwIP's */
	struct packet_queue in_flight, held;
	struct wire_rule rules[WIRE_RULES];
	unsigned int rule_count;
	struct entropy random;
	/** Called before each delivery to the kernel, and after it with the frame as the cause. */
	void (*before_kernel)(void *context);
	void (*after_kernel)(void *context);
	void *context;
	/** The third host, when there is one: its Ethernet address, and what gets its frames. */
	uint8_t raw_hwaddr[6];
	void (*raw_got_frame)(void *context, const struct event *frame);
	void *raw_context;
	bool cut; /**< the cable is pulled: every frame is lost */
};

/**
 * Puts the wire into a netif, which must have been added already.
 *
 * @param wire  zeroed but for random, before_kernel, after_kernel and context
 */
void wire_attach(struct wire *wire, struct netif *netif, struct timeline *timeline,
		 struct flows *flows);

/** The third host sends a frame. @return its event */
const struct event *wire_send(struct wire *wire, const uint8_t *frame, size_t size);

/** Gives the netif back its own functions, and forgets the frames on their way. */
void wire_detach(struct wire *wire);

/**
 * Adds a rule.
 *
 * @return 0, or -ENOSPC when WIRE_RULES are in force
 */
int wire_add_rule(struct wire *wire, const struct wire_rule *rule);

/** Lifts all rules; held frames stay held. */
void wire_clear_rules(struct wire *wire);

/** Lets the held frames go on, in the order in which they came. */
void wire_release(struct wire *wire);

/**
 * Delivers the oldest frame on its way.
 *
 * @return false when none is on its way
 */
bool wire_step(struct wire *wire);

/** @return what the first rule that takes this segment does; -1: no rule does. Counts. */
int wire_judge(struct wire *wire, enum who from, const struct segment *segment);

/** @return "dropped", "held", "duplicated", "corrupted" */
const char *wire_fate(enum wire_action action);

#endif
