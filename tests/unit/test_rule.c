/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "lab/rule.h"

#define MS UINT64_C(1000000)

static struct wire_rule rule;
static struct why why;

static const struct wire_rule *parse(const char *kind, const char *text)
{
	memset(&rule, 0xa5, sizeof(rule)); /* nothing of it may stay */
	why.text[0] = '\0';
	if (rule_parse(kind, text, &rule, &why) != 0)
		fail_msg("%s", why.text);
	return &rule;
}

static const struct wire_rule *drop(const char *text)
{
	return parse("drop", text);
}

/* The word at this column (from 1) is what is wrong, and a caret stands below it. */
static void refused_at(const char *kind, const char *text, int column, const char *message)
{
	char expected[512];

	assert_int_equal(rule_parse(kind, text, &rule, &why), -EINVAL);
	snprintf(expected, sizeof(expected), "%s, column %d: ", kind, column);
	assert_int_equal(strncmp(why.text, expected, strlen(expected)), 0);
	assert_words(why.text, expected, message);
	snprintf(expected, sizeof(expected), "\n    %s\n    %*s^", text, column - 1, "");
	assert_string_equal(strchr(why.text, '\n'), expected);
}

/* -- What segments a rule is about */

TEST(each_kind_has_its_action)
{
	assert_int_equal(parse("drop", "1")->action, WIRE_DROP);
	assert_int_equal(parse("delay", "1s")->action, WIRE_DELAY);
	assert_int_equal(parse("dup", "1")->action, WIRE_DUPLICATE);
	assert_int_equal(parse("reorder", "1")->action, WIRE_REORDER);
	assert_int_equal(parse("corrupt", "1")->action, WIRE_CORRUPT);
	assert_int_equal(parse("hold", "1")->action, WIRE_HOLD);
	assert_int_equal(parse("cut", "at 1s")->action, WIRE_CUT);
	assert_int_equal(rule_parse("lose", "1", &rule, &why), -EINVAL);
	assert_words(why.text, "'lose'", "drop, delay, dup, reorder, corrupt, hold and cut");
}

TEST(what_is_not_said_is_no_condition)
{
	static const struct wire_rule expected = { .action = WIRE_DROP, .nth = 7 };

	drop("7");
	assert_int_equal(rule.action, expected.action);
	assert_int_equal(rule.nth, 7);
	assert_int_equal(rule.last, 0);
	assert_int_equal(rule.from, 0);
	assert_int_equal(rule.set, 0);
	assert_int_equal(rule.clear, 0);
	assert_int_equal(rule.data, WIRE_ANY_DATA);
	assert_string_equal(rule.conn, "");
	assert_int_equal(rule.per_million, 0);
	assert_int_equal(rule.time_ns, 0);
	assert_false(rule.at);
	assert_int_equal(drop("FIN")->nth, 0);
}

TEST(senders)
{
	assert_int_equal(drop("lwip")->from, WIRE_FROM(WHO_LWIP));
	assert_int_equal(drop("kernel")->from, WIRE_FROM(WHO_KERNEL));
	assert_int_equal(drop("raw")->from, WIRE_FROM(WHO_RAW));
}

TEST(control_bits_among_others)
{
	assert_int_equal(drop("FIN")->set, SEG_FIN);
	assert_int_equal(rule.clear, 0);
	assert_int_equal(drop("SYN,ACK")->set, SEG_SYN | SEG_ACK);
	assert_int_equal(drop("SYN ACK")->set, SEG_SYN | SEG_ACK);
	assert_int_equal(drop("rst, psh")->set, SEG_RST | SEG_PSH);
	assert_int_equal(drop("URG,ECE,CWR")->set, SEG_URG | SEG_ECE | SEG_CWR);
}

TEST(exact_control_bits)
{
	assert_int_equal(drop("=SYN,ACK")->set, SEG_SYN | SEG_ACK);
	assert_int_equal(rule.clear, (uint8_t) ~(SEG_SYN | SEG_ACK | SEG_PSH));
	assert_int_equal(drop("=PSH,ACK")->set, SEG_PSH | SEG_ACK);
	assert_int_equal(rule.clear, (uint8_t) ~(SEG_PSH | SEG_ACK));
}

TEST(data_and_connections)
{
	assert_int_equal(drop("data")->data, WIRE_WITH_DATA);
	assert_int_equal(drop("nodata")->data, WIRE_WITHOUT_DATA);
	assert_string_equal(drop("c1")->conn, "c1");
	assert_string_equal(drop("c123456")->conn, "c123456");
}

TEST(numbers_and_ranges)
{
	assert_int_equal(drop("999999999")->nth, 999999999);
	assert_int_equal(drop("3..5")->nth, 3);
	assert_int_equal(rule.last, 5);
	assert_int_equal(drop("3..3")->last, 3);
	assert_int_equal(drop("3..")->nth, 3);
	assert_int_equal(rule.last, UINT32_MAX);
}

TEST(probabilities)
{
	assert_int_equal(drop("20%")->per_million, 200000);
	assert_int_equal(drop("0.5%")->per_million, 5000);
	assert_int_equal(drop("0.0001%")->per_million, 1);
	assert_int_equal(drop("100%")->per_million, 1000000);
}

TEST(words_stand_in_any_order)
{
	static const char *const texts[] = { "kernel =SYN,ACK nodata c2 3..5 20%",
					     "20% 3..5 c2 nodata =SYN,ACK kernel",
					     "c2,kernel,=SYN,ACK,3..5,20%,nodata",
					     "  3..5\tkernel ,=ACK , SYN 20%,, nodata c2 " };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		drop(texts[i]);
		assert_int_equal(rule.from, WIRE_FROM(WHO_KERNEL));
		assert_int_equal(rule.set, SEG_SYN | SEG_ACK);
		assert_int_equal(rule.clear, (uint8_t) ~(SEG_SYN | SEG_ACK | SEG_PSH));
		assert_int_equal(rule.data, WIRE_WITHOUT_DATA);
		assert_string_equal(rule.conn, "c2");
		assert_int_equal(rule.nth, 3);
		assert_int_equal(rule.last, 5);
		assert_int_equal(rule.per_million, 200000);
	}
}

/* -- Times */

TEST(times)
{
	assert_int_equal(parse("delay", "300ms")->time_ns, 300 * MS);
	assert_int_equal(parse("delay", "1.5s kernel")->time_ns, 1500 * MS);
	assert_int_equal(rule.from, WIRE_FROM(WHO_KERNEL));
	assert_int_equal(parse("delay", "FIN 2min")->time_ns, 120000 * MS);
	assert_int_equal(parse("delay", "24h")->time_ns, 86400000 * MS);
	assert_int_equal(parse("hold", "0.001s FIN")->time_ns, 1 * MS);
	assert_int_equal(parse("hold", "FIN")->time_ns, 0);
}

TEST(cuts)
{
	assert_true(parse("cut", "at 30s")->at);
	assert_int_equal(rule.at_ns, 30000 * MS);
	assert_int_equal(rule.time_ns, 0);
	assert_int_equal(parse("cut", "at 0s for 10ms")->at_ns, 0);
	assert_int_equal(rule.time_ns, 10 * MS);
	assert_int_equal(parse("cut", "for 10ms at 1h")->at_ns, 3600000 * MS);
	assert_false(parse("cut", "after lwip FIN 2 for 1s")->at);
	assert_int_equal(rule.from, WIRE_FROM(WHO_LWIP));
	assert_int_equal(rule.set, SEG_FIN);
	assert_int_equal(rule.nth, 2);
	assert_int_equal(rule.time_ns, 1000 * MS);
	assert_int_equal(parse("cut", "for 1s after 7")->nth, 7);
}

TEST(a_cable_is_pulled_after_the_first_unless_something_else_is_said)
{
	assert_int_equal(parse("cut", "after FIN")->nth, 1);
	assert_int_equal(parse("cut", "after FIN 2..")->nth, 2);
	assert_int_equal(parse("cut", "after 5%")->nth, 0);
	assert_int_equal(parse("cut", "at 1s")->nth, 0);
}

/* -- Refusals */

TEST(an_empty_rule)
{
	refused_at("drop", "", 1, "which segments? 'lwip FIN 2', or '1..' for all");
	refused_at("hold", "  ", 3, "which segments?");
	refused_at("drop", ",", 2, "which segments?");
	refused_at("delay", "", 1, "how long, and which segments?");
	refused_at("cut", "", 1, "when? 'at 30s', or 'after lwip FIN'");
}

TEST(an_unknown_word)
{
	refused_at("drop", "lwip FINN 2", 6,
		   "there is no word 'FINN'; there are lwip, kernel, raw");
	refused_at("drop", "LWIP", 1, "'LWIP'");
	refused_at("drop", "lwip,SYN,AKC", 10, "'AKC'");
	refused_at("drop", "=", 1, "'='");
	refused_at("drop", "none", 1, "'none'");
	refused_at("drop", "=none", 1, "'=none'");
	refused_at("drop", "c0", 1, "'c0'");
	refused_at("drop", "c1234567", 1, "'c1234567'");
	refused_at("drop", "l1", 1, "'l1'");
	refused_at("drop", "-1", 1, "'-1'");
	refused_at("drop", "after lwip", 1, "'after'");
	refused_at("drop", "20%%", 1, "'20%%'");
	refused_at("delay", "1s x", 4, "20%, and a time as 300ms");
	refused_at("cut", "after x", 7, "there are at, after, for, lwip");
	refused_at("drop", "lwip averyverylongwordthatisnone", 6, "'averyverylongwordtha...'");
	refused_at("drop", "12345678901234567890123456789", 1, "there is no word");
}

TEST(a_bad_number)
{
	static const char *const bad[] = {
		"0",   "0..3", "1..0",    "1000000000", "1.5",
		"3.5", "1...", "1..2..3", "1.",         "2..1000000000"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at("drop", bad[i], 1, "is no number from 1 to 999999999, and no range as");
	refused_at("drop", "lwip 5..3", 6, "'5..3' is a range that ends before it begins");
}

TEST(a_bad_probability)
{
	static const char *const bad[] = { "0%", "100.1%", "0.00001%", "1.%", "1..2%", "1000000%" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at("drop", bad[i], 1, "is no probability from 0.0001% to 100%");
}

TEST(a_bad_time)
{
	refused_at("delay", "0ms", 1, "'0ms' is no time in whole ms, from 1 ms to 24 h");
	refused_at("delay", "0.5ms", 1, "'0.5ms' is no time in whole ms");
	refused_at("delay", "25h", 1, "'25h' is no time in whole ms");
	refused_at("delay", "lwip 3x", 6, "'3x' is no time; times are as 300ms, 1.5s, 2min and 1h");
	refused_at("delay", "1..2s", 1, "'1..2s' is no time");
	refused_at("delay", "1234567s", 1, "'1234567s' is no time");
	refused_at("cut", "at 5", 4, "'5' is no time");
	refused_at("cut", "at lwip", 4, "'lwip' is no time");
	refused_at("cut", "at", 3, "'at' needs a time after it");
	refused_at("cut", "after 7 for", 12, "'for' needs a time after it");
	refused_at("cut", "at 1s for 0ms", 11, "'0ms' is no time in whole ms, from 1 ms");
}

TEST(a_time_where_none_is_wanted_or_none_where_one_is)
{
	refused_at("drop", "lwip 300ms", 6, "'300ms' is a time, and drop takes none");
	refused_at("reorder", "1s", 1, "'1s' is a time, and reorder takes none");
	refused_at("delay", "kernel ACK", 11, "a time is missing, as 300ms");
	refused_at("cut", "after 7 10s", 9, "'10s' needs 'at' or 'for' before it");
}

TEST(a_second_word_of_a_kind)
{
	refused_at("drop", "lwip kernel", 6, "'kernel' is a second sender");
	refused_at("drop", "FIN lwip ACK", 10, "'ACK' is a second list of control bits");
	refused_at("drop", "FIN =ACK", 5, "'=ACK' is a second list of control bits");
	refused_at("drop", "FIN,ACK,FIN", 9, "'FIN' is there already");
	refused_at("drop", "data nodata", 6, "'nodata' is a second word about data");
	refused_at("drop", "c1 c2", 4, "'c2' is a second connection");
	refused_at("drop", "1 2", 3, "'2' is a second number");
	refused_at("drop", "1% 2%", 4, "'2%' is a second probability");
	refused_at("delay", "1s 2s", 4, "'2s' is a second time");
	refused_at("cut", "at 1s at 2s", 7, "'at' is a second 'at'");
	refused_at("cut", "after 7 for 1s for 2s", 16, "'for' is a second 'for'");
	refused_at("cut", "after after", 7, "'after' is a second 'after'");
}

TEST(a_cut_without_its_moment)
{
	refused_at("cut", "lwip FIN", 1, "'lwip' needs 'after' before it");
	refused_at("cut", "at 1s FIN", 7, "'FIN' needs 'after' before it");
	refused_at("cut", "for 1s", 7, "when? 'at 30s' or 'after lwip FIN' is missing");
	refused_at("cut", "after", 6, "after which segment?");
	refused_at("cut", "at 1s after 7", 7, "'after' does not go with 'at'");
	refused_at("cut", "after 7 at 1s", 9, "'at' does not go with 'after'");
}

TEST(a_text_that_is_too_long)
{
	char text[RULE_STRLEN + 2];

	memset(text, ' ', sizeof(text));
	text[0] = '7';
	text[RULE_STRLEN] = '\0';
	assert_int_equal(drop(text)->nth, 7);
	text[0] = 'x'; /* and there is room for why */
	assert_int_equal(rule_parse("drop", text, &rule, &why), -EINVAL);
	assert_true(strlen(why.text) < sizeof(why.text) - 1);
	assert_int_equal(why.text[strlen(why.text) - 1], '^');
	text[RULE_STRLEN] = ' ';
	text[RULE_STRLEN + 1] = '\0';
	assert_int_equal(rule_parse("drop", text, &rule, &why), -EINVAL);
	assert_string_equal(why.text, "drop: 101 characters, and no rule is longer than 100");
}

/* Nothing that a terminal would obey, and the caret below the word all the same. */
TEST(a_picture_that_is_safe)
{
	assert_int_equal(rule_parse("drop", "lwip\t\033[31m", &rule, &why), -EINVAL);
	assert_string_equal(strchr(why.text, '\n'), "\n    lwip ?[31m\n         ^");
	assert_int_equal(rule_parse("drop", "lwip FÜN x", &rule, &why), -EINVAL);
	assert_words(why.text, "column 6: ", "'FÜN'");
	assert_int_equal(rule_parse("drop", "\033x", &rule, &why), -EINVAL);
	assert_null(strchr(why.text, '\033'));
	assert_int_equal(rule_parse("drop", "ÜÜ,ÜÜ", &rule, &why), -EINVAL);
	assert_string_equal(strchr(why.text, '\n'), "\n    ÜÜ,ÜÜ\n    ^");
	assert_int_equal(rule_parse("drop", "FIN,,x\t ÜÜ=", &rule, &why), -EINVAL);
	assert_string_equal(strchr(why.text, '\n'), "\n    FIN,,x  ÜÜ=\n         ^");
	/* A character of two bytes is not cut in the middle. */
	assert_int_equal(rule_parse("drop", "xÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜÜ", &rule, &why), -EINVAL);
	assert_words(why.text, "'xÜÜÜÜÜÜÜÜÜ...'");
}

TEST(the_help_tells_of_every_kind_and_word)
{
	static const char *const words[] = { "--drop",    "--delay",
					     "--dup",     "--reorder",
					     "--corrupt", "--hold",
					     "--cut",     "lwip, kernel, raw or others",
					     "=SYN,ACK",  "data or nodata",
					     "c1",        "2 or 3..5 or 3..",
					     "20%",       "300ms, 1.5s, 2min or 1h",
					     "at TIME",   "after SEGMENTS",
					     "for TIME" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_non_null(strstr(rule_help, words[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_action),
		cmocka_unit_test(what_is_not_said_is_no_condition),
		cmocka_unit_test(senders),
		cmocka_unit_test(control_bits_among_others),
		cmocka_unit_test(exact_control_bits),
		cmocka_unit_test(data_and_connections),
		cmocka_unit_test(numbers_and_ranges),
		cmocka_unit_test(probabilities),
		cmocka_unit_test(words_stand_in_any_order),
		cmocka_unit_test(times),
		cmocka_unit_test(cuts),
		cmocka_unit_test(a_cable_is_pulled_after_the_first_unless_something_else_is_said),
		cmocka_unit_test(an_empty_rule),
		cmocka_unit_test(an_unknown_word),
		cmocka_unit_test(a_bad_number),
		cmocka_unit_test(a_bad_probability),
		cmocka_unit_test(a_bad_time),
		cmocka_unit_test(a_time_where_none_is_wanted_or_none_where_one_is),
		cmocka_unit_test(a_second_word_of_a_kind),
		cmocka_unit_test(a_cut_without_its_moment),
		cmocka_unit_test(a_text_that_is_too_long),
		cmocka_unit_test(a_picture_that_is_safe),
		cmocka_unit_test(the_help_tells_of_every_kind_and_word),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
