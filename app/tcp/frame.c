/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/frame.h"

#include <string.h>

#define ETHERNET  14
#define IPV4      20
#define IPV6      40
#define TCP       20
#define TTL       64
#define PROTO_TCP 6

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* The Internet checksum's sum, not yet folded (RFC 1071). */
static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t size)
{
	for (; size > 1; bytes += 2, size -= 2)
		sum += (uint32_t)(bytes[0] << 8 | bytes[1]);
	return size == 0 ? sum : sum + (uint32_t)(bytes[0] << 8);
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes the options and pads them with zeros (RFC 9293, 3.1; RFC 7323). Returns their size. */
static size_t put_options(uint8_t *at, const struct segment *segment)
{
	uint8_t *start = at;

	if (segment->mss != 0) {
		put16(at, 0x0204);
		put16(at + 2, segment->mss);
		at += 4;
	}
	if (segment->sack_permitted) {
		put32(at, 0x01010402); /* two NOPs before it, for alignment */
		at += 4;
	}
	if (segment->timestamps) {
		put32(at, 0x0101080a);
		put32(at + 4, segment->tsval);
		put32(at + 8, segment->tsecr);
		at += 12;
	}
	if (segment->wscale >= 0) {
		put32(at, 0x01030300u | (uint8_t)segment->wscale);
		at += 4;
	}
	return (size_t)(at - start);
}

static void put_ip(uint8_t *ip, const struct segment *segment, size_t payload)
{
	if (segment->src.family == 6) {
		put32(ip, 0x60000000);
		put16(ip + 4, (uint32_t)payload);
		ip[6] = PROTO_TCP;
		ip[7] = TTL;
		memcpy(ip + 8, segment->src.addr, 16);
		memcpy(ip + 24, segment->dst.addr, 16);
		return;
	}
	put32(ip, 0x45000000u | (uint32_t)(IPV4 + payload));
	put32(ip + 4, 0x00004000); /* don't fragment */
	put16(ip + 8, TTL << 8 | PROTO_TCP);
	put16(ip + 10, 0);
	memcpy(ip + 12, segment->src.addr, 4);
	memcpy(ip + 16, segment->dst.addr, 4);
	put16(ip + 10, fold(add_words(0, ip, IPV4)));
}

size_t frame_build(const struct segment *segment, const uint8_t src_mac[6],
		   const uint8_t dst_mac[6], const void *data, uint8_t *frame, size_t room)
{
	bool v6 = segment->src.family == 6;
	size_t ip_size = v6 ? IPV6 : IPV4, tcp_size, addr_size = v6 ? 16 : 4;
	uint8_t *ip = frame + ETHERNET, *tcp = ip + ip_size;
	uint32_t sum;

	if (room < FRAME_HEADERS + (size_t)segment->length)
		return 0;
	memcpy(frame, dst_mac, 6);
	memcpy(frame + 6, src_mac, 6);
	put16(frame + 12, v6 ? 0x86dd : 0x0800);
	tcp_size = TCP + put_options(tcp + TCP, segment);
	put_ip(ip, segment, tcp_size + segment->length);
	put16(tcp, segment->src.port);
	put16(tcp + 2, segment->dst.port);
	put32(tcp + 4, segment->seq);
	put32(tcp + 8, segment->ack);
	tcp[12] = (uint8_t)(tcp_size / 4 << 4);
	tcp[13] = segment->flags;
	put16(tcp + 14, segment->window);
	put32(tcp + 16, 0); /* checksum, urgent pointer */
	if (segment->length > 0)
		memcpy(tcp + tcp_size, data, segment->length);
	sum = PROTO_TCP + (uint32_t)tcp_size + segment->length; /* the pseudo-header's rest */
	sum = add_words(sum, segment->src.addr, addr_size);
	sum = add_words(sum, segment->dst.addr, addr_size);
	put16(tcp + 16, fold(add_words(sum, tcp, tcp_size + segment->length)));
	return ETHERNET + ip_size + tcp_size + segment->length;
}

bool frame_checksum(const uint8_t *frame, size_t size, uint16_t *is, uint16_t *right)
{
	bool v6 = frame[12] == 0x86;
	const uint8_t *ip = frame + ETHERNET, *tcp;
	size_t ip_size, all, tcp_size;
	uint32_t sum;

	if (size < ETHERNET + (v6 ? IPV6 : IPV4))
		return false;
	ip_size = v6 ? IPV6 : 4 * (size_t)(ip[0] & 0xf);
	all = v6 ? IPV6 + (size_t)get16(ip + 4) : get16(ip + 2);
	if (ip[v6 ? 6 : 9] != PROTO_TCP || all < ip_size + TCP || ETHERNET + all > size)
		return false;
	tcp_size = all - ip_size;
	tcp = ip + ip_size;
	*is = get16(tcp + 16);
	sum = PROTO_TCP + (uint32_t)tcp_size; /* the pseudo-header's rest */
	sum = v6 ? add_words(sum, ip + 8, 32) : add_words(sum, ip + 12, 8);
	sum = add_words(sum, tcp, 16);
	*right = fold(add_words(sum, tcp + 18, tcp_size - 18));
	return true;
}

void frame_spoil_checksum(uint8_t *frame)
{
	bool v6 = frame[12] == 0x86;

	frame[ETHERNET + (v6 ? IPV6 : IPV4) + 16] ^= 0xff;
}
