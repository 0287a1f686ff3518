/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/flood_segment.h"

#include <string.h>

/* Where the fields are that vary, in an Ethernet frame of IPv4 without options. */
enum {
	IP_CHECKSUM = 14 + 10,
	IP_SOURCE = 14 + 12,
	TCP_SOURCE = 34,
	TCP_SEQUENCE = 34 + 4,
	TCP_ACKNOWLEDGEMENT = 34 + 8,
	TCP_CHECKSUM = 34 + 16,
};

#define NETWORK 0xc6120000u /* 198.18.0.0 */
#define MASK    0xfffe0000u
#define MSS     1460
#define WINDOW  65535

static const uint8_t data[FLOOD_DATA] = "GET / HTTP/1.1\r\n";

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint32_t words_of(uint32_t value)
{
	return (value >> 16) + (value & 0xffff);
}

static uint32_t complemented(uint32_t sum)
{
	while (sum >> 16)
		sum = words_of(sum);
	return ~sum & 0xffff;
}

struct endpoint flood_network(void)
{
	struct endpoint network = { .family = 4 };

	put32(network.addr, NETWORK);
	return network;
}

bool flood_is_source(const struct endpoint *endpoint)
{
	return endpoint->family == 4 &&
	       ((get16(endpoint->addr) << 16 | get16(endpoint->addr + 2)) & MASK) == NETWORK;
}

void flood_segments_init(struct flood_segments *segments, enum flood_kind kind, uint64_t seed,
			 const uint8_t from[6], const uint8_t to[6], const struct endpoint *victim)
{
	/* The fields that vary are 0: what they add to the sums is what they will hold. */
	struct segment segment = { .src = { .family = 4 },
				   .dst = *victim,
				   .flags = kind == FLOOD_ACK ? SEG_ACK : SEG_SYN,
				   .mss = kind == FLOOD_ACK ? 0 : MSS,
				   .length = kind == FLOOD_SYN_DATA ? FLOOD_DATA : 0,
				   .window = WINDOW,
				   .wscale = -1 };

	memset(segments, 0, sizeof(*segments));
	segments->random.state = seed;
	segments->acks = kind == FLOOD_ACK;
	segments->size = (uint16_t)frame_build(&segment, from, to, data, segments->frame,
					       sizeof(segments->frame));
	segments->ip_sum = ~get16(segments->frame + IP_CHECKSUM) & 0xffff;
	segments->tcp_sum = ~get16(segments->frame + TCP_CHECKSUM) & 0xffff;
}

/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m'), and m is 0 here. */
void flood_segments_next(struct flood_segments *segments)
{
	uint8_t *frame = segments->frame;
	uint32_t where = entropy_next(&segments->random), seq = entropy_next(&segments->random);
	uint32_t more = entropy_next(&segments->random);
	uint32_t address = NETWORK | (where & ~MASK), port = 1 + more % 0xffff;
	uint32_t tcp_sum = segments->tcp_sum + words_of(address) + port + words_of(seq);

	if (segments->acks) {
		uint32_t ack = entropy_next(&segments->random);

		put32(frame + TCP_ACKNOWLEDGEMENT, ack);
		tcp_sum += words_of(ack);
	}
	put32(frame + IP_SOURCE, address);
	put16(frame + IP_CHECKSUM, complemented(segments->ip_sum + words_of(address)));
	put16(frame + TCP_SOURCE, port);
	put32(frame + TCP_SEQUENCE, seq);
	put16(frame + TCP_CHECKSUM, complemented(tcp_sum));
}
