/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames made by hand (tcp/frame.h): what segment_parse() and lwIP's checksum make of them. */
#include "unit.h"

#include <string.h>

#include "lwip/inet_chksum.h"
#include "tcp/frame.h"

static const uint8_t here[6] = { 2, 0, 0, 0, 0, 1 }, there[6] = { 2, 0, 0, 0, 0, 2 };
static uint8_t frame[FRAME_HEADERS + 1500];

static struct segment plain(uint8_t family)
{
	struct segment segment = {
		.src = { .family = family, .addr = { 10, 9, 0, 3 }, .port = 5000 },
		.dst = { .family = family, .addr = { 10, 9, 0, 1 }, .port = 7777 },
		.seq = 0xfffffff0,
		.ack = 0x01020304,
		.flags = SEG_ACK | SEG_PSH,
		.window = 65535,
		.wscale = -1
	};

	return segment;
}

static size_t build(const struct segment *segment)
{
	static uint8_t data[1500];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + 1);
	memset(frame, 0xee, sizeof(frame));
	return frame_build(segment, here, there, data, frame, sizeof(frame));
}

/* The Internet checksum over a pseudo-header and the TCP segment: 0 when it is right (RFC 9293, 3.1). */
static uint16_t tcp_checksum(size_t size, bool v6)
{
	static uint8_t whole[64 + sizeof(frame)];
	size_t ip = v6 ? 40 : 20, addresses = v6 ? 32 : 8, length = size - 14 - ip;

	memcpy(whole, frame + 14 + (v6 ? 8 : 12), addresses);
	memset(whole + addresses, 0, 4);
	whole[addresses + 1] = 6; /* as 16-bit words, the order of the rest does not matter */
	whole[addresses + 2] = (uint8_t)(length >> 8);
	whole[addresses + 3] = (uint8_t)length;
	memcpy(whole + addresses + 4, frame + 14 + ip, length);
	return inet_chksum(whole, (u16_t)(addresses + 4 + length));
}

static void assert_comes_back(const struct segment *segment)
{
	size_t size = build(segment);
	struct segment back;

	assert_int_not_equal(size, 0);
	assert_int_equal(segment_parse(frame, size, &back), 0);
	assert_true(endpoint_equal(&back.src, &segment->src));
	assert_true(endpoint_equal(&back.dst, &segment->dst));
	assert_int_equal(back.seq, segment->seq);
	assert_int_equal(back.ack, segment->ack);
	assert_int_equal(back.flags, segment->flags);
	assert_int_equal(back.window, segment->window);
	assert_int_equal(back.length, segment->length);
	assert_int_equal(back.payload + back.length, size);
	assert_int_equal(back.mss, segment->mss);
	assert_int_equal(back.wscale, segment->wscale);
	assert_int_equal(back.sack_permitted, segment->sack_permitted);
	assert_int_equal(back.timestamps, segment->timestamps);
	assert_int_equal(back.tsval, segment->tsval);
	assert_int_equal(back.tsecr, segment->tsecr);
	assert_false(back.truncated);
	assert_int_equal(tcp_checksum(size, segment->src.family == 6), 0);
}

TEST(a_segment_comes_back_as_it_was)
{
	struct segment v4 = plain(4), v6 = plain(6);

	assert_comes_back(&v4);
	assert_comes_back(&v6);
}

TEST(data_of_every_length_are_summed_up)
{
	for (uint16_t length = 0; length <= 1460; length += 73) {
		struct segment v4 = plain(4), v6 = plain(6);

		v4.length = v6.length = length;
		assert_comes_back(&v4);
		assert_comes_back(&v6);
	}
}

TEST(options_come_back_alone_and_together)
{
	for (int options = 0; options < 16; options++) {
		struct segment segment = plain(4);

		segment.mss = options & 1 ? 1460 : 0;
		segment.wscale = options & 2 ? 14 : -1;
		segment.sack_permitted = options & 4;
		segment.timestamps = options & 8;
		segment.tsval = options & 8 ? 0xdeadbeef : 0;
		segment.tsecr = options & 8 ? 0x12345678 : 0;
		assert_comes_back(&segment);
	}
}

TEST(the_ethernet_header_names_both_hosts)
{
	struct segment segment = plain(4);

	build(&segment);
	assert_memory_equal(frame, there, 6);
	assert_memory_equal(frame + 6, here, 6);
}

TEST(the_ip_header_is_summed_up)
{
	struct segment segment = plain(4);

	build(&segment);
	assert_int_equal(inet_chksum(frame + 14, 20), 0);
}

TEST(a_spoilt_checksum_is_wrong)
{
	struct segment v4 = plain(4), v6 = plain(6);
	size_t size = build(&v4);

	frame_spoil_checksum(frame);
	assert_int_not_equal(tcp_checksum(size, false), 0);
	assert_int_equal(inet_chksum(frame + 14, 20), 0);
	size = build(&v6);
	frame_spoil_checksum(frame);
	assert_int_not_equal(tcp_checksum(size, true), 0);
}

TEST(a_checksum_is_told_with_the_right_one)
{
	uint16_t is, right, before;

	for (uint16_t length = 0; length < 4; length++) {
		struct segment v4 = plain(4), v6 = plain(6);

		v4.length = v6.length = length;
		for (int i = 0; i < 2; i++) {
			size_t size = build(i == 0 ? &v4 : &v6);

			assert_true(frame_checksum(frame, size, &before, &right));
			assert_int_equal(before, right);
			frame_spoil_checksum(frame);
			assert_true(frame_checksum(frame, size, &is, &right));
			assert_int_equal(is, before ^ 0xff00);
			assert_int_equal(right, before);
		}
	}
}

TEST(what_is_no_whole_segment_has_no_checksum)
{
	struct segment v4 = plain(4), v6 = plain(6);
	size_t size = build(&v4);
	uint16_t is, right;

	assert_false(frame_checksum(frame, 14, &is, &right));
	assert_false(frame_checksum(frame, 33, &is, &right));
	assert_false(frame_checksum(frame, size - 1, &is, &right));
	frame[14] = 0x4f; /* a header of 60 bytes leaves no room for TCP's */
	assert_false(frame_checksum(frame, size, &is, &right));
	build(&v4);
	frame[14 + 9] = 17;
	assert_false(frame_checksum(frame, size, &is, &right));
	size = build(&v6);
	assert_false(frame_checksum(frame, 53, &is, &right));
	assert_false(frame_checksum(frame, size - 1, &is, &right));
}

TEST(without_room_nothing_is_written)
{
	struct segment segment = plain(4);

	segment.length = 100;
	memset(frame, 0xee, sizeof(frame));
	assert_int_equal(frame_build(&segment, here, there, frame, frame, FRAME_HEADERS + 99), 0);
	assert_int_equal(frame[0], 0xee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_comes_back_as_it_was),
		cmocka_unit_test(data_of_every_length_are_summed_up),
		cmocka_unit_test(options_come_back_alone_and_together),
		cmocka_unit_test(the_ethernet_header_names_both_hosts),
		cmocka_unit_test(the_ip_header_is_summed_up),
		cmocka_unit_test(a_spoilt_checksum_is_wrong),
		cmocka_unit_test(a_checksum_is_told_with_the_right_one),
		cmocka_unit_test(what_is_no_whole_segment_has_no_checksum),
		cmocka_unit_test(without_room_nothing_is_written),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
