/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/offload.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "linux/bulk/checksum.h"

#define IP4_HEADER   20u
#define IP6_HEADER   40u
#define TCP_HEADER   20u
#define TCP_CHECKSUM 16u /* the place of the field */
#define TCP_FLAGS    13u
#define SYN          0x02u
/* Options (RFC 9293, 3.2). */
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The IP packet's end, in bytes from the frame's start; 0: it is none that holds a TCP segment. */
static size_t find_end(const uint8_t *bytes, size_t size, struct tcp_place *place)
{
	const uint8_t *ip = bytes + ETH_HLEN;

	place->ip = ETH_HLEN;
	if (size < ETH_HLEN + IP4_HEADER + TCP_HEADER)
		return 0;
	if (get16(bytes + 12) == ETH_P_IP) {
		place->v6 = false;
		place->tcp = ETH_HLEN + IP4_HEADER;
		/* More fragments, or a later one: no. */
		if (ip[0] != 0x45 || ip[9] != IPPROTO_TCP || (get16(ip + 6) & 0x3fff) != 0)
			return 0;
		return ETH_HLEN + (size_t)get16(ip + 2);
	}
	if (get16(bytes + 12) == ETH_P_IPV6 && size >= ETH_HLEN + IP6_HEADER + TCP_HEADER) {
		place->v6 = true;
		place->tcp = ETH_HLEN + IP6_HEADER;
		return ip[6] == IPPROTO_TCP ? place->tcp + (size_t)get16(ip + 4) : 0;
	}
	return 0;
}

bool offload_find_tcp(const uint8_t *bytes, size_t size, size_t frame, struct tcp_place *place)
{
	size_t end = find_end(bytes, size, place), headers;

	if (end == 0 || end > frame)
		return false;
	headers = (size_t)(bytes[place->tcp + 12] >> 4) * 4;
	if (headers < TCP_HEADER || place->tcp + headers > end || place->tcp + headers > size)
		return false;
	place->payload = (uint16_t)(place->tcp + headers);
	place->length = (uint16_t)(end - place->payload);
	return true;
}

/* The place of a SYN's MSS; NULL: it announces none. */
static uint8_t *find_mss(uint8_t *bytes, const struct tcp_place *place)
{
	uint8_t *at = bytes + place->tcp + TCP_HEADER, *end = bytes + place->payload;

	if (!(bytes[place->tcp + TCP_FLAGS] & SYN))
		return NULL;
	while (at < end && *at != OPTION_END) {
		if (*at == OPTION_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			return NULL;
		if (at[0] == OPTION_MSS)
			return at[1] == 4 ? at + 2 : NULL;
		at += at[1];
	}
	return NULL;
}

/* What a segment without options may hold, within an MTU (RFC 9293, 3.7.1). */
static unsigned int mss_within(const struct tcp_place *place, unsigned int mtu)
{
	return mtu - (place->v6 ? IP6_HEADER : IP4_HEADER) - TCP_HEADER;
}

/* The sum of the pseudo header (RFC 9293, 3.1): the kernel goes on with it. */
static uint16_t pseudo_sum(const uint8_t *bytes, const struct tcp_place *place)
{
	const unsigned int size = place->v6 ? 32 : 8;
	uint8_t pseudo[32 + 4] = { 0 };

	memcpy(pseudo, bytes + place->ip + (place->v6 ? 8 : 12), size);
	pseudo[size + 1] = IPPROTO_TCP;
	put16(pseudo + size + 2, (unsigned int)(place->payload - place->tcp + place->length));
	return checksum_sum(pseudo, (int)sizeof(pseudo));
}

void offload_sent(uint8_t *bytes, const struct tcp_place *place, unsigned int mtu,
		  struct virtio_net_hdr *header)
{
	const uint16_t sum = pseudo_sum(bytes, place);
	const unsigned int most = mtu - (unsigned int)(place->payload - place->ip);
	uint8_t *mss = find_mss(bytes, place);

	if (mss != NULL && get16(mss) > mss_within(place, mtu))
		put16(mss, mss_within(place, mtu));
	memcpy(bytes + place->tcp + TCP_CHECKSUM, &sum, sizeof(sum));
	*header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					   .hdr_len = place->payload,
					   .csum_start = place->tcp,
					   .csum_offset = TCP_CHECKSUM };
	if (place->length > most) {
		header->gso_type = place->v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
		header->gso_size = (uint16_t)most;
	}
}

/* lwIP shall make segments of many frames: the largest number of them that it can. */
static void raise_mss(uint8_t *bytes, const struct tcp_place *place, unsigned int mtu, bool vouched)
{
	const unsigned int link = mss_within(place, mtu), most = mss_within(place, OFFLOAD_MTU);
	uint8_t *mss = find_mss(bytes, place), *field = bytes + place->tcp + TCP_CHECKSUM;
	uint16_t from, to, checksum;

	if (mss == NULL || get16(mss) < link)
		return;
	memcpy(&from, mss, sizeof(from));
	put16(mss, most / link * link);
	memcpy(&to, mss, sizeof(to));
	if (vouched)
		return;
	memcpy(&checksum, field, sizeof(checksum));
	/* At an odd place the two bytes stand in two different words. */
	if ((mss - bytes - place->tcp) % 2 != 0) {
		from = (uint16_t)(from << 8 | from >> 8);
		to = (uint16_t)(to << 8 | to >> 8);
	}
	checksum = checksum_update(checksum, from, to);
	memcpy(field, &checksum, sizeof(checksum));
}

void offload_received(uint8_t *bytes, size_t size, unsigned int mtu,
		      const struct virtio_net_hdr *header)
{
	struct tcp_place place;

	if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE &&
	    offload_find_tcp(bytes, size, size, &place))
		raise_mss(bytes, &place, mtu, offload_is_vouched_for(header));
}

bool offload_is_vouched_for(const struct virtio_net_hdr *header)
{
	return header->flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID);
}

bool offload_is_large_tcp(const struct virtio_net_hdr *header)
{
	unsigned int type = header->gso_type & ~(unsigned int)VIRTIO_NET_HDR_GSO_ECN;

	return type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6;
}
