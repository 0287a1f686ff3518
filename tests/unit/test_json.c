/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/json.h"

static struct json json;
static char *text;
static size_t size;

FIXTURE(open_memory)
{
	json = (struct json){ .out = open_memstream(&text, &size) };
	return json.out == NULL ? -1 : 0;
}

FIXTURE(close_memory)
{
	if (json.out != NULL)
		fclose(json.out);
	free(text);
	return 0;
}

/* What has been written. */
static const char *written(void)
{
	fflush(json.out);
	return text;
}

/* The one member of an object, as it is written. */
static const char *string(const char *value)
{
	rewind(json.out);
	json_open(&json, NULL);
	json_text(&json, "k", value);
	json_close(&json);
	putc('\0', json.out);
	return written();
}

/* -- Objects */

TEST(an_object_may_be_empty)
{
	json_open(&json, NULL);
	json_close(&json);
	assert_string_equal(written(), "{}");
}

TEST(a_list_has_objects)
{
	json_list_open(&json, NULL);
	json_item_open(&json);
	json_close(&json);
	json_item_open(&json);
	json_int(&json, "a", 1);
	json_list_open(&json, "b");
	json_list_close(&json);
	json_list_open(&json, "c");
	json_item_open(&json);
	json_close(&json);
	json_list_close(&json);
	json_int(&json, "d", 2);
	json_close(&json);
	json_list_close(&json);
	assert_string_equal(written(), "[{},{\"a\":1,\"b\":[],\"c\":[{}],\"d\":2}]");
}

TEST(a_number_has_ten_digits_at_most)
{
	json_open(&json, NULL);
	json_number(&json, "a", 0.5);
	json_number(&json, "b", 1000000);
	json_number(&json, "c", 1.0 / 3);
	json_number(&json, "d", -2e30);
	json_close(&json);
	assert_string_equal(written(), "{\"a\":0.5,\"b\":1000000,\"c\":0.3333333333,\"d\":-2e+30}");
}

TEST(members_of_every_type_are_separated_by_commas)
{
	json_open(&json, NULL);
	json_text(&json, "a", "x");
	json_int(&json, "b", 1);
	json_bool(&json, "c", true);
	json_bool(&json, "d", false);
	json_null(&json, "e");
	json_text(&json, "f", NULL);
	json_text(&json, "g", "");
	json_close(&json);
	assert_string_equal(written(), "{\"a\":\"x\",\"b\":1,\"c\":true,\"d\":false,\"e\":null,"
				       "\"f\":null,\"g\":\"\"}");
}

TEST(objects_nest_before_between_and_after_members)
{
	json_open(&json, NULL);
	json_open(&json, "a");
	json_int(&json, "x", 1);
	json_open(&json, "y");
	json_close(&json);
	json_open(&json, "z");
	json_null(&json, "deep");
	json_close(&json);
	json_close(&json);
	json_int(&json, "b", 2);
	json_open(&json, "c");
	json_close(&json);
	json_close(&json);
	assert_string_equal(written(),
			    "{\"a\":{\"x\":1,\"y\":{},\"z\":{\"deep\":null}},\"b\":2,\"c\":{}}");
}

TEST(a_second_object_begins_without_a_comma)
{
	json_open(&json, NULL);
	json_int(&json, "a", 1);
	json_close(&json);
	putc('\n', json.out);
	json_open(&json, NULL);
	json_int(&json, "a", 2);
	json_close(&json);
	assert_string_equal(written(), "{\"a\":1}\n{\"a\":2}");
}

TEST(numbers_keep_all_their_64_bits)
{
	json_open(&json, NULL);
	json_int(&json, "a", INT64_MIN);
	json_int(&json, "b", INT64_MAX);
	json_int(&json, "c", -1);
	json_int(&json, "d", 0);
	json_close(&json);
	assert_string_equal(written(), "{\"a\":-9223372036854775808,\"b\":9223372036854775807,"
				       "\"c\":-1,\"d\":0}");
}

TEST(keys_are_escaped_like_text)
{
	json_open(&json, NULL);
	json_int(&json, "a\"b\n", 1);
	json_close(&json);
	assert_string_equal(written(), "{\"a\\\"b\\u000a\":1}");
}

/* -- Escapes (RFC 8259, 7) */

TEST(quotes_and_backslashes_are_escaped)
{
	assert_string_equal(string("\"a\\b\"/"), "{\"k\":\"\\\"a\\\\b\\\"/\"}");
}

TEST(every_control_character_is_escaped)
{
	char character[2] = "", expected[32];

	for (int c = 1; c < 0x20; c++) {
		character[0] = (char)c;
		snprintf(expected, sizeof(expected), "{\"k\":\"\\u%04x\"}", c);
		assert_string_equal(string(character), expected);
	}
	assert_string_equal(string("\x7f"), "{\"k\":\"\\u007f\"}");
}

TEST(every_other_ascii_character_stands_for_itself)
{
	char character[2] = "", expected[32];

	for (int c = 0x20; c < 0x7f; c++) {
		if (c == '"' || c == '\\')
			continue;
		character[0] = (char)c;
		snprintf(expected, sizeof(expected), "{\"k\":\"%c\"}", c);
		assert_string_equal(string(character), expected);
	}
}

/* -- UTF-8 (RFC 3629, 4) */

static size_t encode(char *utf8, uint32_t c)
{
	static const unsigned char leads[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = length; i-- > 1; c >>= 6)
		utf8[i] = (char)(0x80 | (c & 0x3f));
	utf8[0] = (char)(leads[length] | c);
	utf8[length] = '\0';
	return length;
}

TEST(every_character_of_unicode_stands_for_itself)
{
	char character[8], expected[32];

	for (uint32_t c = 0x80; c < 0x110000; c += c < 0x3000 || c > 0x10fff0 ? 1 : 251) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		encode(character, c);
		snprintf(expected, sizeof(expected), "{\"k\":\"%s\"}", character);
		assert_string_equal(string(character), expected);
	}
	assert_string_equal(string("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"),
			    "{\"k\":\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"}");
}

#define U "\\ufffd"

static void check_replaced(const char *bytes, const char *expected)
{
	char between[64], line[128];

	snprintf(between, sizeof(between), "a%sb", bytes);
	snprintf(line, sizeof(line), "{\"k\":\"a%sb\"}", expected);
	assert_string_equal(string(between), line);
	/* At the end of the text, too: nothing is read beyond. */
	snprintf(line, sizeof(line), "{\"k\":\"%s\"}", expected);
	assert_string_equal(string(bytes), line);
}

TEST(bytes_that_never_occur_in_utf8_are_replaced)
{
	check_replaced("\xc0", U);
	check_replaced("\xc1", U);
	for (int c = 0xf5; c <= 0xff; c++)
		check_replaced((char[]){ (char)c, '\0' }, U);
}

TEST(continuation_bytes_alone_are_replaced)
{
	for (int c = 0x80; c < 0xc0; c++)
		check_replaced((char[]){ (char)c, '\0' }, U);
	check_replaced("\x80\xbf", U U);
	check_replaced("\xc3\xa4\xa4", "\xc3\xa4" U);
}

TEST(sequences_cut_short_are_replaced)
{
	check_replaced("\xc3", U);
	check_replaced("\xe2\x86", U U);
	check_replaced("\xe2", U);
	check_replaced("\xf0\x9f\x98", U U U);
	check_replaced("\xc3\xc3\xa4", U "\xc3\xa4");
	check_replaced("\xe2\x86\xc3\xa4", U U "\xc3\xa4");
	check_replaced("\xe2\x86\xff", U U U);
	check_replaced("\xf0\x9f\x98\xc0", U U U U);
}

TEST(overlong_sequences_are_replaced)
{
	check_replaced("\xc0\x80", U U);
	check_replaced("\xc0\xaf", U U);
	check_replaced("\xc1\xbf", U U);
	check_replaced("\xe0\x80\xaf", U U U);
	check_replaced("\xe0\x9f\xbf", U U U);
	check_replaced("\xf0\x80\x80\xaf", U U U U);
	check_replaced("\xf0\x8f\xbf\xbf", U U U U);
}

TEST(surrogates_are_replaced)
{
	check_replaced("\xed\xa0\x80", U U U);
	check_replaced("\xed\xbf\xbf", U U U);
}

TEST(what_is_beyond_unicode_is_replaced)
{
	check_replaced("\xf4\x90\x80\x80", U U U U);
	check_replaced("\xf5\x80\x80\x80", U U U U);
	check_replaced("\xf8\x88\x80\x80\x80", U U U U U);
}

int main(void)
{
#define JSON_TEST(test) cmocka_unit_test_setup_teardown(test, open_memory, close_memory)
	static const struct CMUnitTest tests[] = {
		JSON_TEST(an_object_may_be_empty),
		JSON_TEST(a_list_has_objects),
		JSON_TEST(a_number_has_ten_digits_at_most),
		JSON_TEST(members_of_every_type_are_separated_by_commas),
		JSON_TEST(objects_nest_before_between_and_after_members),
		JSON_TEST(a_second_object_begins_without_a_comma),
		JSON_TEST(numbers_keep_all_their_64_bits),
		JSON_TEST(keys_are_escaped_like_text),
		JSON_TEST(quotes_and_backslashes_are_escaped),
		JSON_TEST(every_control_character_is_escaped),
		JSON_TEST(every_other_ascii_character_stands_for_itself),
		JSON_TEST(every_character_of_unicode_stands_for_itself),
		JSON_TEST(bytes_that_never_occur_in_utf8_are_replaced),
		JSON_TEST(continuation_bytes_alone_are_replaced),
		JSON_TEST(sequences_cut_short_are_replaced),
		JSON_TEST(overlong_sequences_are_replaced),
		JSON_TEST(surrogates_are_replaced),
		JSON_TEST(what_is_beyond_unicode_is_replaced),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
