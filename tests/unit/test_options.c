/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "cmd/options.h"

#define MAX_ARGS 24

/* What came of a command line. */
struct parsed {
	struct run_options options;
	struct why why;
	int result;
	char *argv[MAX_ARGS]; /* getopt(3) reorders it, and the patterns are in it */
};

static struct parsed parsed;

FIXTURE(forget)
{
	run_options_free(&parsed.options);
	return 0;
}

static void parse_args(const char *const *args)
{
	int argc = 0;

	run_options_free(&parsed.options);
	memset(&parsed, 0xa5, sizeof(parsed));
	parsed.why.text[0] = '\0';
	parsed.argv[argc++] = unconst("run");
	for (; *args != NULL; args++)
		parsed.argv[argc++] = unconst(*args);
	parsed.argv[argc] = NULL;
	parsed.result = run_options_parse(&parsed.options, argc, parsed.argv, &parsed.why);
}

#define PARSE(...) parse_args((const char *const[]){ __VA_ARGS__, NULL })

/* The options are refused, with these words in the reason. */
#define assert_refused(args, ...)                           \
	do {                                                \
		PARSE args;                                 \
		assert_int_equal(parsed.result, -EINVAL);   \
		assert_words(parsed.why.text, __VA_ARGS__); \
	} while (0)

/* The options are taken; gives them. */
#define TAKEN(...) (PARSE(__VA_ARGS__), assert_int_equal(parsed.result, 0), &parsed.options)

/* -- Good options */

TEST(without_options_the_defaults_hold)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	parse_args((const char *const[]){ NULL });
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.options.jobs, processors > 256 ? 256 : processors);
	assert_false(parsed.options.verbose);
	assert_int_equal(parsed.options.lab.seed, 1);
	assert_int_equal(parsed.options.lab.family, 4);
	assert_int_equal(parsed.options.lab.mtu, 0);
	assert_int_equal(parsed.options.lab.netif, device_choose());
	assert_int_equal(parsed.options.format, FORMAT_LADDER);
	assert_null(parsed.options.out);
	assert_int_equal(parsed.options.pattern_count, 0);
}

TEST(every_option_is_taken)
{
	const struct run_options *options = TAKEN("--jobs", "3", "--verbose", "--out", "dir",
						  "--seed", "99", "--format", "tap");

	assert_int_equal(options->jobs, 3);
	assert_true(options->verbose);
	assert_string_equal(options->out, "dir");
	assert_int_equal(options->lab.seed, 99);
	assert_int_equal(options->format, FORMAT_TAP);
	assert_int_equal(options->pattern_count, 0);
}

TEST(short_options_and_equals_signs_are_taken)
{
	const struct run_options *options = TAKEN("-vj2", "--seed=7", "--out=a=b");

	assert_true(options->verbose);
	assert_int_equal(options->jobs, 2);
	assert_int_equal(options->lab.seed, 7);
	assert_string_equal(options->out, "a=b");
	assert_int_equal(TAKEN("-j", "4")->jobs, 4);
}

TEST(each_format_has_its_name)
{
	assert_int_equal(TAKEN("--format", "ladder")->format, FORMAT_LADDER);
	assert_int_equal(TAKEN("--format", "tap")->format, FORMAT_TAP);
	assert_int_equal(TAKEN("--format", "junit")->format, FORMAT_JUNIT);
	assert_int_equal(TAKEN("--format", "csv")->format, FORMAT_CSV);
	assert_int_equal(TAKEN("--format", "jsonl")->format, FORMAT_JSONL);
}

TEST(numbers_are_taken_up_to_their_limits)
{
	assert_int_equal(TAKEN("--jobs", "1")->jobs, 1);
	assert_int_equal(TAKEN("--jobs", "256")->jobs, 256);
	assert_int_equal(TAKEN("--seed", "0")->lab.seed, 0);
	assert_int_equal(TAKEN("--seed", "18446744073709551615")->lab.seed, UINT64_MAX);
	assert_int_equal(TAKEN("--seed", "0xfeedface")->lab.seed, 0xfeedface);
}

TEST(the_family_is_one_of_two)
{
	assert_int_equal(TAKEN("-6")->lab.family, 6);
	assert_int_equal(TAKEN("-4")->lab.family, 4);
	assert_int_equal(TAKEN("-6", "-4")->lab.family, 4);
	assert_int_equal(TAKEN("-v6", "close")->lab.family, 6);
	assert_int_equal(parsed.options.pattern_count, 1);
}

TEST(the_mtu_is_taken_up_to_the_limits_of_its_family)
{
	assert_int_equal(TAKEN("--netif", "tap", "--mtu", "88")->lab.mtu, 88);
	assert_int_equal(TAKEN("--mtu", "140", "--netif", "packet")->lab.mtu, 140);
	assert_int_equal(TAKEN("--mtu=1500")->lab.mtu, 1500);
	assert_int_equal(TAKEN("--mtu", "576", "-4")->lab.mtu, 576);
	assert_int_equal(TAKEN("--mtu", "1280", "-6")->lab.mtu, 1280);
	assert_int_equal(TAKEN("-6", "--mtu", "1500")->lab.mtu, 1500);
}

TEST(a_number_with_leading_zeros_is_the_same_number)
{
	assert_int_equal(TAKEN("--jobs", "010")->jobs, 10);
	assert_int_equal(TAKEN("--jobs", "08")->jobs, 8);
}

TEST(the_last_of_two_options_counts)
{
	assert_int_equal(TAKEN("--seed", "1", "--seed", "2")->lab.seed, 2);
}

TEST(names_stand_before_between_and_after_options)
{
	const struct run_options *options = TAKEN("close", "-v", "open*", "-j", "2", "data");

	assert_true(options->verbose);
	assert_int_equal(options->jobs, 2);
	assert_int_equal(options->pattern_count, 3);
	assert_string_equal(options->patterns[0], "close");
	assert_string_equal(options->patterns[1], "open*");
	assert_string_equal(options->patterns[2], "data");
}

TEST(after_two_dashes_everything_is_a_name)
{
	const struct run_options *options = TAKEN("-v", "--", "-x", "--seed");

	assert_true(options->verbose);
	assert_int_equal(options->pattern_count, 2);
	assert_string_equal(options->patterns[0], "-x");
	assert_string_equal(options->patterns[1], "--seed");
}

TEST(rules_for_the_wire_are_kept_as_they_were_given)
{
	static const char *const kinds[] = { "drop",    "delay", "dup", "reorder",
					     "corrupt", "hold",  "cut" };
	static const char *const texts[] = { "lwip FIN 2", "300ms kernel", "1..",   "data",
					     "20%",        "FIN 5s",       "at 30s" };
	const struct run_options *options = TAKEN(
		"--drop", texts[0], "--delay", texts[1], "close", "--dup", texts[2], "--reorder",
		texts[3], "--corrupt", texts[4], "--hold", texts[5], "--cut=at 30s");

	assert_int_equal(options->rule_count, 7);
	for (int i = 0; i < 7; i++) {
		assert_string_equal(options->rules[i].kind, kinds[i]);
		assert_string_equal(options->rules[i].text, texts[i]);
	}
	assert_int_equal(options->pattern_count, 1);
	assert_int_equal(TAKEN("--drop", "7", "--drop", "7")->rule_count, 2);
	parse_args((const char *const[]){ NULL });
	assert_int_equal(parsed.options.rule_count, 0);
}

TEST(nothing_is_left_of_a_command_line_before)
{
	PARSE("-v", "--out", "dir", "--seed", "5", "close");
	without_options_the_defaults_hold(NULL);
	assert_refused(("-xv"), "no option");
	without_options_the_defaults_hold(NULL);
}

/* What repeats a run, as one text. */
static const char *recipe(const struct run_options *options)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (int i = 0; i < options->recipe.count; i++)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length, "%s ",
			options->recipe.text[i] == NULL ? "-" : options->recipe.text[i]);
	return text;
}

TEST(what_an_experiment_depends_on_is_kept_in_its_order)
{
	const struct run_options *options =
		TAKEN("--sysctl", "net.ipv4.tcp_rfc1337=1", "-v", "--out", "dir", "--seed=9",
		      "close", "--until-closed", "--lwip", "ttl=3", "--sysctl=a/b=2");

	assert_string_equal(recipe(options),
			    "sysctl net.ipv4.tcp_rfc1337=1 seed 9 until-closed - lwip ttl=3 "
			    "sysctl a/b=2 ");
	assert_int_equal(options->sysctls.count, 2);
	assert_string_equal(options->sysctls.text[1], "a/b=2");
	assert_int_equal(options->lwip.count, 1);
	assert_true(options->until_closed);
}

TEST(how_often_is_a_number)
{
	assert_int_equal(TAKEN("--repeat", "50")->repeat, 50);
	assert_refused(("--repeat", "0"), "--repeat", "from 1 to 10000", "'0'");
	assert_refused(("--repeat", "5", "-v"), "--repeat", "--verbose");
	assert_refused(("--repeat", "5", "--out", "x"), "--repeat", "--out");
}

TEST(a_setting_has_a_name_and_a_value)
{
	assert_refused(("--sysctl", "net.ipv4.tcp_rfc1337"), "--sysctl", "NAME=VALUE");
	assert_refused(("--sysctl", "=1"), "--sysctl", "NAME=VALUE");
	assert_refused(("--sysctl", "x="), "--sysctl", "NAME=VALUE");
	assert_refused(("--lwip", "ttl"), "--lwip", "NAME=VALUE");
	assert_refused(("--lwip", "ttl=0"), "ttl", "from 1 to 255", "'0'");
	assert_refused(("--lwip", "ttl=256"), "ttl", "from 1 to 255", "'256'");
	assert_refused(("--lwip", "ttl=1x"), "ttl", "'1x'");
	assert_refused(("--lwip", "tt=1"), "'tt'", "nodelay");
	assert_refused(("--lwip", "ttll=1"), "'ttll'", "nodelay");
}

/* -- Bad options */

TEST(a_bad_number_of_jobs_is_named)
{
	static const char *const bad[] = { "0",  "257", "-1", "",  "x",  "3x",
					   "3 ", "1.5", "-",  " ", "0x", "99999999999999999999" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char quoted[64];

		snprintf(quoted, sizeof(quoted), "'%s'", bad[i]);
		assert_refused(("--jobs", bad[i]), "--jobs", "from 1 to 256", quoted);
		assert_refused(("-j", bad[i]), "--jobs", "from 1 to 256", quoted);
	}
}

TEST(a_bad_seed_is_named)
{
	assert_refused(("--seed", "18446744073709551616"), "--seed", "18446744073709551615",
		       "'18446744073709551616'");
	assert_refused(("--seed", "-5"), "--seed", "'-5'");
	assert_refused(("--seed", " -5"), "--seed", "' -5'");
	assert_refused(("--seed="), "--seed", "''");
}

/* Wherever it stands, the family decides. */
TEST(a_bad_mtu_is_named_with_its_family)
{
	assert_refused(("--netif", "tap", "--mtu", "87"), "--mtu over IPv4", "from 88 to 1500",
		       "'87'");
	assert_refused(("--mtu", "1501", "--netif", "tap"), "--mtu over IPv4", "from 88 to 1500",
		       "'1501'");
	assert_refused(("--netif", "packet", "--mtu", "139"), "--mtu over IPv4", "--netif packet",
		       "from 140 to 1500", "'139'");
	assert_refused(("-6", "--mtu", "1279"), "--mtu over IPv6", "from 1280 to 1500", "'1279'");
	assert_refused(("--mtu", "576", "-6"), "--mtu over IPv6", "from 1280 to 1500", "'576'");
	assert_refused(("-6", "--mtu", "1501"), "--mtu over IPv6", "'1501'");
	assert_refused(("--mtu", "0"), "--mtu over IPv4", "'0'");
	assert_refused(("--mtu", "jumbo"), "--mtu over IPv4", "'jumbo'");
	assert_refused(("--mtu="), "--mtu over IPv4", "''");
	assert_refused(("--mtu"), "--mtu needs a value");
}

TEST(a_way_to_the_kernel_is_taken)
{
	assert_int_equal(TAKEN("--netif", "tap")->lab.netif, DEVICE_TAP);
	assert_int_equal(TAKEN("--netif=packet")->lab.netif, DEVICE_PACKET);
	assert_int_equal(parsed.options.recipe.count, 2);
	assert_string_equal(parsed.options.recipe.text[0], "netif");
	assert_string_equal(parsed.options.recipe.text[1], "packet");
	assert_refused(("--netif", "veth"), "--netif", "tap or packet", "'veth'");
}

TEST(a_bad_format_is_named)
{
	assert_refused(("--format", "html"), "--format", "ladder, tap, junit, csv or jsonl",
		       "'html'");
	assert_refused(("--format", ""), "--format", "''");
	assert_refused(("--format", "TAP"), "--format", "'TAP'");
}

TEST(an_option_without_its_value_is_named)
{
	assert_refused(("--seed"), "--seed needs a value");
	assert_refused(("close", "--out"), "--out needs a value");
	assert_refused(("-j"), "-j needs a value");
}

TEST(a_bad_word_of_a_rule_is_named_and_shown)
{
	assert_refused(("--drop", "lwip FINN 2"), "--drop, column 6: ", "'FINN'",
		       "\n    lwip FINN 2\n         ^");
	assert_refused(("--cut", ""), "--cut, column 1: when?");
	assert_refused(("--delay"), "--delay needs a value");
}

TEST(more_rules_than_the_wire_takes_are_refused)
{
	const char *args[WIRE_RULES + 2];
	int count = 0;

	while (count < WIRE_RULES)
		args[count++] = "--drop=7";
	args[count] = NULL;
	parse_args(args);
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.options.rule_count, WIRE_RULES);
	args[count++] = "--dup=8";
	args[count] = NULL;
	parse_args(args);
	assert_int_equal(parsed.result, -EINVAL);
	assert_string_equal(parsed.why.text, "--dup '8': 16 rules for the wire are the most");
}

TEST(an_unknown_option_is_named)
{
	assert_refused(("--nonsense"), "no option '--nonsense'");
	assert_refused(("close", "--nonsense", "open"), "no option '--nonsense'");
	assert_refused(("-x"), "no option '-x'");
	assert_refused(("-v", "-x", "-v"), "no option '-x'");
}

TEST(an_unknown_option_among_short_ones_is_named)
{
	assert_refused(("-vx"), "no option", "x");
	assert_refused(("-xv"), "no option '-x");
	assert_refused(("--seed", "5", "-xv"), "no option '-x");
}

TEST(a_value_for_an_option_that_takes_none_is_refused)
{
	assert_refused(("--verbose=yes"), "--verbose");
	assert_refused(("-6x"), "no option '-x'");
}

TEST(the_first_bad_option_is_the_one_that_is_named)
{
	assert_refused(("--jobs", "0", "--seed", "x"), "--jobs");
	assert_refused(("--seed", "x", "--nonsense"), "--seed");
}

TEST(the_help_names_every_option)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	run_options_help(memory);
	fclose(memory);
	assert_words(text, "-j, --jobs N", "-v, --verbose", "--slow", "--format FORMAT",
		     "--out DIR", "--repeat N", "--seed N", "-4, --ipv4", "-6, --ipv6", "--mtu N",
		     "--sysctl NAME=VALUE", "--lwip NAME=VALUE", "--drop", "--dup", "--corrupt",
		     "--reorder", "--delay", "--hold", "--cut", "--until-closed");
	free(text);
}

/* -- What is wanted */

static bool wanted(const char *pattern, const char *scenario, const char *variant)
{
	return run_options_want(TAKEN(pattern), scenario, variant);
}

TEST(without_names_everything_is_wanted)
{
	parse_args((const char *const[]){ NULL });
	assert_true(run_options_want(&parsed.options, "close", "close/lwip"));
	assert_true(run_options_want(&parsed.options, "x", "y"));
}

TEST(a_name_is_a_scenario_with_both_its_variants)
{
	assert_true(wanted("close", "close", "close/lwip"));
	assert_true(wanted("close", "close", "close/kernel"));
	assert_false(wanted("close", "close-merged", "close-merged/lwip"));
	assert_false(wanted("clos", "close", "close/lwip"));
	assert_false(wanted("lwip", "close", "close/lwip"));
}

TEST(a_name_with_a_slash_is_one_variant)
{
	assert_true(wanted("close/lwip", "close", "close/lwip"));
	assert_false(wanted("close/lwip", "close", "close/kernel"));
	assert_false(wanted("close/lwip", "close-merged", "close-merged/lwip"));
}

TEST(a_glob_is_matched_with_scenario_and_variant)
{
	assert_true(wanted("close*", "close-merged", "close-merged/lwip"));
	assert_true(wanted("*/kernel", "close", "close/kernel"));
	assert_false(wanted("*/kernel", "close", "close/lwip"));
	assert_true(wanted("close-*/lwip", "close-merged", "close-merged/lwip"));
	assert_true(wanted("[a-c]*", "close", "close/lwip"));
	assert_false(wanted("[d-z]*", "close", "close/lwip"));
	assert_true(wanted("dat?", "data", "data/lwip"));
	assert_true(wanted("c*l", "close", "close/kernel"));
	assert_false(wanted("c*l", "close", "close/lwip"));
	assert_false(wanted("", "data", "data/lwip"));
}

TEST(one_of_several_names_is_enough)
{
	const struct run_options *options = TAKEN("abort", "close/lwip", "open*");

	assert_true(run_options_want(options, "abort", "abort/kernel"));
	assert_true(run_options_want(options, "close", "close/lwip"));
	assert_true(run_options_want(options, "open-late", "open-late/lwip"));
	assert_false(run_options_want(options, "close", "close/kernel"));
}

TEST(each_name_is_matched_for_itself)
{
	const struct run_options *options = TAKEN("abort", "close/lwip");

	assert_true(run_options_match(options, 0, "abort", "abort/kernel"));
	assert_false(run_options_match(options, 1, "abort", "abort/kernel"));
	assert_false(run_options_match(options, 0, "close", "close/lwip"));
	assert_true(run_options_match(options, 1, "close", "close/lwip"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_the_defaults_hold),
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(short_options_and_equals_signs_are_taken),
		cmocka_unit_test(each_format_has_its_name),
		cmocka_unit_test(numbers_are_taken_up_to_their_limits),
		cmocka_unit_test(the_family_is_one_of_two),
		cmocka_unit_test(the_mtu_is_taken_up_to_the_limits_of_its_family),
		cmocka_unit_test(a_number_with_leading_zeros_is_the_same_number),
		cmocka_unit_test(the_last_of_two_options_counts),
		cmocka_unit_test(names_stand_before_between_and_after_options),
		cmocka_unit_test(after_two_dashes_everything_is_a_name),
		cmocka_unit_test(rules_for_the_wire_are_kept_as_they_were_given),
		cmocka_unit_test(nothing_is_left_of_a_command_line_before),
		cmocka_unit_test(what_an_experiment_depends_on_is_kept_in_its_order),
		cmocka_unit_test(how_often_is_a_number),
		cmocka_unit_test(a_setting_has_a_name_and_a_value),
		cmocka_unit_test(a_bad_number_of_jobs_is_named),
		cmocka_unit_test(a_bad_seed_is_named),
		cmocka_unit_test(a_bad_mtu_is_named_with_its_family),
		cmocka_unit_test(a_way_to_the_kernel_is_taken),
		cmocka_unit_test(a_bad_format_is_named),
		cmocka_unit_test(an_option_without_its_value_is_named),
		cmocka_unit_test(a_bad_word_of_a_rule_is_named_and_shown),
		cmocka_unit_test(more_rules_than_the_wire_takes_are_refused),
		cmocka_unit_test(an_unknown_option_is_named),
		cmocka_unit_test(an_unknown_option_among_short_ones_is_named),
		cmocka_unit_test(a_value_for_an_option_that_takes_none_is_refused),
		cmocka_unit_test(the_first_bad_option_is_the_one_that_is_named),
		cmocka_unit_test(the_help_names_every_option),
		cmocka_unit_test(without_names_everything_is_wanted),
		cmocka_unit_test(a_name_is_a_scenario_with_both_its_variants),
		cmocka_unit_test(a_name_with_a_slash_is_one_variant),
		cmocka_unit_test(a_glob_is_matched_with_scenario_and_variant),
		cmocka_unit_test(one_of_several_names_is_enough),
		cmocka_unit_test(each_name_is_matched_for_itself),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, forget);
}
