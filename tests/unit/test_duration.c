/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "lab/duration.h"

static void assert_ms(const char *text, uint64_t ms)
{
	struct why why;
	uint64_t ns = 0;

	assert_int_equal(duration_parse(text, 0, &ns, &why), 0);
	assert_int_equal(ns, ms * 1000000);
}

static void assert_refused(const char *text, uint64_t min_ms, const char *reason)
{
	struct why why;
	uint64_t ns;

	assert_int_equal(duration_parse(text, min_ms, &ns, &why), -EINVAL);
	assert_words(why.text, reason);
}

TEST(times_have_units)
{
	assert_ms("300ms", 300);
	assert_ms("1.5s", 1500);
	assert_ms("2min", 120000);
	assert_ms("24h", 86400000);
	assert_ms("0s", 0);
	assert_ms("0.001s", 1);
}

TEST(times_without_a_unit_are_none)
{
	assert_refused("300", 0, "'300' is no time; times are as 300ms, 1.5s, 2min and 1h");
	assert_refused("", 0, "'' is no time");
	assert_refused("s", 0, "'s' is no time");
	assert_refused("1.s", 0, "'1.s' is no time");
	assert_refused("-1s", 0, "'-1s' is no time");
	assert_refused("1S", 0, "'1S' is no time");
	assert_refused("1234567s", 0, "'1234567s' is no time");
}

TEST(times_have_bounds)
{
	assert_refused("0.5ms", 0, "'0.5ms' is no time in whole ms, from 0 ms to 24 h");
	assert_refused("9ms", 10, "from 10 ms to 24 h");
	assert_refused("24.1h", 0, "'24.1h' is no time in whole ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(times_without_a_unit_are_none),
		cmocka_unit_test(times_have_bounds),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
