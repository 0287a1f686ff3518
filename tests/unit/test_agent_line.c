/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fields of the agent's lines.
 */
#include "unit.h"

#include "agent/agent.h"
#include "agent/agent_line.h"

/* -- What was said */

static char said[200];
static size_t length;

void board_putc(char c)
{
	assert_true(length < sizeof(said) - 1);
	said[length++] = c;
	said[length] = '\0';
}

#define assert_said(text)                        \
	do {                                     \
		assert_string_equal(said, text); \
		length = 0;                      \
		said[0] = '\0';                  \
	} while (0)

/* -- Reading */

TEST(a_line_is_cut_at_each_space)
{
	char line[] = "1 new  4 ", *field[5];

	assert_int_equal(line_split(line, field, 5), 5);
	assert_string_equal(field[0], "1");
	assert_string_equal(field[1], "new");
	assert_string_equal(field[2], "");
	assert_string_equal(field[3], "4");
	assert_string_equal(field[4], "");
}

TEST(a_line_with_more_fields_than_room)
{
	char full[] = "a b c", more[] = "a b c d", *field[3];

	assert_int_equal(line_split(full, field, 3), 3);
	assert_int_equal(line_split(more, field, 3), 4);
}

TEST(numbers)
{
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1 ", "0x1", "1.0", "a" };
	uint64_t n;
	int below;

	assert_true(line_number("0", 0, &n));
	assert_true(line_number("18446744073709551615", UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_false(line_number("18446744073709551616", UINT64_MAX, &n));
	assert_false(line_number("99999999999999999999999", UINT64_MAX, &n));
	assert_true(line_number("65535", 65535, &n));
	assert_false(line_number("65536", 65535, &n));
	assert_true(line_number("007", 7, &n) && n == 7);
	assert_false(line_number("1", 0, &n));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(line_number(wrong[i], UINT64_MAX, &n));
	assert_true(line_negative("-16", -16, &below) && below == -16);
	assert_true(line_negative("0", -16, &below) && below == 0);
	assert_false(line_negative("-17", -16, &below));
	assert_false(line_negative("1", -16, &below));
	assert_false(line_negative("-", -16, &below));
}

TEST(handles)
{
	uintptr_t handle;
	char longest[2 * sizeof(handle) + 2];

	memset(longest, 'f', sizeof(longest));
	longest[2 * sizeof(handle)] = '\0';
	assert_true(line_handle(longest, &handle) && handle == UINTPTR_MAX);
	longest[2 * sizeof(handle)] = 'f';
	longest[2 * sizeof(handle) + 1] = '\0';
	assert_false(line_handle(longest, &handle));
	assert_true(line_handle("2000AbcD", &handle) && handle == 0x2000abcd);
	assert_false(line_handle("0x20", &handle));
	assert_false(line_handle("", &handle));
}

TEST(addresses)
{
	static const char *const wrong[] = {
		"",         "10.9.0",     "10.9.0.2.1", "10.9.0.256", "10.9.0.2x",
		"fd09:::2", "fd09::2%tm", "x",          "7",          "1:2:3:4:5:6:7:8:9"
	};
	ip_addr_t address;
	char text[] = "10.9.0.2/24", six[] = "fd09::2/64", wide[] = "10.9.0.2/33",
	     none[] = "10.9.0.2";
	uint8_t prefix;

	assert_true(line_address("10.9.0.2", &address) && IP_IS_V4(&address));
	assert_int_equal(lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&address))), 0x0a090002);
	assert_true(line_address("FD09::2", &address) && IP_IS_V6(&address));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(line_address(wrong[i], &address));
	assert_true(line_address_prefix(text, &address, &prefix) && prefix == 24);
	assert_true(line_address_prefix(six, &address, &prefix) && prefix == 64);
	assert_false(line_address_prefix(wide, &address, &prefix));
	assert_false(line_address_prefix(none, &address, &prefix));
}

TEST(ethernet_addresses)
{
	static const uint8_t expected[] = { 2, 0, 0, 0x1a, 0xbc, 0xff };
	uint8_t hwaddr[6];

	assert_true(line_hwaddr("0200001aBCff", hwaddr));
	assert_memory_equal(hwaddr, expected, sizeof(expected));
	assert_false(line_hwaddr("0200001aBCf", hwaddr));
	assert_false(line_hwaddr("0200001aBCff0", hwaddr));
	assert_false(line_hwaddr("02:00:1aBCff", hwaddr));
}

TEST(data_take_the_place_of_their_digits)
{
	char data[] = "00fF61", none[] = "-", odd[] = "001", empty[] = "", wrong[] = "0g";
	uint16_t size;

	assert_true(line_data(data, &size));
	assert_int_equal(size, 3);
	assert_memory_equal(data,
			    "\0\xff"
			    "a",
			    3);
	assert_true(line_data(none, &size));
	assert_int_equal(size, 0);
	assert_false(line_data(odd, &size));
	assert_false(line_data(empty, &size));
	assert_false(line_data(wrong, &size));
}

TEST(data_have_65535_bytes_at_most)
{
	const size_t most = 2 * (size_t)UINT16_MAX;
	char *digits = malloc(most + 3);
	uint16_t size;

	assert_non_null(digits);
	memset(digits, '0', most + 2);
	digits[most + 2] = '\0';
	assert_false(line_data(digits, &size));
	memset(digits, '0', most);
	digits[most] = '\0';
	assert_true(line_data(digits, &size));
	assert_int_equal(size, 65535);
	free(digits);
}

/* -- Writing */

TEST(fields_have_a_space_before_them)
{
	line_begin("= 1");
	line_say("word");
	line_say_word("two words more");
	line_say_number(0);
	line_say_number(UINT32_MAX);
	line_say_signed(-16);
	line_say_signed(0);
	line_say_handle(NULL);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it */
	line_say_handle((const void *)(uintptr_t)0x2000f0);
	line_end();
	assert_said("= 1 word two~words~more 0 4294967295 -16 0 0 2000f0\n");
}

TEST(endpoints_and_bytes)
{
	ip_addr_t address;

	assert_true(line_address("fd09::2", &address));
	line_say_endpoint(&address, 80);
	line_say_endpoint(NULL, 80);
	line_say_bytes("\x00\x9f", 2);
	assert_said(" FD09::2 80 - 0009f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_cut_at_each_space),
		cmocka_unit_test(a_line_with_more_fields_than_room),
		cmocka_unit_test(numbers),
		cmocka_unit_test(handles),
		cmocka_unit_test(addresses),
		cmocka_unit_test(ethernet_addresses),
		cmocka_unit_test(data_take_the_place_of_their_digits),
		cmocka_unit_test(data_have_65535_bytes_at_most),
		cmocka_unit_test(fields_have_a_space_before_them),
		cmocka_unit_test(endpoints_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
