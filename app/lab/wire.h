/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wire between lwIP, the kernel and a third host that speaks raw segments; or between lwIP and the
 * other hosts of an Ethernet segment, which then stand where the kernel does.
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
 *
 * When the timeline is full (timeline_limit()), frames that bring nothing about pass without being recorded.
 *
 * A frame that a rule makes wait stands in a second queue, ordered by when it goes on. Time here is
 * lwIP's clock, which whoever moves it must not move past wire_due_ns() without wire_step().
 *
 * The third host can also speak in bulk: wire_bulk() delivers a frame at once, and what is sent to
 * the third host meanwhile goes straight to bulk_got_frame(). Neither is recorded nor judged.
 */
#ifndef APP_LAB_WIRE_H
#define APP_LAB_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/packet.h"
#include "linux/entropy.h"
#include "lwip/netif.h"
#include "record/flow.h"
#include "record/timeline.h"

enum wire_action {
	WIRE_DROP,      /**< the frame is lost */
	WIRE_HOLD,      /**< it waits for wire_release(), or for so long */
	WIRE_DUPLICATE, /**< it arrives twice */
	WIRE_CORRUPT,   /**< its last byte arrives with all bits inverted */
	WIRE_DELAY,     /**< it goes on after so long */
	WIRE_REORDER, /**< it lets the next frame of its sender pass, for WIRE_REORDER_NS at most */
	WIRE_CUT,     /**< after it the cable is pulled; or at a moment, without any frame */
};

#define WIRE_REORDER_NS UINT64_C(100000000)

/** Whether there must be data. */
enum wire_data { WIRE_ANY_DATA, WIRE_WITH_DATA, WIRE_WITHOUT_DATA };

/**
 * Which frames are mistreated, and how. All conditions must be met. Only TCP frames are subject
 * to rules; the first rule that takes a frame decides. rule.h reads one from text.
 */
struct wire_rule {
	enum wire_action action;
	unsigned int from; /**< senders: a sum of WIRE_FROM(who); 0: anybody */
	uint8_t set;       /**< control bits that must be set, SEG_SYN … */
	uint8_t clear;     /**< control bits that must not be set */
	enum wire_data data;
	char conn[8];         /**< the connection's name, as "c1"; empty: any */
	unsigned int nth;     /**< only the nth frame that meets the above, from 1; 0: every one */
	unsigned int last;    /**< from the nth to this one; 0: the nth alone */
	uint32_t per_million; /**< each of these only with this probability; 0: always */
	/** WIRE_DELAY, WIRE_HOLD: how long; WIRE_CUT: until it is mended. 0: for good. lwIP's clock. */
	uint64_t time_ns;
	bool at; /**< WIRE_CUT: at the moment at_ns, whatever passes */
	uint64_t at_ns;

	/* The wire's own, zero before wire_add_rule(). */
	unsigned int seen;     /**< frames that met from, set, clear, data and conn */
	struct entropy random; /**< its own, whatever other rules there are */
	bool standing;         /**< not the scenario's: stays when that lifts its own */
	bool pulled;           /**< WIRE_CUT: by this rule, just now */
	uint64_t due_ns;       /**< WIRE_CUT: when it pulls or mends */
};

#define WIRE_FROM(who) (1u << (who))

/** So many of the command line, and as many of the scenario. */
#define WIRE_RULES 16

struct wire_rules {
	struct wire_rule rule[WIRE_RULES];
	unsigned int count;
};

struct wire {
	struct timeline *timeline;
	struct flows *flows;
	struct netif *netif;
	bool on_segment;               /**< WHO_OTHERS are at the device's far end, and no kernel */
	netif_linkoutput_fn to_kernel; /* the driver's */
	netif_input_fn to_lwip;        /* lwIP's */
	struct packet_queue in_flight, waiting;
	struct wire_rules standing; /* the command line's: looked at first */
	struct wire_rules rules;    /* the scenario's */
	uint64_t seed;              /**< of all randomness of rules */
	uint32_t added;             /* rules of the scenario, until now */
	/** Reads lwIP's clock, in ns. */
	uint64_t (*now_ns)(void);
	/** Called before each delivery to the far end, and after it with the frame as the cause. */
	void (*before_kernel)(void *context);
	void (*after_kernel)(void *context);
	/**
	 * Called with a frame of TCP's that is about to enter the wire, but its conn, seq and ack: what its
	 * sender did to send it can be recorded before it. NULL: nobody wants to know.
	 */
	void (*before_frame)(void *context, const struct event *frame);
	void *context;
	/**
	 * lwIP is elsewhere, and the netif has no stack of its own: gets lwIP's frames, which it is done with
	 * when this returns; false: it does not take it. What lwIP sends enters by wire_send(). NULL: lwIP is
	 * behind the netif.
	 */
	bool (*lwip_got_frame)(void *context, const uint8_t *frame, size_t size);
	void *lwip_context;
	/** The third host, when there is one: its Ethernet address, and what gets its frames. */
	uint8_t raw_hwaddr[6];
	void (*raw_got_frame)(void *context, const struct event *frame);
	void *raw_context;
	/** Gets the third host's frames in raw_got_frame()'s place; NULL: it does not speak in bulk. */
	void (*bulk_got_frame)(void *context, const uint8_t *frame, size_t size);
	void *bulk_context;
	bool in_bulk; /**< lwIP or the kernel is at work on a frame of wire_bulk() */
	bool cut;     /* the scenario has pulled the cable: every frame is lost */
};

/**
 * Puts the wire into a netif, which must have been added already.
 *
 * @param wire  zeroed but for seed, now_ns, on_segment, before_kernel, after_kernel and context
 */
void wire_attach(struct wire *wire, struct netif *netif, struct timeline *timeline,
		 struct flows *flows);

/** @return who is at the device's far end: WHO_KERNEL or WHO_OTHERS */
enum who wire_far_end(const struct wire *wire);

/**
 * A host that is not the netif's and not the kernel sends a frame: WHO_RAW; WHO_LWIP where it is elsewhere.
 *
 * @return its event; NULL: it was not recorded
 */
const struct event *wire_send(struct wire *wire, enum who from, const uint8_t *frame, size_t size);

/**
 * The third host sends a frame that is not recorded, and the stack works on it before this
 * returns. Nothing may be on its way to that stack; what it sends to the other one then enters the
 * wire as ever, what the kernel sends waits in the device until it is polled.
 *
 * @param to     WHO_LWIP or WHO_KERNEL
 * @param frame  with that host's Ethernet address
 * @param size   bytes, as an Ethernet frame may have
 * @return 0; -ENOBUFS: the pool or the device had no room for it
 */
int wire_bulk(struct wire *wire, enum who to, uint8_t *frame, uint16_t size);

/** Gives the netif back its own functions, and forgets the frames on their way. */
void wire_detach(struct wire *wire);

/**
 * Adds a rule of the scenario, behind those that there are.
 *
 * @return 0; -ENOSPC when WIRE_RULES are in force; -EHOSTUNREACH when it is about a sender that is not
 *         on this wire, and would never take a frame
 */
int wire_add_rule(struct wire *wire, const struct wire_rule *rule);

/** The same for a rule that stands before all of the scenario's, and is not the scenario's to lift. */
int wire_add_standing_rule(struct wire *wire, const struct wire_rule *rule);

/** Lifts the scenario's rules, and mends what they have cut; held frames stay held. */
void wire_clear_rules(struct wire *wire);

/** Lets the frames that the scenario's rules hold go on, in the order in which they came. */
void wire_release(struct wire *wire);

/** The scenario pulls the cable, or plugs it in again: an event of the lab. */
void wire_cut(struct wire *wire, bool cut);

/** The experiment is over: the frames that wait still are lost, and recorded as such. */
void wire_finish(struct wire *wire);

/**
 * When the wire will do something by itself: let a frame go on, pull the cable.
 *
 * @return a moment of lwIP's clock, in ns; PACKET_NEVER: not before a frame comes
 */
uint64_t wire_due_ns(const struct wire *wire);

/** @return whether a frame is on its way */
bool wire_is_busy(const struct wire *wire);

/**
 * Does what is due by now, and delivers the oldest frame on its way.
 *
 * @return false when none is on its way
 */
bool wire_step(struct wire *wire);

/**
 * Counts a frame in each rule that it meets, and pulls the cable where one says so.
 *
 * @param frame  who, segment and conn matter
 * @return the first rule that takes it; NULL: none does
 */
const struct wire_rule *wire_judge(struct wire *wire, const struct event *frame);

/** @return "dropped", "held", "duplicated", "corrupted", "delayed", "reordered" */
const char *wire_fate(enum wire_action action);

#endif
