/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flood, and what becomes of its victim and of the victim's legitimate clients.
 *
 * The attacker is the third host of the wire. Its segments pretend to come from 198.18.0.0/15, the
 * range for benchmarks (RFC 2544, C.2.2), from any port and with any sequence number, all from the
 * seed; what is sent there comes to the third host, too, and is counted. They do not go on the
 * timeline: a million of them leaves nothing but numbers. The clients are those of the other stack;
 * they do, like any other connection.
 *
 * It refuses to begin outside a namespace that this process has made for itself.
 */
#ifndef APP_END_FLOOD_H
#define APP_END_FLOOD_H

#include "end/end.h"

enum flood_kind {
	FLOOD_SYN,      /**< SYN */
	FLOOD_ACK,      /**< ACK, with any acknowledgement number */
	FLOOD_SYN_DATA, /**< SYN with 100 bytes of data */
};

/** What is asked for. */
struct flood_plan {
	enum flood_kind kind;
	uint64_t count;           /**< segments of the attacker */
	uint32_t rate;            /**< per second of the victim's clock; 0: as fast as possible */
	unsigned int seconds;     /**< of real time at most; 0: no limit */
	unsigned int clients;     /**< legitimate ones, evenly spread over the flood */
	unsigned int patience_ms; /**< a client gives up after so long, on the victim's clock */
	unsigned int bytes;       /**< that each of them sends, and wants back */
	unsigned int backlog;     /**< of the victim's listener */
	bool real_time;           /**< lwIP's clock runs with real time, though there is a rate */
};

/** A moment of it. Counts are since the beginning, but for in_state and pcbs. */
struct flood_sample {
	uint64_t t_ns;           /**< on the victim's clock, since the beginning */
	uint64_t sent, answered; /**< by the attacker; SYN,ACKs that came to it */
	uint32_t in_state
		[ST_COUNT]; /**< the victim's connections (kernel: of the listener's port) */
	uint32_t pcbs;      /**< lwIP's in use; kernel: 0 */
	uint32_t started, served, given_up; /**< clients */
};
#define FLOOD_SAMPLES 200 /* at most */

/** What the kernel counts (/proc/net/netstat, /proc/net/snmp), or lwIP's guard (end/guard.h). */
struct flood_counter {
	const char *name; /**< "SyncookiesSent" */
	uint64_t before, after;
};
#define FLOOD_COUNTERS 9

/** What has become of it. */
struct flood_result {
	struct flood_sample sample[FLOOD_SAMPLES];
	unsigned int samples;  /**< the last one is of the end */
	double seconds;        /**< of real time, from the first segment to the last one */
	double attack_seconds; /**< of these, what went into segments: without clients and samples */
	double paced_seconds;  /**< on the victim's clock, from the first segment to the last one */
	double victim_seconds; /**< on the victim's clock, to the last client's end */
	uint64_t lost;         /**< segments of the attacker that no pool or device had room for */
	uint64_t resets;       /**< RSTs that came to the attacker */
	double connect_ms
		[3];        /**< of the clients that were served, real time: least, median, most */
	uint32_t most_pcbs; /**< lwIP: in use at the same time, of lwip_end_pcbs() */
	uint32_t refused_pcbs; /**< lwIP: how often there was none left */
	unsigned int leaked;   /**< lwIP: lwip_end_leaks() when all is over */
	uint64_t memory
		[2]; /**< resident bytes of this process after a tenth of the flood, and after it */
	struct flood_counter counter[FLOOD_COUNTERS];
	unsigned int counters;
};

/**
 * Listens at the victim, attacks it, lets the clients connect, send, receive and close, and stops
 * when all of them are through. Then it aborts what either end has open. Once per lab. The caller
 * has set up the stacks: cookies, guard.
 *
 * @param victim   lwIP's end or the kernel's
 * @param clients  the other one
 * @param raw      the third host: raw_end_open()
 * @return 0; a negative errno with the reason in why
 */
int flood_run(struct end *victim, struct end *clients, struct end *raw,
	      const struct flood_plan *plan, struct flood_result *result, struct why *why);

#endif
