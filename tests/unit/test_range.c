/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "cmd/range.h"

static struct range range;
static struct why why;

FIXTURE(drop)
{
	range_free(&range);
	return 0;
}

/* The words that one stands for, with spaces between. */
static const char *words(const char *word)
{
	static char text[256];
	size_t length = 0;

	range_free(&range);
	assert_int_equal(range_parse(word, &range, &why), 1);
	text[0] = '\0';
	for (int i = 0; i < range.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i == 0 ? "" : " ", range.words[i]);
	return text;
}

static void assert_refused(const char *word, const char *reason)
{
	struct range none = { NULL, NULL, 0 };

	assert_int_equal(range_parse(word, &none, &why), -EINVAL);
	assert_words(why.text, reason);
	assert_int_equal(none.count, 0);
	assert_null(none.words);
}

TEST(a_word_without_braces_is_no_range)
{
	assert_int_equal(range_parse("close/lwip", &range, &why), 0);
	assert_int_equal(range.count, 0);
}

TEST(numbers_go_up_with_the_text_around_them)
{
	assert_string_equal(words("{1..3}"), "1 2 3");
	assert_string_equal(words("a{9..11}b"), "a9b a10b a11b");
	assert_string_equal(words("{0..1000..400}"), "0 400 800");
	assert_string_equal(words("{-1..1}"), "-1 0 1");
	assert_string_equal(words("{5..5}"), "5");
	assert_string_equal(range.values[0], "5");
}

TEST(alternatives_are_taken_as_they_are)
{
	assert_string_equal(words("close/{lwip,kernel}"), "close/lwip close/kernel");
	assert_string_equal(range.values[1], "kernel");
	assert_string_equal(words("x{,y}"), "x xy");
	assert_string_equal(words("{1..2,7}"), "1..2 7");
}

TEST(what_is_no_range_is_refused)
{
	assert_refused("{1..2", "not closed");
	assert_refused("{1..2}{3..4}", "one range");
	assert_refused("{}", "braces hold");
	assert_refused("{a}", "braces hold");
	assert_refused("{1..}", "braces hold");
	assert_refused("{1..2..}", "braces hold");
	assert_refused("{1..2x}", "braces hold");
	assert_refused("{3..1}", "goes up");
	assert_refused("{1..3..0}", "goes up");
	assert_refused("{1..3..-1}", "goes up");
	assert_refused("{1..1001}", "at most 1000");
}

TEST(a_range_may_have_a_thousand_values)
{
	range_free(&range);
	assert_int_equal(range_parse("{1..1000}", &range, &why), 1);
	assert_int_equal(range.count, 1000);
	assert_string_equal(range.words[999], "1000");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_without_braces_is_no_range),
		cmocka_unit_test(numbers_go_up_with_the_text_around_them),
		cmocka_unit_test(alternatives_are_taken_as_they_are),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(a_range_may_have_a_thousand_values),
	};

	return cmocka_run_group_tests_name("range", tests, NULL, drop);
}
