/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TCP segment (RFC 9293, 3.1), read from the Ethernet frame that carries it.
 */
#ifndef APP_TCP_SEGMENT_H
#define APP_TCP_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One side of a connection. */
struct endpoint {
	uint8_t family;   /**< 4 or 6 */
	uint8_t addr[16]; /**< network order; the first 4 bytes for IPv4, the rest 0 */
	uint16_t port;    /**< host order */
};

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/** @return the same; an IPv4 address that IPv6 contains (RFC 4291, 2.5.5.2) as IPv4 */
struct endpoint endpoint_unmapped(const struct endpoint *endpoint);

#define ENDPOINT_STRLEN 56
/** Writes the address alone: "10.9.0.1". @return text */
const char *address_format(const struct endpoint *endpoint, char text[ENDPOINT_STRLEN]);

/**
 * Writes "10.9.0.1:80" or "[fd09::1]:80".
 *
 * @return text
 */
const char *endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_STRLEN]);

/* The control bits, as in the header (RFC 9293, 3.1). */
enum {
	SEG_FIN = 0x01,
	SEG_SYN = 0x02,
	SEG_RST = 0x04,
	SEG_PSH = 0x08,
	SEG_ACK = 0x10,
	SEG_URG = 0x20,
	SEG_ECE = 0x40,
	SEG_CWR = 0x80,
};

/** A segment; numbers in host order. */
struct segment {
	struct endpoint src, dst;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;  /**< as in the header, not scaled */
	uint16_t length;  /**< bytes of data */
	uint16_t payload; /**< offset of the data in the frame */
	uint16_t mss;     /**< option; 0: absent */
	int16_t wscale;   /**< option, 0 to 255 as sent; -1: absent */
	bool sack_permitted;
	bool timestamps;
	uint32_t tsval, tsecr;
	bool truncated; /**< the headers ask for more bytes than the frame has, or options are broken */
};

/**
 * Reads the segment out of an Ethernet frame.
 *
 * @param frame  from the Ethernet header on
 * @param size   bytes
 * @return 0; -ENOMSG when the frame carries no TCP over IPv4 or IPv6 (or a fragment that is not the
 *         first); -EBADMSG when it should, but its headers are broken
 */
int segment_parse(const uint8_t *frame, size_t size, struct segment *segment);

/** @return the sequence space that a segment takes: its data, SYN and FIN (RFC 9293, 3.4) */
uint32_t segment_space(const struct segment *segment);

#define FLAGS_STRLEN 40
/**
 * Writes the control bits as "SYN,ACK"; "none" when no bit is set.
 *
 * @return text
 */
const char *flags_format(uint8_t flags, char text[FLAGS_STRLEN]);

/**
 * Reads what flags_format() writes.
 *
 * @return the control bits, or -EINVAL when a name is unknown
 */
int flags_parse(const char *text);

#endif
