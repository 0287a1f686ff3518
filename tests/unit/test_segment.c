/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "frames.h"
#include "tcp/segment.h"

/* A SYN from 192.0.2.1:49152 to 198.51.100.7:80 as Linux makes it. */
static const uint8_t syn_ipv4[] = {
	0x02, 0x00, 0x00, 0x09, 0x00, 0x02, 0x02, 0x00, 0x00, 0x09, 0x00, 0x01, 0x08, 0x00,
	/* IPv4: 60 bytes, DF, TTL 64, TCP */
	0x45, 0x00, 0x00, 0x3c, 0x1a, 0x2b, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, 192, 0, 2, 1, 198,
	51, 100, 7,
	/* TCP: sequence number 0x89abcdef, window 64240 */
	0xc0, 0x00, 0x00, 0x50, 0x89, 0xab, 0xcd, 0xef, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x02, 0xfa,
	0xf0, 0x00, 0x00, 0x00, 0x00,
	/* MSS 1460, SACK-permitted, timestamps 0xfedcba98 and 0, NOP, window scale 7 */
	0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0xfe, 0xdc, 0xba, 0x98, 0x00, 0x00, 0x00,
	0x00, 0x01, 0x03, 0x03, 0x07
};

/* Three bytes from [2001:db8::1]:443 to [2001:db8::2]:50000, with PSH and ACK. */
static const uint8_t data_ipv6[] = {
	0x02, 0x00, 0x00, 0x09, 0x00, 0x02, 0x02, 0x00, 0x00, 0x09, 0x00, 0x01, 0x86, 0xdd,
	/* IPv6: 23 bytes follow, TCP, hop limit 64 */
	0x60, 0x00, 0x00, 0x00, 0x00, 0x17, 0x06, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 1, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	/* TCP: sequence number 1, acknowledgement 0xffffffff, window 512 */
	0x01, 0xbb, 0xc3, 0x50, 0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff, 0x50, 0x18, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x00, 'a', 'b', 'c'
};

static const uint8_t nops[40] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
				  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* Parses a copy that ends where the frame ends: AddressSanitizer sees each byte read beyond. */
static int parse(const uint8_t *bytes, size_t size, struct segment *segment)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	int result;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	result = segment_parse(size == 0 ? copy + 1 : copy, size, segment);
	free(copy);
	return result;
}

static int parse_frame(const struct frame *frame, struct segment *segment)
{
	return parse(frame->bytes, frame->size, segment);
}

/* An ACK with eight bytes of data from lwIP, after which the frame ends. */
static struct frame data_frame(const uint8_t *options, size_t option_size)
{
	struct segment segment = { .src = LWIP_SIDE(1000),
				   .dst = KERNEL_SIDE(80),
				   .seq = 100,
				   .ack = 200,
				   .flags = SEG_ACK,
				   .window = 4096,
				   .length = 8 };

	return frame_ipv4(&segment, options, option_size);
}

/* The same over IPv6, from ::a09:2. */
static struct frame data_frame_ipv6(void)
{
	struct segment segment = { .src = { 6, { [12] = 10, 9, 0, 2 }, 1000 },
				   .dst = { 6, { [12] = 10, 9, 0, 1 }, 80 },
				   .flags = SEG_ACK,
				   .length = 8 };

	return frame_ipv6(&segment, NULL, 0);
}

/* -- What a frame holds */

TEST(a_syn_over_ipv4_is_read_with_all_its_options)
{
	struct segment segment;
	char text[ENDPOINT_STRLEN];

	assert_int_equal(parse(syn_ipv4, sizeof(syn_ipv4), &segment), 0);
	assert_string_equal(endpoint_format(&segment.src, text), "192.0.2.1:49152");
	assert_string_equal(endpoint_format(&segment.dst, text), "198.51.100.7:80");
	assert_int_equal(segment.seq, 0x89abcdef);
	assert_int_equal(segment.ack, 0);
	assert_int_equal(segment.flags, SEG_SYN);
	assert_int_equal(segment.window, 64240);
	assert_int_equal(segment.length, 0);
	assert_int_equal(segment.payload, sizeof(syn_ipv4));
	assert_int_equal(segment.mss, 1460);
	assert_int_equal(segment.wscale, 7);
	assert_true(segment.sack_permitted);
	assert_true(segment.timestamps);
	assert_int_equal(segment.tsval, 0xfedcba98);
	assert_int_equal(segment.tsecr, 0);
	assert_false(segment.truncated);
}

TEST(data_over_ipv6_is_found)
{
	struct segment segment;
	char text[ENDPOINT_STRLEN];

	assert_int_equal(parse(data_ipv6, sizeof(data_ipv6), &segment), 0);
	assert_string_equal(endpoint_format(&segment.src, text), "[2001:db8::1]:443");
	assert_string_equal(endpoint_format(&segment.dst, text), "[2001:db8::2]:50000");
	assert_int_equal(segment.seq, 1);
	assert_int_equal(segment.ack, 0xffffffff);
	assert_int_equal(segment.flags, SEG_PSH | SEG_ACK);
	assert_int_equal(segment.window, 512);
	assert_int_equal(segment.length, 3);
	assert_memory_equal(data_ipv6 + segment.payload, "abc", 3);
	assert_false(segment.truncated);
}

TEST(without_options_none_is_reported)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	memset(&segment, 0xa5, sizeof(segment));
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_int_equal(segment.mss, 0);
	assert_int_equal(segment.wscale, -1);
	assert_false(segment.sack_permitted);
	assert_false(segment.timestamps);
	assert_int_equal(segment.tsval, 0);
	assert_int_equal(segment.tsecr, 0);
	assert_false(segment.truncated);
}

TEST(ethernet_padding_is_no_data)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	frame.size += 6;
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_int_equal(segment.length, 8);
	assert_false(segment.truncated);
}

TEST(ipv4_options_are_skipped)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	memmove(frame.bytes + FRAME_TCP_4 + 8, frame.bytes + FRAME_TCP_4, 28);
	memset(frame.bytes + FRAME_TCP_4, 1, 8);
	frame.bytes[FRAME_IP] = 0x47;
	put16(frame.bytes + FRAME_IP + 2, 28 + 28);
	frame.size += 8;
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_int_equal(segment.src.port, 1000);
	assert_int_equal(segment.payload, FRAME_TCP_4 + 28);
	assert_int_equal(segment.length, 8);
}

/* -- Frames that carry no TCP */

TEST(other_protocols_are_no_tcp)
{
	static const uint16_t types[] = { 0x0806, 0x8100, 0x88cc, 0x0000, 0xffff };
	struct frame frame = data_frame(NULL, 0), frame6 = data_frame_ipv6();
	struct segment segment;

	for (int protocol = 0; protocol < 256; protocol++) {
		frame.bytes[FRAME_IP + 9] = frame6.bytes[FRAME_IP + 6] = (uint8_t)protocol;
		assert_int_equal(parse_frame(&frame, &segment), protocol == 6 ? 0 : -ENOMSG);
		assert_int_equal(parse_frame(&frame6, &segment), protocol == 6 ? 0 : -ENOMSG);
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		frame = data_frame(NULL, 0);
		put16(frame.bytes + 12, types[i]);
		assert_int_equal(parse_frame(&frame, &segment), -ENOMSG);
	}
}

TEST(only_a_first_fragment_is_a_segment)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	put16(frame.bytes + FRAME_IP + 6, 0x2000); /* more fragments, offset 0 */
	assert_int_equal(parse_frame(&frame, &segment), 0);
	for (uint16_t offset = 1; offset <= 0x1fff; offset <<= 1) {
		put16(frame.bytes + FRAME_IP + 6, offset);
		assert_int_equal(parse_frame(&frame, &segment), -ENOMSG);
		put16(frame.bytes + FRAME_IP + 6, 0x2000 | offset);
		assert_int_equal(parse_frame(&frame, &segment), -ENOMSG);
	}
}

/* -- Broken frames */

/* What a frame is that ends after so many bytes of its headers and data. */
static void check_truncated(const uint8_t *bytes, size_t size, size_t headers)
{
	struct segment segment;

	for (size_t cut = 0; cut <= size; cut++) {
		int result = parse(bytes, cut, &segment);

		assert_int_equal(result, cut < FRAME_IP ? -ENOMSG : cut < headers ? -EBADMSG : 0);
		if (result == 0)
			assert_int_equal(segment.truncated, cut < size);
	}
}

TEST(a_frame_that_ends_too_early_is_never_read_beyond_its_end)
{
	struct frame with_options = data_frame(nops, 40), ipv6 = data_frame_ipv6();

	check_truncated(syn_ipv4, sizeof(syn_ipv4), sizeof(syn_ipv4));
	check_truncated(data_ipv6, sizeof(data_ipv6), sizeof(data_ipv6) - 3);
	check_truncated(with_options.bytes, with_options.size, with_options.size - 8);
	check_truncated(ipv6.bytes, ipv6.size, ipv6.size - 8);
}

static void check_each_byte_changed(const uint8_t *bytes, size_t size)
{
	uint8_t changed[512];
	struct segment segment;

	for (size_t at = 12; at < size; at++) {
		memcpy(changed, bytes, size);
		for (int value = 0; value < 256; value++) {
			changed[at] = (uint8_t)value;
			if (parse(changed, size, &segment) == 0 && !segment.truncated)
				assert_true(segment.payload + segment.length <= (int)size);
		}
	}
}

TEST(no_changed_byte_leads_out_of_the_frame)
{
	check_each_byte_changed(syn_ipv4, sizeof(syn_ipv4));
	check_each_byte_changed(data_ipv6, sizeof(data_ipv6));
}

TEST(a_tcp_header_shorter_than_20_bytes_is_broken)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	for (uint8_t words = 0; words < 5; words++) {
		frame.bytes[FRAME_TCP_4 + 12] = (uint8_t)(words << 4);
		assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
	}
}

TEST(a_tcp_header_longer_than_its_packet_is_broken)
{
	struct frame frame = data_frame(NULL, 0);
	struct segment segment;

	frame.bytes[FRAME_TCP_4 + 12] = 7 << 4; /* takes all of the data */
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_int_equal(segment.length, 0);
	frame.bytes[FRAME_TCP_4 + 12] = 8 << 4;
	assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
	frame.size += 4; /* padding is not part of the packet */
	assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
}

TEST(an_ipv4_header_shorter_than_20_bytes_is_broken)
{
	/* Wherever the TCP header is looked for, its length seems to be 20 bytes. */
	struct segment likely = { .src = { 4, { 0x50 }, 0x5000 },
				  .dst = { 4, { 0x50 }, 80 },
				  .seq = 0x50000000,
				  .ack = 0x50000000,
				  .length = 20 };
	struct frame frame = frame_ipv4(&likely, NULL, 0);
	struct segment segment;

	for (uint8_t words = 0; words < 5; words++) {
		frame.bytes[FRAME_IP] = 0x40 | words;
		assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
	}
}

TEST(a_packet_shorter_than_its_headers_is_broken)
{
	struct frame frame = data_frame(NULL, 0), frame6 = data_frame_ipv6();
	struct segment segment;

	for (uint16_t length = 0; length < 20; length++) {
		put16(frame.bytes + FRAME_IP + 2, length);
		assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
		put16(frame.bytes + FRAME_IP + 2, 20 + length);
		assert_int_equal(parse_frame(&frame, &segment), -EBADMSG);
		put16(frame6.bytes + FRAME_IP + 4, length);
		assert_int_equal(parse_frame(&frame6, &segment), -EBADMSG);
	}
}

TEST(a_packet_longer_than_its_frame_is_truncated)
{
	struct frame frame = data_frame(NULL, 0), frame6 = data_frame_ipv6();
	struct segment segment;

	put16(frame.bytes + FRAME_IP + 2, 20 + 20 + 9);
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_true(segment.truncated);
	assert_int_equal(segment.length, 9);
	put16(frame.bytes + FRAME_IP + 2, 0xffff);
	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_true(segment.truncated);
	assert_int_equal(segment.length, 0xffff - 40);
	put16(frame6.bytes + FRAME_IP + 4, 0xffff);
	assert_int_equal(parse_frame(&frame6, &segment), 0);
	assert_true(segment.truncated);
	assert_int_equal(segment.length, 0xffff - 20);
}

/* -- Options */

/* The segment of an ACK with these options. */
static struct segment with_options(const uint8_t *options, size_t size)
{
	struct frame frame = data_frame(options, size);
	struct segment segment;

	assert_int_equal(parse_frame(&frame, &segment), 0);
	assert_int_equal(segment.length, 8);
	return segment;
}

#define WITH_OPTIONS(...) \
	with_options((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

TEST(options_are_found_between_nops)
{
	struct segment segment =
		WITH_OPTIONS(1, 1, 2, 4, 0x02, 0x18, 1, 3, 3, 14, 4, 2, 1, 1, 1, 1);

	assert_int_equal(segment.mss, 536);
	assert_int_equal(segment.wscale, 14);
	assert_true(segment.sack_permitted);
	assert_false(segment.timestamps);
	assert_false(segment.truncated);
}

TEST(a_window_scale_of_0_is_there)
{
	assert_int_equal(WITH_OPTIONS(3, 3, 0, 1).wscale, 0);
}

/* RFC 7323, 2.3: larger than 14 is an error of the sender's, but the option is there. */
TEST(a_window_scale_too_large_is_not_taken_for_none)
{
	assert_int_equal(WITH_OPTIONS(3, 3, 255, 1).wscale, 255);
	assert_int_equal(WITH_OPTIONS(3, 3, 128, 1).wscale, 128);
}

TEST(timestamps_are_read_in_network_order)
{
	struct segment segment =
		WITH_OPTIONS(8, 10, 0x80, 0x01, 0x02, 0x03, 0xff, 0xfe, 0xfd, 0xfc, 0, 0);

	assert_true(segment.timestamps);
	assert_int_equal(segment.tsval, 0x80010203);
	assert_int_equal(segment.tsecr, 0xfffefdfc);
}

TEST(what_follows_the_end_of_options_does_not_count)
{
	struct segment segment = WITH_OPTIONS(4, 2, 0, 2, 4, 0x05, 0xb4, 99);

	assert_true(segment.sack_permitted);
	assert_int_equal(segment.mss, 0);
	assert_false(segment.truncated);
}

TEST(unknown_options_are_skipped)
{
	struct segment segment = WITH_OPTIONS(253, 6, 2, 4, 9, 9, 5, 2, 2, 4, 0x05, 0xb4);

	assert_int_equal(segment.mss, 1460);
	assert_false(segment.truncated);
}

TEST(a_known_option_of_another_length_is_skipped)
{
	struct segment segment =
		WITH_OPTIONS(2, 3, 1, 3, 4, 1, 1, 4, 3, 1, 8, 9, 1, 1, 1, 1, 1, 1, 1, 1);

	assert_int_equal(segment.mss, 0);
	assert_int_equal(segment.wscale, -1);
	assert_false(segment.sack_permitted);
	assert_false(segment.timestamps);
	assert_false(segment.truncated);
}

TEST(an_option_of_length_0_or_1_is_broken)
{
	assert_true(WITH_OPTIONS(2, 0, 5, 0xb4).truncated);
	assert_true(WITH_OPTIONS(2, 1, 5, 0xb4).truncated);
	assert_true(WITH_OPTIONS(253, 0, 0, 0).truncated);
	assert_true(WITH_OPTIONS(253, 1, 0, 0).truncated);
}

TEST(an_option_that_leaves_the_header_is_broken)
{
	assert_false(WITH_OPTIONS(1, 1, 253, 2).truncated);
	assert_true(WITH_OPTIONS(1, 1, 253, 3).truncated);
	assert_true(WITH_OPTIONS(2, 5, 5, 0xb4).truncated);
	assert_true(WITH_OPTIONS(253, 255, 0, 0).truncated);
	assert_int_equal(WITH_OPTIONS(1, 2, 4, 5).mss, 0);
}

TEST(an_option_without_a_length_is_broken)
{
	assert_true(WITH_OPTIONS(1, 1, 1, 2).truncated);
	assert_true(WITH_OPTIONS(1, 1, 1, 253).truncated);
	assert_false(WITH_OPTIONS(1, 1, 1, 0).truncated);
}

TEST(options_before_a_broken_one_are_kept)
{
	struct segment segment = WITH_OPTIONS(2, 4, 0x05, 0xb4, 3, 0, 7, 0);

	assert_int_equal(segment.mss, 1460);
	assert_int_equal(segment.wscale, -1);
	assert_true(segment.truncated);
}

TEST(forty_bytes_of_nops_are_no_option)
{
	assert_false(with_options(nops, 40).truncated);
}

/* -- Sequence space */

TEST(syn_and_fin_take_one_number_each_beside_the_data)
{
	struct segment segment = { .flags = SEG_ACK | SEG_PSH | SEG_URG | SEG_RST };

	assert_int_equal(segment_space(&segment), 0);
	segment.flags = SEG_SYN;
	assert_int_equal(segment_space(&segment), 1);
	segment.flags = SEG_FIN | SEG_ACK;
	assert_int_equal(segment_space(&segment), 1);
	segment.flags = SEG_SYN | SEG_FIN;
	assert_int_equal(segment_space(&segment), 2);
	segment.length = 0xffff;
	assert_int_equal(segment_space(&segment), 0x10001);
	segment.flags = 0;
	assert_int_equal(segment_space(&segment), 0xffff);
}

/* -- Control bits */

TEST(all_256_combinations_of_control_bits_go_there_and_back)
{
	char text[FLAGS_STRLEN];

	for (int flags = 0; flags < 256; flags++) {
		assert_ptr_equal(flags_format((uint8_t)flags, text), text);
		assert_int_equal(flags_parse(text), flags);
	}
}

TEST(control_bits_have_the_names_of_the_rfc)
{
	char text[FLAGS_STRLEN];

	assert_string_equal(flags_format(0, text), "none");
	assert_string_equal(flags_format(SEG_SYN | SEG_ACK, text), "SYN,ACK");
	assert_string_equal(flags_format(SEG_FIN | SEG_ACK, text), "FIN,ACK");
	assert_string_equal(flags_format(SEG_RST, text), "RST");
	assert_string_equal(flags_format(0xff, text), "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR");
}

TEST(control_bits_are_read_in_any_order)
{
	assert_int_equal(flags_parse("ACK,SYN"), SEG_SYN | SEG_ACK);
	assert_int_equal(flags_parse("CWR,ECE,URG,ACK,PSH,RST,SYN,FIN"), 0xff);
}

TEST(unknown_control_bits_are_refused)
{
	static const char *const bad[] = { "",         "syn",      "SY",    "SYNC",     "SYN,",
					   ",SYN",     "SYN,,ACK", "SYN ",  "SYN, ACK", "SYN|ACK",
					   "SYN,none", "none,SYN", "none,", "ACKSYN",   "NS" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (flags_parse(bad[i]) != -EINVAL)
			fail_msg("'%s' is taken for %d", bad[i], flags_parse(bad[i]));
}

/* -- Endpoints */

TEST(endpoints_are_written_as_in_an_url)
{
	struct endpoint endpoint = { 4, { 10, 9, 0, 1 }, 80 };
	char text[ENDPOINT_STRLEN];

	assert_ptr_equal(endpoint_format(&endpoint, text), text);
	assert_string_equal(text, "10.9.0.1:80");
	endpoint.port = 65535;
	memset(endpoint.addr, 255, 4);
	assert_string_equal(endpoint_format(&endpoint, text), "255.255.255.255:65535");
	endpoint = (struct endpoint){ 6, { 0xfd, 0x09, [15] = 1 }, 80 };
	assert_string_equal(endpoint_format(&endpoint, text), "[fd09::1]:80");
	memset(endpoint.addr, 0xff, 16);
	endpoint.port = 65535;
	assert_string_equal(endpoint_format(&endpoint, text),
			    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	/* The longest there is: inet_ntop(3) writes mapped addresses with dots. */
	endpoint = (struct endpoint){ 6, { [10] = 0xff, 0xff, 255, 255, 255, 255 }, 65535 };
	assert_string_equal(endpoint_format(&endpoint, text), "[::ffff:255.255.255.255]:65535");
}

TEST(an_address_can_be_written_alone)
{
	struct endpoint endpoint = { 4, { 10, 9, 0, 1 }, 80 };
	char text[ENDPOINT_STRLEN];

	assert_ptr_equal(address_format(&endpoint, text), text);
	assert_string_equal(text, "10.9.0.1");
	endpoint = (struct endpoint){ 6, { 0xfd, 0x09, [15] = 1 }, 80 };
	assert_string_equal(address_format(&endpoint, text), "fd09::1");
}

TEST(endpoints_are_equal_in_family_address_and_port)
{
	struct endpoint a = { 4, { 10, 9, 0, 1 }, 80 }, b = a;

	assert_true(endpoint_equal(&a, &b));
	b.port = 81;
	assert_false(endpoint_equal(&a, &b));
	b = a;
	b.addr[3] = 2;
	assert_false(endpoint_equal(&a, &b));
	b = a;
	b.family = 6;
	assert_false(endpoint_equal(&a, &b));
	a.family = 6;
	assert_true(endpoint_equal(&a, &b));
	b.addr[15] = 1;
	assert_false(endpoint_equal(&a, &b));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_over_ipv4_is_read_with_all_its_options),
		cmocka_unit_test(data_over_ipv6_is_found),
		cmocka_unit_test(without_options_none_is_reported),
		cmocka_unit_test(ethernet_padding_is_no_data),
		cmocka_unit_test(ipv4_options_are_skipped),
		cmocka_unit_test(other_protocols_are_no_tcp),
		cmocka_unit_test(only_a_first_fragment_is_a_segment),
		cmocka_unit_test(a_frame_that_ends_too_early_is_never_read_beyond_its_end),
		cmocka_unit_test(no_changed_byte_leads_out_of_the_frame),
		cmocka_unit_test(a_tcp_header_shorter_than_20_bytes_is_broken),
		cmocka_unit_test(a_tcp_header_longer_than_its_packet_is_broken),
		cmocka_unit_test(an_ipv4_header_shorter_than_20_bytes_is_broken),
		cmocka_unit_test(a_packet_shorter_than_its_headers_is_broken),
		cmocka_unit_test(a_packet_longer_than_its_frame_is_truncated),
		cmocka_unit_test(options_are_found_between_nops),
		cmocka_unit_test(a_window_scale_of_0_is_there),
		cmocka_unit_test(a_window_scale_too_large_is_not_taken_for_none),
		cmocka_unit_test(timestamps_are_read_in_network_order),
		cmocka_unit_test(what_follows_the_end_of_options_does_not_count),
		cmocka_unit_test(unknown_options_are_skipped),
		cmocka_unit_test(a_known_option_of_another_length_is_skipped),
		cmocka_unit_test(an_option_of_length_0_or_1_is_broken),
		cmocka_unit_test(an_option_that_leaves_the_header_is_broken),
		cmocka_unit_test(an_option_without_a_length_is_broken),
		cmocka_unit_test(options_before_a_broken_one_are_kept),
		cmocka_unit_test(forty_bytes_of_nops_are_no_option),
		cmocka_unit_test(syn_and_fin_take_one_number_each_beside_the_data),
		cmocka_unit_test(all_256_combinations_of_control_bits_go_there_and_back),
		cmocka_unit_test(control_bits_have_the_names_of_the_rfc),
		cmocka_unit_test(control_bits_are_read_in_any_order),
		cmocka_unit_test(unknown_control_bits_are_refused),
		cmocka_unit_test(endpoints_are_written_as_in_an_url),
		cmocka_unit_test(an_address_can_be_written_alone),
		cmocka_unit_test(endpoints_are_equal_in_family_address_and_port),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
