/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/pcapng.h"
#include "story.h"

/* 2026-03-04 05:06:07.000000009 UTC: more than 32 bits of nanoseconds, and odd. */
#define START_NS 1772600767000000009u

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6 };
enum { COMMENT = 1, HARDWARE = 2, OS = 3, APPLICATION = 4, NAME = 2, DESCRIPTION = 3, TSRESOL = 9 };
enum { FLAGS = 2, PACKETID = 5 };

#define MAX_BLOCKS 16

static struct timeline *timeline;
static uint8_t *file;
static size_t file_size;
static struct {
	uint32_t type;
	const uint8_t *body; /* after type and length */
	size_t size;         /* of the body, without the length at the end */
} blocks[MAX_BLOCKS];
static size_t block_count;

FIXTURE(make_empty)
{
	timeline = timeline_new(story_no_time);
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	free(file);
	file = NULL;
	return 0;
}

static uint64_t number(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i > 0; i--)
		value = value << 8 | at[i - 1];
	return value;
}

static uint32_t u32(const uint8_t *at)
{
	return (uint32_t)number(at, 4);
}

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)number(at, 2);
}

static void assert_zero(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(at[i], 0);
}

/* Writes the file and takes it apart; all lengths must be right up to its last byte. */
static void write_file(void)
{
	const struct pcapng_info info = {
		.name = "close/lwip",
		.title = "Normal close",
		.hardware = "x86_64",
		.os = "Linux 6.18.5",
		.application = "tcplab",
		.host = { "lwIP 2.2.1", "the kernel", "by hand", "others of a segment" },
		.start_ns = START_NS,
	};
	FILE *out = open_memstream((char **)&file, &file_size);

	assert_non_null(out);
	pcapng_write(timeline, &info, out);
	assert_int_equal(ferror(out), 0);
	fclose(out);
	block_count = 0;
	for (size_t at = 0; at < file_size;) {
		size_t length;

		assert_true(file_size - at >= 12);
		length = u32(file + at + 4);
		assert_int_equal(length % 4, 0);
		assert_in_range(length, 12, file_size - at);
		assert_int_equal(u32(file + at + length - 4), length);
		assert_true(block_count < MAX_BLOCKS);
		blocks[block_count].type = u32(file + at);
		blocks[block_count].body = file + at + 8;
		blocks[block_count++].size = length - 12;
		at += length;
	}
}

/* Where the options of a block begin. */
static size_t options_at(size_t block)
{
	switch (blocks[block].type) {
	case SECTION: return 16;
	case INTERFACE: return 8;
	default: return 20 + (u32(blocks[block].body + 12) + 3) / 4 * 4;
	}
}

/*
 * The nth option (from 0) with this code; NULL when there is none. Looks at all of them: each must be
 * padded with zeros, and the last one must end the block.
 */
static const uint8_t *option(size_t block, uint16_t code, unsigned int nth, size_t *size)
{
	const uint8_t *body = blocks[block].body, *found = NULL;
	size_t at = options_at(block);

	*size = 0;
	for (;;) {
		size_t length;

		assert_true(at + 4 <= blocks[block].size);
		length = u16(body + at + 2);
		if (u16(body + at) == 0)
			break;
		assert_true(at + 4 + length <= blocks[block].size);
		assert_zero(body + at + 4 + length, -length % 4);
		if (u16(body + at) == code && nth-- == 0) {
			found = body + at + 4;
			*size = length;
		}
		at += 4 + (length + 3) / 4 * 4;
	}
	assert_int_equal(u16(body + at + 2), 0);
	assert_int_equal(at + 4, blocks[block].size);
	return found;
}

static void assert_text(size_t block, uint16_t code, const char *expected)
{
	size_t size;
	const uint8_t *text = option(block, code, 0, &size);

	assert_non_null(text);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(text, expected, size);
}

static void assert_no_option(size_t block, uint16_t code)
{
	size_t size;

	assert_null(option(block, code, 0, &size));
}

static uint64_t option_number(size_t block, uint16_t code, size_t expected_size)
{
	size_t size;
	const uint8_t *value = option(block, code, 0, &size);

	assert_non_null(value);
	assert_int_equal(size, expected_size);
	return number(value, size);
}

/* A frame of this many bytes: 0xa0, 0xa1 … */
static struct event *frame(enum who sender, uint32_t size)
{
	struct event *event = story_frame(timeline, sender, "c1", SEG_ACK, 1, 1, 0);
	uint8_t *bytes = timeline_room(timeline, size);

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(0xa0 + i);
	event->frame.bytes = bytes;
	event->frame.size = size;
	return event;
}

TEST(an_empty_timeline_is_a_section_with_two_interfaces)
{
	write_file();
	assert_int_equal(block_count, 3);
	assert_int_equal(blocks[0].type, SECTION);
	assert_int_equal(blocks[1].type, INTERFACE);
	assert_int_equal(blocks[2].type, INTERFACE);
}

TEST(the_section_is_little_endian_version_1_0_of_open_length)
{
	static const uint8_t head[] = { 0x4d, 0x3c, 0x2b, 0x1a, 1,    0,    0,    0,
					0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	write_file();
	assert_memory_equal(file, "\n\r\r\n", 4);
	assert_memory_equal(blocks[0].body, head, sizeof(head));
}

TEST(the_section_says_what_and_with_what)
{
	write_file();
	assert_text(0, COMMENT, "close/lwip: Normal close");
	assert_text(0, HARDWARE, "x86_64");
	assert_text(0, OS, "Linux 6.18.5");
	assert_text(0, APPLICATION, "tcplab");
}

TEST(an_interface_is_ethernet_without_a_limit_in_nanoseconds)
{
	write_file();
	assert_int_equal(u16(blocks[1].body), 1);
	assert_zero(blocks[1].body + 2, 6);
	assert_text(1, NAME, "lwip");
	assert_text(1, DESCRIPTION, "lwIP 2.2.1");
	assert_int_equal(option_number(1, TSRESOL, 1), 9);
	assert_text(2, NAME, "kernel");
	assert_text(2, DESCRIPTION, "the kernel");
	assert_int_equal(option_number(2, TSRESOL, 1), 9);
}

TEST(the_third_host_has_an_interface_where_it_spoke)
{
	frame(WHO_RAW, 60);
	write_file();
	assert_int_equal(block_count, 5);
	assert_int_equal(blocks[3].type, INTERFACE);
	assert_text(3, NAME, "raw");
	assert_text(3, DESCRIPTION, "by hand");
	assert_int_equal(blocks[4].type, PACKET);
	assert_int_equal(u32(blocks[4].body), 2);
}

TEST(the_others_of_a_segment_stand_where_the_kernel_does)
{
	frame(WHO_OTHERS, 60);
	write_file();
	assert_int_equal(block_count, 4);
	assert_text(2, NAME, "others");
	assert_text(2, DESCRIPTION, "others of a segment");
	assert_int_equal(u32(blocks[3].body), 1);
}

TEST(a_frame_is_on_its_senders_interface_outbound)
{
	frame(WHO_LWIP, 60);
	frame(WHO_KERNEL, 60);
	write_file();
	assert_int_equal(block_count, 5);
	assert_int_equal(u32(blocks[3].body), 0);
	assert_int_equal(option_number(3, FLAGS, 4), 2);
	assert_int_equal(u32(blocks[4].body), 1);
	assert_int_equal(option_number(4, FLAGS, 4), 2);
}

TEST(a_frames_bytes_are_padded_and_both_lengths_are_not)
{
	for (uint32_t size = 60; size < 64; size++)
		frame(WHO_LWIP, size);
	write_file();
	assert_int_equal(block_count, 7);
	for (uint32_t i = 0; i < 4; i++) {
		const uint8_t *body = blocks[3 + i].body;

		assert_int_equal(u32(body + 12), 60 + i);
		assert_int_equal(u32(body + 16), 60 + i);
		for (uint32_t byte = 0; byte < 60 + i; byte++)
			assert_int_equal(body[20 + byte], 0xa0 + byte);
		assert_zero(body + 20 + 60 + i, (4 - i) % 4);
		assert_int_equal(option_number(3 + i, FLAGS, 4), 2);
	}
}

TEST(a_frames_time_is_the_start_and_its_own)
{
	frame(WHO_LWIP, 60)->t_ns = 0;
	frame(WHO_LWIP, 60)->t_ns = 5000000001;
	write_file();
	assert_int_equal(u32(blocks[3].body + 4), START_NS >> 32);
	assert_int_equal(u32(blocks[3].body + 8), START_NS & UINT32_MAX);
	assert_int_equal(u32(blocks[4].body + 4), (START_NS + 5000000001) >> 32);
	assert_int_equal(u32(blocks[4].body + 8), (START_NS + 5000000001) & UINT32_MAX);
}

TEST(a_packets_identifier_is_its_events_number)
{
	story_call(timeline, WHO_LWIP, "c1", "tcp_connect", "", "ERR_OK");
	frame(WHO_LWIP, 60);
	story_verdict(timeline, true, "good");
	frame(WHO_KERNEL, 60);
	write_file();
	assert_int_equal(block_count, 5);
	assert_int_equal(option_number(3, PACKETID, 8), 2);
	assert_int_equal(option_number(4, PACKETID, 8), 4);
}

/* The nth comment of a block, from 0. */
static void assert_comment(size_t block, unsigned int nth, const char *expected)
{
	size_t size;
	const uint8_t *text = option(block, COMMENT, nth, &size);

	assert_non_null(text);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(text, expected, size);
}

TEST(each_remark_is_a_comment)
{
	size_t size;

	story_because(timeline, frame(WHO_KERNEL, 60));
	story_state(timeline, WHO_LWIP, "c1", ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	story_state(timeline, WHO_LWIP, "c1", ST_FIN_WAIT_2, ST_TIME_WAIT);
	write_file();
	assert_comment(3, 0, "lwip: FIN_WAIT_1 → FIN_WAIT_2");
	assert_comment(3, 1, "lwip: FIN_WAIT_2 → TIME_WAIT");
	assert_null(option(3, COMMENT, 2, &size));
}

TEST(a_frame_of_which_nothing_is_to_be_said_has_no_comment)
{
	frame(WHO_KERNEL, 60);
	write_file();
	assert_no_option(3, COMMENT);
}

TEST(what_the_wire_mistreats_is_there_once_and_says_so)
{
	static const char *const fates[] = { "dropped", "held", "duplicated", "corrupted" };
	char expected[40];

	for (size_t i = 0; i < 4; i++)
		frame(WHO_LWIP, 60)->frame.fate = fates[i];
	write_file();
	assert_int_equal(block_count, 7);
	for (size_t i = 0; i < 4; i++) {
		snprintf(expected, sizeof(expected), "%s by the wire", fates[i]);
		assert_text(3 + i, COMMENT, expected);
		assert_int_equal(blocks[3 + i].body[20 + 59], 0xa0 + 59);
		assert_int_equal(option_number(3 + i, FLAGS, 4), 2);
	}
}

TEST(without_a_packet_the_transitions_are_in_the_sections_comment)
{
	story_state(timeline, WHO_KERNEL, "l1", ST_CLOSED, ST_LISTEN);
	write_file();
	assert_int_equal(block_count, 3);
	assert_text(0, COMMENT, "close/lwip: Normal close");
	assert_comment(0, 1, "kernel l1: CLOSED → LISTEN");
}

TEST(there_is_room_for_many_remarks)
{
	const unsigned int lines = 6000;
	size_t size;

	story_because(timeline, frame(WHO_LWIP, 60));
	for (unsigned int i = 0; i < lines; i++)
		story_state(timeline, WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD);
	write_file();
	assert_comment(3, 0, "kernel: LISTEN → SYN_RCVD");
	assert_comment(3, lines - 1, "kernel: LISTEN → SYN_RCVD");
	assert_null(option(3, COMMENT, lines, &size));
}

TEST(an_error_stays_on_the_stream)
{
	const struct pcapng_info info = { "", "", "", "", "", { "", "", "" }, 0 };
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	setbuf(full, NULL);
	pcapng_write(timeline, &info, full);
	assert_int_not_equal(ferror(full), 0);
	fclose(full);
}

int main(void)
{
#define ON_A_TIMELINE(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	const struct CMUnitTest tests[] = {
		ON_A_TIMELINE(an_empty_timeline_is_a_section_with_two_interfaces),
		ON_A_TIMELINE(the_section_is_little_endian_version_1_0_of_open_length),
		ON_A_TIMELINE(the_section_says_what_and_with_what),
		ON_A_TIMELINE(an_interface_is_ethernet_without_a_limit_in_nanoseconds),
		ON_A_TIMELINE(the_third_host_has_an_interface_where_it_spoke),
		ON_A_TIMELINE(the_others_of_a_segment_stand_where_the_kernel_does),
		ON_A_TIMELINE(a_frame_is_on_its_senders_interface_outbound),
		ON_A_TIMELINE(a_frames_bytes_are_padded_and_both_lengths_are_not),
		ON_A_TIMELINE(a_frames_time_is_the_start_and_its_own),
		ON_A_TIMELINE(a_packets_identifier_is_its_events_number),
		ON_A_TIMELINE(each_remark_is_a_comment),
		ON_A_TIMELINE(a_frame_of_which_nothing_is_to_be_said_has_no_comment),
		ON_A_TIMELINE(what_the_wire_mistreats_is_there_once_and_says_so),
		ON_A_TIMELINE(without_a_packet_the_transitions_are_in_the_sections_comment),
		ON_A_TIMELINE(there_is_room_for_many_remarks),
		ON_A_TIMELINE(an_error_stays_on_the_stream),
	};

	return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
