/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "lab/tick.h"
#include "story.h"

static struct timeline *timeline;

FIXTURE(begin)
{
	timeline = timeline_new(story_no_time);
	return 0;
}

FIXTURE(end)
{
	timeline_free(timeline);
	return 0;
}

/* Opened, and lwIP's FIN has arrived. @return the event before what the kernel does then */
static uint32_t closed(uint16_t data, unsigned int fins)
{
	const struct event *fin = NULL;

	story_frame(timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0);
	story_frame(timeline, WHO_KERNEL, "c1", SEG_SYN | SEG_ACK, 0, 1, 0);
	story_frame(timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, data);
	story_state(timeline, WHO_KERNEL, "c1", ST_SYN_RCVD, ST_ESTABLISHED);
	for (unsigned int i = 0; i < fins; i++)
		fin = story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 1u + data, 1, 0);
	story_because(timeline, fin);
	story_state(timeline, WHO_KERNEL, "c1", ST_ESTABLISHED, ST_CLOSE_WAIT);
	return timeline_count(timeline);
}

static struct event *acknowledge(void)
{
	return story_frame(timeline, WHO_KERNEL, "c1", SEG_ACK, 1, 2, 0);
}

TEST(an_ack_that_has_no_other_reason_is_the_ticks)
{
	uint32_t before = closed(0, 1);

	assert_false(tick_may_have_acknowledged_fin(timeline, before, true)); /* nothing came */
	acknowledge();
	assert_true(tick_may_have_acknowledged_fin(timeline, before, false));
	assert_false(
		tick_may_have_acknowledged_fin(timeline, before + 1, true)); /* another step's */
}

TEST(after_data_it_is_the_ticks_when_there_was_one)
{
	uint32_t before = closed(100, 1);

	acknowledge();
	assert_false(tick_may_have_acknowledged_fin(timeline, before, false));
	assert_true(tick_may_have_acknowledged_fin(timeline, before, true));
}

TEST(of_a_fin_that_came_again_likewise)
{
	uint32_t before = closed(0, 2);

	acknowledge();
	assert_false(tick_may_have_acknowledged_fin(timeline, before, false));
	assert_true(tick_may_have_acknowledged_fin(timeline, before, true));
}

TEST(what_the_application_asked_for_is_not)
{
	uint32_t before = closed(0, 1);

	story_because(timeline, NULL);
	story_because(timeline,
		      story_call(timeline, WHO_KERNEL, "c1", "setsockopt", "TCP_QUICKACK 1", NULL));
	acknowledge();
	assert_false(tick_may_have_acknowledged_fin(timeline, before, true));
}

TEST(other_segments_other_states_and_other_ends_are_not)
{
	uint32_t before = closed(0, 1);

	story_frame(timeline, WHO_KERNEL, "c1", SEG_FIN | SEG_ACK, 1, 2, 0);
	story_frame(timeline, WHO_KERNEL, "c1", SEG_ACK, 1, 2, 10);
	story_frame(timeline, WHO_LWIP, "c1", SEG_ACK, 2, 1, 0);
	assert_false(tick_may_have_acknowledged_fin(timeline, before, true));
	story_state(timeline, WHO_KERNEL, "c1", ST_CLOSE_WAIT, ST_LAST_ACK);
	acknowledge();
	assert_false(tick_may_have_acknowledged_fin(timeline, before, true));
}

TEST(a_moment_to_come_has_no_tick_behind_it)
{
	assert_true(tick_since(0));
	assert_false(tick_since(timeline_real_ns() + 60000000000));
}

#define STORY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		STORY_TEST(an_ack_that_has_no_other_reason_is_the_ticks),
		STORY_TEST(after_data_it_is_the_ticks_when_there_was_one),
		STORY_TEST(of_a_fin_that_came_again_likewise),
		STORY_TEST(what_the_application_asked_for_is_not),
		STORY_TEST(other_segments_other_states_and_other_ends_are_not),
		cmocka_unit_test(a_moment_to_come_has_no_tick_behind_it),
	};

	return cmocka_run_group_tests_name("tick", tests, NULL, NULL);
}
