/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <ctype.h>

#include "cmd/experiment.h"
#include "scenarios/scenario.h"

/* A C identifier that makes a file name on every system: lower case, and no dot or dash first. */
static bool is_name(const char *name)
{
	if (!islower((unsigned char)name[0]) || strlen(name) >= SCENARIO_STRLEN)
		return false;
	for (; *name != '\0'; name++)
		if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) &&
		    *name != '_')
			return false;
	return true;
}

static int count(void)
{
	int count = 0;

	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next)
		count++;
	return count;
}

TEST(there_are_scenarios)
{
	assert_true(count() >= 6);
}

TEST(every_scenario_says_what_it_is)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		assert_non_null(s->name);
		if (s->title == NULL || s->title[0] == '\0')
			fail_msg("%s has no title", s->name);
		if (s->rfc == NULL || strncmp(s->rfc, "RFC ", 4) != 0)
			fail_msg("%s has no section of an RFC", s->name);
		if (s->play == NULL || s->file == NULL)
			fail_msg("%s cannot be played", s->name);
	}
}

TEST(every_scenario_has_two_roles)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next)
		if (!is_name(s->role[0]) || !is_name(s->role[1]) ||
		    strcmp(s->role[0], s->role[1]) == 0)
			fail_msg("%s has the roles %s and %s", s->name, s->role[0], s->role[1]);
}

TEST(every_name_makes_a_file_name)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next)
		if (!is_name(s->name))
			fail_msg("%s", s->name);
}

TEST(no_two_scenarios_have_the_same_name)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next)
		for (const struct scenario *t = s->next; t != NULL; t = t->next)
			if (strcmp(s->name, t->name) == 0)
				fail_msg("%s in %s and %s", s->name, s->file, t->file);
}

TEST(scenarios_of_one_file_stand_together)
{
	for (const struct scenario *s = scenario_first(); s != NULL; s = s->next) {
		bool left = false;

		for (const struct scenario *t = s->next; t != NULL; t = t->next) {
			bool same = strcmp(s->file, t->file) == 0;

			if (left && same)
				fail_msg("%s is apart from %s", t->name, s->name);
			left = left || !same;
		}
	}
}

TEST(opening_comes_before_closing)
{
	const struct scenario *s = scenario_first();

	assert_string_equal(s->name, "handshake");
	while (s != NULL && strcmp(s->name, "close") != 0) {
		assert_string_not_equal(s->name, "close_merged");
		s = s->next;
	}
	assert_non_null(s);
}

TEST(a_variant_is_named_after_who_plays_the_first_role)
{
	struct scenario scenario = { .name = "close_by_both", .role = { "a", "b" } };
	struct experiment experiment;

	experiment_init(&experiment, &scenario, WHO_LWIP);
	assert_string_equal(experiment.name, "close-by-both/lwip");
	assert_ptr_equal(experiment.scenario, &scenario);
	experiment_init(&experiment, &scenario, WHO_KERNEL);
	assert_string_equal(experiment.name, "close-by-both/kernel");
	assert_int_equal(experiment.role[0], WHO_KERNEL);
}

TEST(people_read_names_without_underscores)
{
	char text[SCENARIO_STRLEN];

	assert_ptr_equal(scenario_name("close_by_both", '-', text), text);
	assert_string_equal(text, "close-by-both");
	assert_string_equal(scenario_name("active_closer", ' ', text), "active closer");
	assert_string_equal(scenario_name("close", '-', text), "close");
	scenario_name("a_name_that_is_much_longer_than_what_any_scenario_may_have", '-', text);
	assert_int_equal(strlen(text), SCENARIO_STRLEN - 1);
}

static void nothing(struct end *first, struct end *second)
{
	(void)first;
	(void)second;
}

/* Last: it stays registered. */
TEST(a_theme_that_nobody_ranked_comes_last)
{
	static struct scenario scenario = { .name = "zero_window",
					    .role = { "sender", "receiver" },
					    .title = "Zero window",
					    .rfc = "3.8.6.1",
					    .file = "app/scenarios/window.c",
					    .play = nothing };
	int before = count();
	const struct scenario *last = scenario_first();

	scenario_register(&scenario);
	assert_int_equal(count(), before + 1);
	while (last->next != NULL)
		last = last->next;
	assert_ptr_equal(last, &scenario);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_scenarios),
		cmocka_unit_test(every_scenario_says_what_it_is),
		cmocka_unit_test(every_scenario_has_two_roles),
		cmocka_unit_test(every_name_makes_a_file_name),
		cmocka_unit_test(no_two_scenarios_have_the_same_name),
		cmocka_unit_test(scenarios_of_one_file_stand_together),
		cmocka_unit_test(opening_comes_before_closing),
		cmocka_unit_test(a_variant_is_named_after_who_plays_the_first_role),
		cmocka_unit_test(people_read_names_without_underscores),
		cmocka_unit_test(a_theme_that_nobody_ranked_comes_last),
	};

	return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
