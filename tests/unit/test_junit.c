/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "show/junit.h"

static char *written(const struct junit_case *cases, int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	junit_write(cases, count, memory);
	fclose(memory);
	return text;
}

TEST(cases_are_counted_and_said_of_what_they_are)
{
	static const struct junit_case cases[] = {
		{ "close/lwip", "close", 0.25, JUNIT_PASSES, NULL, "" },
		{ "close/kernel", "close", 0.5, JUNIT_FAILS, "1 of 9 verdicts fail",
		  "FAILS > FIN" },
		{ "open/lwip", "open", 1, JUNIT_PASSES, "deviates", "" },
		{ "open/kernel", "open", 0, JUNIT_ERROR, "cannot open \"tun\"", "" },
	};
	char *text = written(cases, 4);

	assert_string_equal(
		text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"<testsuite name=\"tcplab\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"0\" "
		"time=\"1.750000\">\n"
		"  <testcase classname=\"close\" name=\"close/lwip\" time=\"0.250000\"/>\n"
		"  <testcase classname=\"close\" name=\"close/kernel\" time=\"0.500000\">"
		"<failure message=\"1 of 9 verdicts fail\">FAILS &gt; FIN</failure></testcase>\n"
		"  <testcase classname=\"open\" name=\"open/lwip\" time=\"1.000000\">"
		"<system-out>deviates</system-out></testcase>\n"
		"  <testcase classname=\"open\" name=\"open/kernel\" time=\"0.000000\">"
		"<error message=\"cannot open &quot;tun&quot;\"></error></testcase>\n"
		"</testsuite>\n</testsuites>\n");
	free(text);
}

TEST(no_case_is_an_empty_suite)
{
	char *text = written(NULL, 0);

	assert_words(text, "tests=\"0\" failures=\"0\" errors=\"0\"", "</testsuite>");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_counted_and_said_of_what_they_are),
		cmocka_unit_test(no_case_is_an_empty_suite),
	};

	return cmocka_run_group_tests_name("junit", tests, NULL, NULL);
}
