/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "frames.h"
#include "linux/bulk/checksum.h"
#include "linux/bulk/offload.h"
#include "linux/entropy.h"
#include "tcp/frame.h"

#define MTU  1500
#define ROOM 4096

static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t data[ROOM] = { 1, 2, 3 };

static struct segment segment_of(uint8_t family, uint8_t flags, uint16_t mss, uint16_t length)
{
	struct segment segment = { .src = LWIP_SIDE(80),
				   .dst = KERNEL_SIDE(40000),
				   .seq = 7,
				   .flags = flags,
				   .window = 1000,
				   .length = length,
				   .mss = mss,
				   .wscale = -1 };

	segment.src.family = segment.dst.family = family;
	return segment;
}

struct made {
	uint8_t bytes[ROOM];
	size_t size;
	struct tcp_place place;
};

static struct made make(const struct segment *segment)
{
	struct made made;

	made.size = frame_build(segment, mac, mac, data, made.bytes, sizeof(made.bytes));
	assert_true(made.size > 0);
	assert_true(offload_find_tcp(made.bytes, made.size, made.size, &made.place));
	return made;
}

static uint16_t announced_mss(const struct made *made)
{
	struct segment segment;

	assert_int_equal(segment_parse(made->bytes, made->size, &segment), 0);
	return segment.mss;
}

/* The sum over the pseudo header and the segment: 0xffff when the checksum is right. */
static uint16_t sum_of(const struct made *made)
{
	const size_t addresses = made->place.v6 ? 32 : 8, tcp = made->place.tcp;
	static uint8_t whole[ROOM + 40];

	memset(whole, 0, 4);
	whole[1] = 6;
	put16(whole + 2, (uint16_t)(made->size - tcp));
	memcpy(whole + 4, made->bytes + tcp - addresses, addresses);
	memcpy(whole + 4 + addresses, made->bytes + tcp, made->size - tcp);
	return checksum_sum(whole, (int)(4 + addresses + made->size - tcp));
}

/* What the kernel or a device does with NEEDS_CSUM: the field has the pseudo header's sum. */
static void complete(struct made *made, const struct virtio_net_hdr *header)
{
	uint16_t sum = (uint16_t)~checksum_sum(made->bytes + header->csum_start,
					       (int)(made->size - header->csum_start));

	memcpy(made->bytes + header->csum_start + header->csum_offset, &sum, sizeof(sum));
}

static const struct virtio_net_hdr nothing = { .flags = 0 };
static const struct virtio_net_hdr partial = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM };

/* -- Finding TCP */

TEST(a_segment_s_places_are_found)
{
	const struct segment v4 = segment_of(4, SEG_ACK, 0, 100),
			     v6 = segment_of(6, SEG_ACK, 0, 100);
	struct made made = make(&v4);

	assert_false(made.place.v6);
	assert_int_equal(made.place.ip, 14);
	assert_int_equal(made.place.tcp, 34);
	assert_int_equal(made.place.payload, 54);
	assert_int_equal(made.place.length, 100);
	made = make(&v6);
	assert_true(made.place.v6);
	assert_int_equal(made.place.tcp, 54);
	assert_int_equal(made.place.payload, 74);
	assert_int_equal(made.place.length, 100);
}

TEST(padding_behind_the_packet_is_no_data)
{
	const struct segment ack = segment_of(4, SEG_ACK, 0, 0);
	struct made made = make(&ack);

	assert_true(offload_find_tcp(made.bytes, 60, 60, &made.place));
	assert_int_equal(made.place.length, 0);
}

static bool is_found(const struct made *made)
{
	struct tcp_place place;

	return offload_find_tcp(made->bytes, made->size, made->size, &place);
}

TEST(what_is_no_whole_segment_is_none)
{
	static const struct {
		size_t at;
		uint8_t value;
	} spoilt[] = {
		{ 12, 0x81 }, /* a VLAN tag */
		{ 14, 0x46 }, /* options of IP's */
		{ 16, 0xff }, /* longer than the frame */
		{ 20, 0x20 }, /* more fragments follow */
		{ 21, 1 },    /* a later fragment */
		{ 23, 17 },   /* UDP */
		{ 46, 0x40 }, /* a TCP header of 16 bytes */
		{ 46, 0xf0 }, /* one that is longer than the segment */
	};
	const struct segment segment = segment_of(4, SEG_ACK, 0, 10);

	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct made made = make(&segment);

		made.bytes[spoilt[i].at] = spoilt[i].value;
		assert_false(is_found(&made));
	}
	for (size_t size = 0; size < 64; size++) {
		struct made made = make(&segment);
		uint8_t *exact = malloc(size); /* where a sanitizer watches its end */

		assert_true(size == 0 || exact != NULL);
		memcpy(exact, made.bytes, size);
		assert_false(offload_find_tcp(exact, size, size, &made.place));
		free(exact);
	}
}

/* -- To the kernel */

static struct virtio_net_hdr send_made(struct made *made)
{
	struct virtio_net_hdr header;

	offload_sent(made->bytes, &made->place, MTU, &header);
	return header;
}

TEST(the_kernel_can_complete_the_checksum)
{
	for (uint8_t family = 4; family <= 6; family += 2) {
		const struct segment segment = segment_of(family, SEG_ACK, 0, 333);
		struct made made = make(&segment);
		struct virtio_net_hdr header;

		frame_spoil_checksum(made.bytes);
		header = send_made(&made);
		assert_int_equal(header.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
		assert_int_equal(header.gso_type, VIRTIO_NET_HDR_GSO_NONE);
		assert_int_equal(header.csum_start, made.place.tcp);
		complete(&made, &header);
		assert_int_equal(sum_of(&made), 0xffff);
	}
}

TEST(a_segment_of_the_link_s_size_is_not_cut_and_a_larger_one_is)
{
	struct segment segment = segment_of(4, SEG_ACK, 0, 1460);
	struct made made = make(&segment);

	assert_int_equal(send_made(&made).gso_type, VIRTIO_NET_HDR_GSO_NONE);
	segment.length = 1461;
	made = make(&segment);
	assert_int_equal(send_made(&made).gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(send_made(&made).gso_size, 1460);
	assert_int_equal(send_made(&made).hdr_len, 54);
	segment = segment_of(6, SEG_ACK, 0, 1441);
	made = make(&segment);
	assert_int_equal(send_made(&made).gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
	assert_int_equal(send_made(&made).gso_size, 1440);
}

TEST(options_take_their_part_of_the_link_s_size)
{
	struct segment segment = segment_of(4, SEG_ACK, 0, 1460);
	struct made made;

	segment.timestamps = true;
	made = make(&segment);
	assert_int_equal(send_made(&made).gso_size, 1448);
}

TEST(lwip_announces_the_link_s_mss)
{
	struct segment syn = segment_of(4, SEG_SYN, 65481, 0);
	struct made made = make(&syn);
	struct virtio_net_hdr header = send_made(&made);

	assert_int_equal(announced_mss(&made), 1460);
	complete(&made, &header);
	assert_int_equal(sum_of(&made), 0xffff);
	syn = segment_of(6, SEG_SYN | SEG_ACK, 65461, 0);
	made = make(&syn);
	send_made(&made);
	assert_int_equal(announced_mss(&made), 1440);
	syn.mss = 500;
	made = make(&syn);
	send_made(&made);
	assert_int_equal(announced_mss(&made), 500);
}

/* -- From the kernel */

TEST(lwip_is_told_the_largest_multiple_of_the_link_s_mss)
{
	struct segment syn = segment_of(4, SEG_SYN | SEG_ACK, 1460, 0);
	struct made made = make(&syn);

	offload_received(made.bytes, made.size, MTU, &partial);
	assert_int_equal(announced_mss(&made), 64240);
	assert_int_equal(announced_mss(&made) % 1460, 0);
	syn = segment_of(6, SEG_SYN, 1440, 0);
	made = make(&syn);
	offload_received(made.bytes, made.size, MTU, &partial);
	assert_int_equal(announced_mss(&made), 64800);
}

TEST(a_peer_with_less_than_the_link_s_mss_keeps_its_own)
{
	const struct segment syn = segment_of(4, SEG_SYN, 1459, 0);
	struct made made = make(&syn);

	offload_received(made.bytes, made.size, MTU, &partial);
	assert_int_equal(announced_mss(&made), 1459);
}

TEST(the_checksum_of_a_translated_syn_stays_right)
{
	/* At an even and at an odd place in the options. */
	static const uint8_t even[] = { 2, 4, 1460 >> 8, 1460 & 0xff };
	static const uint8_t odd[] = { 1, 2, 4, 1460 >> 8, 1460 & 0xff, 1, 1, 0 };
	const struct segment syn = segment_of(4, SEG_SYN, 0, 0);

	for (int i = 0; i < 2; i++) {
		struct frame frame = i == 0 ? frame_ipv4(&syn, even, sizeof(even))
					    : frame_ipv4(&syn, odd, sizeof(odd));
		struct made made = { .size = frame.size };
		struct virtio_net_hdr header;

		memcpy(made.bytes, frame.bytes, frame.size);
		assert_true(offload_find_tcp(made.bytes, made.size, made.size, &made.place));
		header = send_made(&made);
		complete(&made, &header);
		offload_received(made.bytes, made.size, MTU, &nothing);
		assert_int_equal(announced_mss(&made), 64240);
		assert_int_equal(sum_of(&made), 0xffff);
	}
}

TEST(a_wrong_checksum_stays_wrong)
{
	const struct segment syn = segment_of(4, SEG_SYN, 1460, 0);
	struct made made = make(&syn);

	frame_spoil_checksum(made.bytes);
	offload_received(made.bytes, made.size, MTU, &nothing);
	assert_int_not_equal(sum_of(&made), 0xffff);
}

TEST(data_are_left_alone)
{
	const struct segment segment = segment_of(4, SEG_ACK, 0, 1000);
	struct made made = make(&segment), before = made;

	offload_received(made.bytes, made.size, MTU, &nothing);
	assert_memory_equal(made.bytes, before.bytes, made.size);
}

TEST(broken_options_are_survived)
{
	struct entropy random = { 1 };
	const struct segment syn = segment_of(4, SEG_SYN, 0, 0);

	for (int i = 0; i < 200000; i++) {
		uint8_t options[40];
		size_t size = (size_t)(entropy_next(&random) % 11) * 4;
		struct frame frame;
		uint8_t *exact;

		for (size_t at = 0; at < size; at++)
			options[at] = (uint8_t)(entropy_next(&random) % 6);
		frame = frame_ipv4(&syn, options, size);
		exact = malloc(frame.size);
		assert_non_null(exact);
		memcpy(exact, frame.bytes, frame.size);
		offload_received(exact, frame.size, MTU, &nothing);
		free(exact);
	}
}

TEST(what_the_kernel_vouches_for_is_known)
{
	const struct virtio_net_hdr valid = { .flags = VIRTIO_NET_HDR_F_DATA_VALID };
	struct virtio_net_hdr large = { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 };

	assert_true(offload_is_vouched_for(&partial));
	assert_true(offload_is_vouched_for(&valid));
	assert_false(offload_is_vouched_for(&nothing));
	assert_true(offload_is_large_tcp(&large));
	large.gso_type = VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN;
	assert_true(offload_is_large_tcp(&large));
	large.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	assert_false(offload_is_large_tcp(&large));
	assert_false(offload_is_large_tcp(&nothing));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_s_places_are_found),
		cmocka_unit_test(padding_behind_the_packet_is_no_data),
		cmocka_unit_test(what_is_no_whole_segment_is_none),
		cmocka_unit_test(the_kernel_can_complete_the_checksum),
		cmocka_unit_test(a_segment_of_the_link_s_size_is_not_cut_and_a_larger_one_is),
		cmocka_unit_test(options_take_their_part_of_the_link_s_size),
		cmocka_unit_test(lwip_announces_the_link_s_mss),
		cmocka_unit_test(lwip_is_told_the_largest_multiple_of_the_link_s_mss),
		cmocka_unit_test(a_peer_with_less_than_the_link_s_mss_keeps_its_own),
		cmocka_unit_test(the_checksum_of_a_translated_syn_stays_right),
		cmocka_unit_test(a_wrong_checksum_stays_wrong),
		cmocka_unit_test(data_are_left_alone),
		cmocka_unit_test(broken_options_are_survived),
		cmocka_unit_test(what_the_kernel_vouches_for_is_known),
	};

	return cmocka_run_group_tests_name("bulk: offload", tests, NULL, NULL);
}
