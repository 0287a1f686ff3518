/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/segment.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	uint8_t bit;
	const char *name;
} flag_names[] = {
	{ SEG_SYN, "SYN" }, { SEG_FIN, "FIN" }, { SEG_RST, "RST" }, { SEG_PSH, "PSH" },
	{ SEG_ACK, "ACK" }, { SEG_URG, "URG" }, { SEG_ECE, "ECE" }, { SEG_CWR, "CWR" },
};
#define FLAG_NAMES (sizeof(flag_names) / sizeof(flag_names[0]))

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && a->family == b->family &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

struct endpoint endpoint_unmapped(const struct endpoint *endpoint)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	struct endpoint unmapped = { .family = 4, .port = endpoint->port };

	if (endpoint->family != 6 || memcmp(endpoint->addr, prefix, sizeof(prefix)) != 0)
		return *endpoint;
	memcpy(unmapped.addr, endpoint->addr + sizeof(prefix), 4);
	return unmapped;
}

const char *address_format(const struct endpoint *endpoint, char text[ENDPOINT_STRLEN])
{
	inet_ntop(endpoint->family == 6 ? AF_INET6 : AF_INET, endpoint->addr, text,
		  ENDPOINT_STRLEN);
	return text;
}

const char *endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_STRLEN])
{
	char address[ENDPOINT_STRLEN];

	address_format(endpoint, address);
	snprintf(text, ENDPOINT_STRLEN, endpoint->family == 6 ? "[%.45s]:%u" : "%.45s:%u", address,
		 endpoint->port);
	return text;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* RFC 9293, 3.2. Returns false when the options do not fit together. */
static bool parse_options(const uint8_t *option, size_t size, struct segment *segment)
{
	enum { END = 0, NOP = 1, MSS = 2, WSCALE = 3, SACK_PERMITTED = 4, TIMESTAMPS = 8 };

	while (size > 0 && option[0] != END) {
		size_t length = option[0] == NOP ? 1 : size > 1 ? option[1] : 0;

		if (length == 0 || length > size || (option[0] != NOP && length < 2))
			return false;
		if (option[0] == MSS && length == 4) {
			segment->mss = get16(option + 2);
		} else if (option[0] == WSCALE && length == 3) {
			segment->wscale = option[2];
		} else if (option[0] == SACK_PERMITTED && length == 2) {
			segment->sack_permitted = true;
		} else if (option[0] == TIMESTAMPS && length == 10) {
			segment->timestamps = true;
			segment->tsval = get32(option + 2);
			segment->tsecr = get32(option + 6);
		}
		option += length;
		size -= length;
	}
	return true;
}

static int parse_tcp(const uint8_t *frame, size_t tcp, size_t end, size_t size,
		     struct segment *segment)
{
	size_t header;

	if (tcp + 20 > size)
		return -EBADMSG;
	header = (size_t)(frame[tcp + 12] >> 4) * 4;
	if (header < 20 || tcp + header > end || tcp + header > size)
		return -EBADMSG;
	segment->src.port = get16(frame + tcp);
	segment->dst.port = get16(frame + tcp + 2);
	segment->seq = get32(frame + tcp + 4);
	segment->ack = get32(frame + tcp + 8);
	segment->flags = frame[tcp + 13];
	segment->window = get16(frame + tcp + 14);
	segment->payload = (uint16_t)(tcp + header);
	segment->length = (uint16_t)(end - tcp - header);
	segment->truncated = end > size || !parse_options(frame + tcp + 20, header - 20, segment);
	return 0;
}

static int parse_ipv4(const uint8_t *frame, size_t ip, size_t size, struct segment *segment)
{
	enum { PROTOCOL_TCP = 6 };
	size_t header;

	if (ip + 20 > size)
		return -EBADMSG;
	header = (size_t)(frame[ip] & 0x0f) * 4;
	if (frame[ip + 9] != PROTOCOL_TCP || (get16(frame + ip + 6) & 0x1fff) != 0)
		return -ENOMSG;
	if (header < 20 || get16(frame + ip + 2) < header)
		return -EBADMSG;
	segment->src.family = segment->dst.family = 4;
	memcpy(segment->src.addr, frame + ip + 12, 4);
	memcpy(segment->dst.addr, frame + ip + 16, 4);
	return parse_tcp(frame, ip + header, ip + get16(frame + ip + 2), size, segment);
}

/* Extension headers are not walked: neither stack puts any before TCP. */
static int parse_ipv6(const uint8_t *frame, size_t ip, size_t size, struct segment *segment)
{
	enum { NEXT_HEADER_TCP = 6 };

	if (ip + 40 > size)
		return -EBADMSG;
	if (frame[ip + 6] != NEXT_HEADER_TCP)
		return -ENOMSG;
	segment->src.family = segment->dst.family = 6;
	memcpy(segment->src.addr, frame + ip + 8, 16);
	memcpy(segment->dst.addr, frame + ip + 24, 16);
	return parse_tcp(frame, ip + 40, ip + 40 + get16(frame + ip + 4), size, segment);
}

int segment_parse(const uint8_t *frame, size_t size, struct segment *segment)
{
	enum { ETHERNET = 14, TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd };

	memset(segment, 0, sizeof(*segment));
	segment->wscale = -1;
	if (size < ETHERNET)
		return -ENOMSG;
	switch (get16(frame + 12)) {
	case TYPE_IPV4: return parse_ipv4(frame, ETHERNET, size, segment);
	case TYPE_IPV6: return parse_ipv6(frame, ETHERNET, size, segment);
	default: return -ENOMSG;
	}
}

uint32_t segment_space(const struct segment *segment)
{
	return segment->length + !!(segment->flags & SEG_SYN) + !!(segment->flags & SEG_FIN);
}

const char *flags_format(uint8_t flags, char text[FLAGS_STRLEN])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < FLAG_NAMES; i++)
		if (flags & flag_names[i].bit)
			used += (size_t)snprintf(text + used, FLAGS_STRLEN - used, "%s%s",
						 used ? "," : "", flag_names[i].name);
	if (used == 0)
		snprintf(text, FLAGS_STRLEN, "none");
	return text;
}

int flags_parse(const char *text)
{
	int flags = 0;

	if (strcmp(text, "none") == 0)
		return 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		size_t i = 0;

		while (i < FLAG_NAMES && (strlen(flag_names[i].name) != length ||
					  strncmp(flag_names[i].name, text, length) != 0))
			i++;
		if (i == FLAG_NAMES)
			return -EINVAL;
		flags |= flag_names[i].bit;
		if (text[length] == '\0')
			return flags;
		text += length + 1;
	}
}
