/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "cmd/cases.h"
#include "cmd/flood_options.h"

#define MAX_ARGS 16

static struct {
	struct flood_options options;
	struct why why;
	int result;
	char *argv[MAX_ARGS];
} parsed;

FIXTURE(forget)
{
	flood_options_free(&parsed.options);
	return 0;
}

static void parse_args(const char *const *args)
{
	int argc = 0;

	flood_options_free(&parsed.options);
	parsed.why.text[0] = '\0';
	parsed.argv[argc++] = unconst("flood");
	for (; *args != NULL; args++)
		parsed.argv[argc++] = unconst(*args);
	parsed.argv[argc] = NULL;
	parsed.result = flood_options_parse(&parsed.options, argc, parsed.argv, &parsed.why);
}

#define PARSE(...) parse_args((const char *const[]){ __VA_ARGS__, NULL })
#define TAKEN(...) (PARSE(__VA_ARGS__), assert_int_equal(parsed.result, 0), &parsed.options)

static void assert_refused(const char *option, const char *value, const char *words)
{
	PARSE(option, value);
	assert_int_equal(parsed.result, -EINVAL);
	assert_words(parsed.why.text, words);
}

TEST(without_options_the_defaults_hold)
{
	parse_args((const char *const[]){ NULL });
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.options.plan.kind, FLOOD_SYN);
	assert_int_equal(parsed.options.plan.count, 100000);
	assert_int_equal(parsed.options.plan.rate, 0);
	assert_int_equal(parsed.options.plan.seconds, 0);
	assert_false(parsed.options.plan.real_time);
	assert_int_equal(parsed.options.plan.clients, 50);
	assert_int_equal(parsed.options.plan.patience_ms, 3000);
	assert_int_equal(parsed.options.plan.bytes, 1000);
	assert_int_equal(parsed.options.seed, 1);
	assert_int_equal(parsed.options.format, FLOOD_TEXT);
	assert_true(parsed.options.compare);
	assert_false(parsed.options.guard.on);
	assert_null(parsed.options.report);
	assert_int_equal(flood_options_backlog(&parsed.options, WHO_LWIP), 255);
	assert_int_equal(flood_options_backlog(&parsed.options, WHO_KERNEL), 128);
}

TEST(each_option_sets_its_own)
{
	const struct flood_options *options =
		TAKEN("--kind", "data", "--count=100000000", "--rate", "20", "--seconds", "9",
		      "--real-time", "--clients", "3");

	assert_int_equal(options->plan.kind, FLOOD_SYN_DATA);
	assert_int_equal(options->plan.count, 100000000);
	assert_int_equal(options->plan.rate, 20);
	assert_int_equal(options->plan.seconds, 9);
	assert_true(options->plan.real_time);
	assert_int_equal(options->plan.clients, 3);
	options = TAKEN("--patience", "70", "--bytes", "5", "--backlog", "7", "--seed",
			"18446744073709551615", "--format", "json", "--kind=ack");
	assert_int_equal(options->plan.kind, FLOOD_ACK);
	assert_int_equal(options->plan.patience_ms, 70);
	assert_int_equal(options->plan.bytes, 5);
	assert_int_equal(options->seed, UINT64_MAX);
	assert_int_equal(options->format, FLOOD_JSON);
	assert_int_equal(flood_options_backlog(options, WHO_LWIP), 7);
	assert_int_equal(flood_options_backlog(options, WHO_KERNEL), 7);
	options = TAKEN("--format", "csv", "--sysctl", "a=1", "--sysctl", "b=2");
	assert_int_equal(options->format, FLOOD_CSV);
	assert_int_equal(options->sysctls.count, 2);
	assert_string_equal(options->sysctls.text[1], "b=2");
}

TEST(victims_are_named)
{
	const struct flood_options *options = TAKEN("lwip");

	assert_true(options->victim[WHO_LWIP]);
	assert_false(options->victim[WHO_KERNEL]);
	options = TAKEN("kernel", "--count", "5");
	assert_false(options->victim[WHO_LWIP]);
	assert_true(options->victim[WHO_KERNEL]);
	options = TAKEN("kernel", "lwip");
	assert_true(options->victim[WHO_LWIP] && options->victim[WHO_KERNEL]);
}

TEST(what_is_bad_is_named)
{
	assert_refused("--kind", "fin", "--kind takes syn, ack or data, not 'fin'");
	assert_refused("--count", "0", "--count takes a whole number from 1 to 100000000");
	assert_refused("--count", "100000001", "not '100000001'");
	assert_refused("--rate", "-1", "--rate takes a whole number from 0 to 1000000");
	assert_refused("--clients", "10001", "--clients");
	assert_refused("--patience", "0", "--patience");
	assert_refused("--bytes", "0", "--bytes");
	assert_refused("--backlog", "0", "--backlog");
	assert_refused("--sysctl", "tcp_syncookies", "--sysctl takes NAME=VALUE");
	assert_refused("--format", "html", "--format takes text, csv or json, not 'html'");
	assert_refused("--repeat", "2", "there is no option '--repeat'");
	assert_refused("lwip", "windows", "the victim is lwip or kernel, not 'windows'");
}

/* -- Cases: words that stand for several */

static struct cases cases;

static int find(int argc, char **argv, struct why *why)
{
	cases_free(&cases);
	return cases_find(&cases, argc, argv, why);
}

static void check_case(int number, const char *first, const char *second)
{
	int value[CASES_PARAMETERS];
	char **argv = cases_argv(&cases, number, value);

	assert_non_null(argv);
	assert_string_equal(argv[2], first);
	assert_string_equal(argv[3], second);
	assert_null(argv[4]);
	free(argv);
}

TEST(each_combination_is_a_case)
{
	char *argv[] = { unconst("flood"), unconst("--seed"), unconst("{1..2}"),
			 unconst("--sysctl=x={a,b,c}"), NULL };
	struct why why;

	assert_int_equal(find(4, argv, &why), 0);
	assert_int_equal(cases.count, 6);
	assert_int_equal(cases.parameter_count, 2);
	assert_string_equal(cases.parameters[0].name, "--seed");
	assert_string_equal(cases.parameters[1].name, "--sysctl");
	check_case(0, "1", "--sysctl=x=a");
	check_case(2, "1", "--sysctl=x=c");
	check_case(3, "2", "--sysctl=x=a");
	check_case(5, "2", "--sysctl=x=c");
	cases_free(&cases);
}

TEST(without_a_range_there_is_one_case)
{
	char *argv[] = { unconst("flood"), unconst("--seed"), unconst("1"), unconst("lwip"), NULL };
	struct why why;

	assert_int_equal(find(4, argv, &why), 0);
	assert_int_equal(cases.count, 1);
	check_case(0, "1", "lwip");
	cases_free(&cases);
}

TEST(too_many_cases_are_refused)
{
	char *three[] = { unconst("flood"), unconst("{a,b}"), unconst("{a,b}"), unconst("{c,d}"),
			  NULL };
	char *many[] = { unconst("flood"), unconst("{1..200}"), unconst("{1..200}"), NULL };
	struct why why;

	assert_int_equal(find(4, three, &why), -EINVAL);
	assert_words(why.text, "'{c,d}' is one range too many");
	assert_int_equal(find(3, many, &why), -EINVAL);
	assert_words(why.text, "40000 cases: 10000 at most");
	cases_free(&cases);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_options_the_defaults_hold, forget),
		cmocka_unit_test_teardown(each_option_sets_its_own, forget),
		cmocka_unit_test_teardown(victims_are_named, forget),
		cmocka_unit_test_teardown(what_is_bad_is_named, forget),
		cmocka_unit_test(each_combination_is_a_case),
		cmocka_unit_test(without_a_range_there_is_one_case),
		cmocka_unit_test(too_many_cases_are_refused),
	};

	return cmocka_run_group_tests_name("flood_options", tests, NULL, NULL);
}
