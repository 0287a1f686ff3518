/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The world of one experiment: a private namespace, lwIP on a device (lab/device.h), the wire between
 * lwIP and the kernel, the clock, and the loop that moves it all.
 *
 * Lock-step: there is one thread, and at each moment either lwIP, the kernel or the application
 * (a scenario) is at work on this experiment. lab_pump() takes one frame after the other from the
 * wire to its receiver until none is left. lwIP's clock stands still meanwhile; it moves only in
 * lab_wait(), with real time, and in lab_warp() and lab_pass(), ahead of it. None passes a moment at
 * which the wire has something to do, as letting a delayed frame go on. A flood (end/flood.h) lets it
 * run while its segments go.
 *
 * One lab per process: lwIP, its clock and the namespace are the process's own.
 */
#ifndef APP_LAB_LAB_H
#define APP_LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/neighbour.h"
#include "lab/board.h"
#include "lab/device.h"
#include "lab/ethernet.h"
#include "lab/hosts.h"
#include "lab/stack.h"
#include "lab/why.h"
#include "lab/wire.h"
#include "linux/entropy.h"
#include "record/flow.h"
#include "record/timeline.h"

/** How long the ends wait before they give up, in ms of real time. */
#define LAB_PATIENCE_MS 2000
/** The same where the wire's rules make them retransmit: lwIP's first one takes 3 s. */
#define LAB_LONG_PATIENCE_MS 20000
/** What an experiment's world shall be like. */
struct lab_settings {
	uint64_t
		seed; /**< of all randomness of lwIP and the lab; on an Ethernet segment, of the wire's */
	int family; /**< 4 or 6: the hosts have addresses of IPv4, or of IPv6, and no others; 0: both */
	unsigned int mtu; /**< of the link between them, in bytes; 0: as the device comes, 1500 */
	enum device_kind netif; /**< that link; lab_open() makes a choice of DEVICE_ANY */
	/**
	 * lwIP is a host of a real Ethernet segment, without a namespace of its own; ethernet_check() has had
	 * nothing against it. NULL: it is not.
	 */
	const struct ethernet_plan *ethernet;
	bool live; /**< no experiment: room for hundreds of connections, groups of multicast are reported */
	/** The program, and its arguments, of the board that lwIP is on (board.h); NULL: it is in this process. */
	const char *const *board;
};

struct lab {
	struct lab_settings settings;
	const struct stack *stack; /**< lwIP, here or on the board */
	struct board *board;       /**< NULL: there is none */
	uint64_t lwip_seed;        /**< of lwIP's randomness */
	struct timeline *timeline;
	struct flows flows;
	struct wire wire;
	struct device device;
	struct netif netif;
	struct neighbours neighbours; /**< the hosts whose Ethernet addresses lwIP knows */
	/** The hosts' addresses; of both, IPv4's; port 0. On a segment, lwip's alone is one. */
	struct endpoint kernel, lwip, raw;
	unsigned int patience_ms;        /**< LAB_PATIENCE_MS, or what is set after lab_open() */
	struct entropy random;           /**< for choices that shall repeat with the seed */
	void (*observer)(void *context); /**< of the kernel; see lab_observe() */
	/** Likewise: a frame of TCP's is about to enter the wire (wire.h, before_frame); NULL: nobody. */
	void (*frame_observer)(void *context, const struct event *frame);
	void *observer_context; /**< of both */
	/** Is told what the experiment waits for, and for how many seconds of real time; 0: it goes on. */
	void (*announce)(void *context, const char *what, unsigned int seconds);
	void *announce_context;
	/** Is told of moments that are worth a look; NULL: nobody looks. */
	void (*look)(void *context, const char *what);
	void *look_context;
	bool others;            /**< lab_open_to_others() */
	bool gone;              /**< one of them has removed the device */
	bool waiting;           /**< in lab_wait(): timers of the kernel are welcome */
	unsigned int disturbed; /**< how often one of them fired when the lab was not waiting */
	uint64_t step_ns;       /**< when the kernel's present step began: timeline_real_ns(), */
	uint32_t step_event;    /**< and the last event before it */
};

/**
 * Enters a private namespace, starts lwIP and connects it with the kernel, at the addresses of
 * lab/hosts.h. Or starts lwIP as a host of an Ethernet segment, where there is no kernel to talk to, and
 * changes nothing of the process's network namespace. Once per process.
 *
 * @return 0; a negative errno with the reason in why, and nothing to be closed
 */
int lab_open(struct lab *lab, const struct lab_settings *settings, struct why *why);

/** @param family  4 or 6 @return whether the hosts have addresses of it */
bool lab_has_family(const struct lab *lab, int family);

/** The hosts' Ethernet addresses, locally administered: the same in every experiment. */
extern const uint8_t lab_kernel_hwaddr[6], lab_lwip_hwaddr[6], lab_raw_hwaddr[6];

/**
 * Other processes use the namespace, too, from now on. What the kernel does between two steps is nobody's
 * disturbance, and its cause is TIMER_OR_PROCESS; and no call goes on for as long as others keep it
 * busy: see lab_pump().
 */
void lab_open_to_others(struct lab *lab);

/**
 * Tells lwIP and the kernel of one more host on the wire.
 *
 * @param host    its address; the port does not matter
 * @return 0; a negative errno with the reason in why
 */
int lab_introduce(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6],
		  struct why *why);

/** Ends the experiment: device, wire and timeline are gone. */
void lab_close(struct lab *lab);

/**
 * Moves frames until none is on its way; among others, who may keep sending, LAB_PUMP at most.
 */
void lab_pump(struct lab *lab);
#define LAB_PUMP 512

/** @return how long until lwIP's timers or the wire have something to do, in ms of lwIP's clock */
uint32_t lab_ms_to_next(const struct lab *lab);

/**
 * Lets real time pass, and lwIP's clock with it, until a condition holds.
 *
 * @param holds       the condition; looked at after everything that happens
 * @param timeout_ms  real time
 * @return whether it holds
 */
bool lab_wait(struct lab *lab, bool (*holds)(void *context), void *context,
	      unsigned int timeout_ms);

/**
 * Moves lwIP's clock ahead, from one of its timers (or of the wire's) to the next, and frames in between. The
 * kernel's time does not move.
 *
 * @param ms  virtual milliseconds
 */
void lab_warp(struct lab *lab, uint32_t ms);

/**
 * The same until a condition holds; looked at after each of lwIP's timers.
 *
 * @param ms  virtual milliseconds at most
 * @return whether it holds
 */
bool lab_warp_until(struct lab *lab, uint32_t ms, bool (*holds)(void *context), void *context);

/**
 * Moves lwIP's clock ahead without a word of it on the timeline: for who lets time pass often.
 *
 * @param ms  virtual milliseconds
 */
void lab_pass(struct lab *lab, uint32_t ms);

/** Lets lwIP's timers do what is due by its clock, and frames go their way. */
void lab_run_timers(struct lab *lab);

/**
 * Takes the frames that the kernel has sent onto the wire, without a look at its connections: what
 * it sent is its timers' doing. For who lets it act often (wire_bulk()).
 */
void lab_take_frames(struct lab *lab);

/**
 * What is for networks that the lab's hosts are not in goes to the third host: all of it for
 * lwIP, for the kernel what is for one network. IPv4.
 *
 * @param network  its address
 * @param prefix   its length in bits
 * @return 0; a negative errno with the reason in why
 */
int lab_route_to_raw(struct lab *lab, const struct endpoint *network, uint8_t prefix,
		     struct why *why);

/** A moment that is worth a look from outside: an event, and whoever looks does so now. */
void lab_show(struct lab *lab, const char *what);

/** lab_wait(), with word of it to who looks on: a timer of the kernel takes its time. */
bool lab_wait_long(struct lab *lab, bool (*holds)(void *context), void *context,
		   unsigned int seconds, const char *what);

/**
 * Who watches the kernel: is called after each thing that can have made it act, with that as the
 * timeline's cause. NULL: nobody.
 */
void lab_observe(struct lab *lab, void (*fn)(void *context), void *context);

/**
 * To be called before each system call that can make the kernel's TCP act: what the kernel has
 * done of its own accord until now is noted as its timers' doing. In lock-step there is nothing;
 * where there is, the machine was slower than a timer, and the experiment is disturbed.
 */
void lab_notice_kernel_timers(struct lab *lab);

/**
 * To be called after each system call that can have made the kernel's TCP act, while that call is
 * still the timeline's cause: lets the observer look, and takes the frames that the kernel sent
 * onto the wire.
 */
void lab_kernel_acted(struct lab *lab);

/**
 * Records a call of the application; what happens until lab_call_end() is caused by it.
 *
 * @param before  receives the cause that was set
 * @param args    what matters of the arguments; printf-like
 */
struct event *lab_call(struct lab *lab, struct cause *before, enum who who, const char *conn,
		       const char *name, const char *args, ...)
	__attribute__((format(printf, 6, 7)));

/** The call has returned: its result, and back to the cause before. */
void lab_call_end(struct lab *lab, struct event *call, struct cause before, const char *result);

#endif
