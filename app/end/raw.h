/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The raw end: a third host, whose segments are made by hand. For what two well-behaved stacks
 * never do to each other.
 *
 * It keeps no state but what is needed to write the next segment: sequence numbers. Numbers are
 * relative to the initial ones, on both sides, as in the ladder.
 */
#ifndef APP_END_RAW_H
#define APP_END_RAW_H

#include "end/end.h"

#define RAW_INBOX 256

/** One side of a connection, moved by hand. */
struct raw {
	struct raw *next;
	struct lab *lab;
	struct endpoint local, remote;
	uint32_t iss,
		irs; /**< initial sequence numbers: ours, the other side's (once it sent SYN) */
	uint32_t snd_nxt; /**< of the next segment, absolute */
	uint32_t
		rcv_nxt; /**< to be acknowledged next, absolute; advances with what arrives in order */
	uint16_t window;
	uint16_t mss;        /**< option of our SYNs; 0: none */
	bool spoil_checksum; /**< of the next segments */
	uint32_t
		inbox[RAW_INBOX]; /**< frames that came and were not yet looked at: event numbers */
	unsigned int inbox_count;
};

/**
 * Connects the third host with the wire, known to both others.
 *
 * @return 0; a negative errno with the reason in why
 */
int raw_end_open(struct end **end, struct lab *lab, struct why *why);

/** A connection of the raw host's, from local_port to a port of another host. */
struct raw *raw_conn(struct end *raw, const struct end *to, uint16_t port, uint16_t local_port);

/** The same with whoever sends the first SYN to local_port. */
struct raw *raw_listen(struct end *raw, uint16_t local_port);

/** The other end's connection with this one; NULL when it knows none. */
struct conn *conn_of(const struct end *end, const struct raw *raw);

/**
 * Sends a segment with these control bits ("SYN", "FIN,ACK"), in sequence: at snd_nxt, and with
 * rcv_nxt where ACK is among them.
 */
void raw_send(struct raw *raw, const char *flags);

/** SYN, and when its SYN,ACK has come, ACK. */
void raw_handshake(struct raw *raw);

/** The same with so many bytes of data. */
void raw_send_data(struct raw *raw, const char *flags, uint16_t length);

/**
 * Sends a segment out of sequence; snd_nxt stays.
 *
 * @param seq, ack  relative to the initial sequence numbers
 */
void raw_send_at(struct raw *raw, const char *flags, uint32_t seq, uint32_t ack, uint16_t length);

/** @return the next segment that came, waiting for it; NULL when none came within the lab's patience */
const struct event *raw_next(struct raw *raw);

/** Forgets what came and was not looked at. @return how many segments that were */
unsigned int raw_flush(struct raw *raw);

#endif
