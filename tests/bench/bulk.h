/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of the bulk bench share: what is asked for, what is counted, the stream of bytes.
 *
 * One end sends a stream on each of the flows, the other one counts what it has received; or one byte goes to and fro.
 * Each end is a process on a processor of its own, in a network namespace of the bench's own.
 */
#ifndef TESTS_BENCH_BULK_H
#define TESTS_BENCH_BULK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define BULK_FLOWS 64 /* at most */
#define BULK_PORT  5001

enum bulk_direction {
	BULK_RECEIVE,  /**< the second end, the kernel's, sends to the first */
	BULK_TRANSMIT, /**< the first end sends */
	BULK_ECHO,     /**< the first end sends each byte back */
};

struct bulk_plan {
	const char *contender;
	enum bulk_direction direction;
	unsigned int flows;
	double seconds; /**< of measuring */
	bool offload;
	bool copy;        /**< lwIP copies what it is given to send */
	bool busy;        /**< lwIP does not sleep while nothing comes */
	bool kernel_busy; /**< neither does the kernel's end */
	uint64_t
		bytes; /**< of each flow, then it ends, and each byte is compared; 0: without an end */
	unsigned int drop; /**< each so many-th frame, in both directions, is lost; 0: none */
	bool discard;      /**< the kernel's end receives without a copy, and has nothing of it */
	bool one_by_one;   /**< lwIP's driver makes a system call for each frame */
	bool spread;       /**< received frames are the second processor's work (RPS) */
	uint8_t family;    /**< 4 or 6 */
	unsigned int mtu;  /**< of the link */
	const char *unix_port; /**< the program with lwIP's own port */
};

/** In memory that all processes have. */
struct bulk_count {
	volatile bool ready;                 /**< the end that is connected to listens */
	volatile unsigned int flows;         /**< that are connected */
	volatile unsigned int wrong;         /**< bytes, or ends of streams, that differ */
	volatile unsigned int ended;         /**< flows that have come to their end */
	volatile uint64_t bytes[BULK_FLOWS]; /**< received; of an echo, the round trips */
	volatile uint64_t dropped;           /**< frames */
	volatile uint64_t
		sent; /**< bytes that lwIP has sent, with headers, and those that were lost */
};

struct bulk {
	struct bulk_plan plan;
	struct bulk_count *count;
	char device[IFNAMSIZ]; /**< of lwIP's */
};

/** Ends the process with a message: as printf(). */
void bulk_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/** The stream that is compared repeats itself after so many bytes: a prime number, that no length divides. */
#define BULK_PERIOD 1000003u
/** The most that can be taken from the stream in one piece. */
#define BULK_PIECE 131072u

/** @return the stream from some byte on, BULK_PIECE bytes; what is not compared is the same piece each time */
const uint8_t *bulk_stream(const struct bulk *bulk, uint64_t from);

/** Compares received bytes with the stream, when there is a plan to; counts them. */
void bulk_received(struct bulk *bulk, unsigned int flow, const void *bytes, unsigned int size);

/** A flow has come to its end: with all bytes? */
void bulk_ended(struct bulk *bulk, unsigned int flow);

/** Gives the kernel's end of lwIP's device its addresses, and brings it up. */
void bulk_plug_in(const struct bulk *bulk);

/** lwIP as the first end: makes the device, and does not return. */
void bulk_run_lwip(struct bulk *bulk) __attribute__((noreturn));

/** Only the device, as the first end of a stream that nobody receives. Does not return. */
void bulk_run_bare(struct bulk *bulk) __attribute__((noreturn));

/** The kernel as an end, in the namespace that the process is in. They do not return. */
void bulk_run_kernel_first(struct bulk *bulk) __attribute__((noreturn));
void bulk_run_kernel_second(struct bulk *bulk) __attribute__((noreturn));

#endif
