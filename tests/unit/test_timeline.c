/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <time.h>

#include "record/timeline.h"

static uint64_t virtual_now;

static uint64_t virtual_ns(void)
{
	return virtual_now;
}

static struct timeline *timeline;

FIXTURE(make_empty)
{
	virtual_now = 0;
	timeline = timeline_new(virtual_ns);
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	return 0;
}

static struct event *add(void)
{
	return timeline_add(timeline, EV_CALL, WHO_LAB, NULL);
}

static struct event *event(uint32_t n)
{
	struct event *found = timeline_event(timeline, n);

	assert_non_null(found);
	return found;
}

static void because_of(const struct event *cause)
{
	timeline_set_cause(timeline, (struct cause){ .event = cause->n });
}

static struct cause timer_runs(enum who who, const char *name)
{
	return timeline_set_cause(timeline, (struct cause){ .timer = name, .who = who });
}

/* -- Names */

TEST(whos_kinds_and_sources_have_names)
{
	assert_string_equal(who_name(WHO_LWIP), "lwip");
	assert_string_equal(who_name(WHO_KERNEL), "kernel");
	assert_string_equal(who_name(WHO_WIRE), "wire");
	assert_string_equal(who_name(WHO_LAB), "lab");
	assert_string_equal(event_kind_name(EV_STATE), "state");
	assert_string_equal(event_kind_name(EV_CALLBACK), "callback");
	assert_string_equal(event_kind_name(EV_FRAME), "frame");
	assert_string_equal(event_kind_name(EV_CALL), "call");
	assert_string_equal(event_kind_name(EV_TIMER), "timer");
	assert_string_equal(event_kind_name(EV_FAULT), "fault");
	assert_string_equal(event_kind_name(EV_GUARD), "guard");
	assert_string_equal(event_kind_name(EV_VERDICT), "verdict");
	assert_string_equal(source_name(SRC_HOOK), "hook");
	assert_string_equal(source_name(SRC_TRACEPOINT), "tracepoint");
	assert_string_equal(source_name(SRC_SOCK_DIAG), "sock_diag");
}

/* -- Numbering */

TEST(a_new_timeline_is_empty)
{
	assert_int_equal(timeline_count(timeline), 0);
	assert_null(timeline_event(timeline, 0));
	assert_null(timeline_event(timeline, 1));
	assert_null(timeline_event(timeline, UINT32_MAX));
}

TEST(freeing_no_timeline_does_nothing)
{
	timeline_free(NULL);
}

TEST(an_event_carries_what_it_was_added_with)
{
	static const char name[] = "c1";
	struct event *added = timeline_add(timeline, EV_FRAME, WHO_KERNEL, name);

	assert_int_equal(added->n, 1);
	assert_int_equal(added->cause, 0);
	assert_int_equal(added->kind, EV_FRAME);
	assert_int_equal(added->who, WHO_KERNEL);
	assert_ptr_equal(added->conn, name);
	assert_null(added->frame.bytes);
	assert_null(added->frame.fate);
}

#define MANY 5000 /* fills four pages, and some of a fifth */

TEST(events_are_numbered_from_1_over_many_pages_and_stay_where_they_are)
{
	static const struct event *at[MANY + 1];

	for (uint32_t n = 1; n <= MANY; n++) {
		at[n] = add();
		assert_int_equal(at[n]->n, n);
		assert_int_equal(timeline_count(timeline), n);
	}
	for (uint32_t n = 1; n <= MANY; n++) {
		assert_ptr_equal(timeline_event(timeline, n), at[n]);
		assert_int_equal(at[n]->n, n);
	}
	assert_null(timeline_event(timeline, 0));
	assert_null(timeline_event(timeline, MANY + 1));
}

TEST(a_page_can_be_exactly_full)
{
	for (int i = 0; i < 1024; i++)
		add();
	assert_int_equal(event(1024)->n, 1024);
	assert_null(timeline_event(timeline, 1025));
}

/* -- Time */

TEST(events_carry_the_virtual_time)
{
	virtual_now = 7;
	add();
	virtual_now = 120000000000;
	add();
	assert_int_equal(event(1)->v_ns, 7);
	assert_int_equal(event(2)->v_ns, 120000000000);
}

TEST(real_time_counts_from_the_beginning_and_never_goes_back)
{
	uint64_t before;

	usleep(20000);
	before = add()->t_ns;
	assert_true(before >= 20000000);
	for (int i = 0; i < 100; i++) {
		uint64_t now = add()->t_ns;

		assert_true(now >= before);
		before = now;
	}
}

TEST(real_time_is_the_systems_monotonic_clock)
{
	struct timespec before, after;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &before);
	now = timeline_real_ns();
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(now, (uint64_t)before.tv_sec * 1000000000 + (uint64_t)before.tv_nsec,
			(uint64_t)after.tv_sec * 1000000000 + (uint64_t)after.tv_nsec);
}

TEST(real_time_can_begin_anew)
{
	uint64_t began, passed;

	usleep(20000);
	began = timeline_real_ns();
	timeline_begin(timeline);
	passed = add()->t_ns;
	assert_in_range(passed, 0, timeline_real_ns() - began);
}

TEST(the_beginning_is_known_in_the_systems_real_time)
{
	struct timespec before, after;

	usleep(20000);
	clock_gettime(CLOCK_REALTIME, &before);
	timeline_begin(timeline);
	clock_gettime(CLOCK_REALTIME, &after);
	assert_in_range(timeline_epoch_ns(timeline),
			(uint64_t)before.tv_sec * 1000000000 + (uint64_t)before.tv_nsec,
			(uint64_t)after.tv_sec * 1000000000 + (uint64_t)after.tv_nsec);
}

/* -- Causes */

TEST(without_a_cause_there_is_none)
{
	struct cause cause = timeline_cause(timeline);

	assert_int_equal(cause.event, 0);
	assert_null(cause.timer);
	assert_int_equal(add()->cause, 0);
}

TEST(what_is_added_has_the_cause_that_is_set)
{
	struct event *first = add();

	because_of(first);
	assert_int_equal(timeline_cause(timeline).event, 1);
	assert_int_equal(add()->cause, 1);
	assert_int_equal(add()->cause, 1);
	assert_int_equal(first->cause, 0);
}

TEST(a_cause_gives_back_the_one_before)
{
	struct event *outer = add(), *inner = add();
	struct cause none, before;

	none = timeline_set_cause(timeline, (struct cause){ .event = outer->n });
	before = timeline_set_cause(timeline, (struct cause){ .event = inner->n });
	assert_int_equal(add()->cause, inner->n);
	timeline_set_cause(timeline, before);
	assert_int_equal(add()->cause, outer->n);
	timeline_set_cause(timeline, none);
	assert_int_equal(add()->cause, 0);
}

TEST(behind_what_the_guard_did_lies_the_frame)
{
	struct event *frame = timeline_add(timeline, EV_FRAME, WHO_KERNEL, "c1"), *guard, *state;

	timeline_set_cause(timeline, (struct cause){ .event = frame->n });
	guard = timeline_add(timeline, EV_GUARD, WHO_LWIP, "c1");
	timeline_set_cause(timeline, (struct cause){ .event = guard->n });
	state = timeline_add(timeline, EV_STATE, WHO_LWIP, "c1");
	assert_ptr_equal(timeline_origin(timeline, state), frame);
	assert_ptr_equal(timeline_origin(timeline, guard), frame);
	assert_null(timeline_origin(timeline, frame));
	guard->cause = 0;
	assert_null(timeline_origin(timeline, state));
}

/* -- Timers */

TEST(a_timer_that_causes_nothing_is_no_event)
{
	struct cause none = timer_runs(WHO_LWIP, "slow timer");

	timeline_name_timer(timeline, "retransmission", NULL);
	timeline_set_cause(timeline, none);
	assert_int_equal(timeline_count(timeline), 0);
	assert_int_equal(add()->cause, 0);
	assert_int_equal(timeline_count(timeline), 1);
}

TEST(a_timer_becomes_an_event_when_it_causes_the_first)
{
	struct event *caused;

	timer_runs(WHO_KERNEL, "2MSL");
	caused = timeline_add(timeline, EV_STATE, WHO_KERNEL, "c1");
	assert_int_equal(timeline_count(timeline), 2);
	assert_int_equal(event(1)->kind, EV_TIMER);
	assert_int_equal(event(1)->who, WHO_KERNEL);
	assert_string_equal(event(1)->timer.name, "2MSL");
	assert_string_equal(event(1)->conn, "c1");
	assert_int_equal(event(1)->cause, 0);
	assert_int_equal(caused->n, 2);
	assert_int_equal(caused->cause, 1);
}

TEST(a_timer_is_one_event_whatever_it_causes)
{
	timer_runs(WHO_LWIP, "slow timer");
	assert_int_equal(add()->cause, 1);
	assert_int_equal(add()->cause, 1);
	assert_int_equal(add()->cause, 1);
	assert_int_equal(timeline_count(timeline), 4);
}

TEST(a_timer_has_its_name_from_what_it_turns_out_to_be)
{
	timer_runs(WHO_LWIP, "slow timer");
	timeline_name_timer(timeline, "retransmission", NULL);
	add();
	assert_string_equal(event(1)->timer.name, "retransmission");
	assert_int_equal(timeline_count(timeline), 2);
}

TEST(renaming_a_timer_that_has_caused_something_makes_a_new_event)
{
	timer_runs(WHO_LWIP, "slow timer");
	assert_int_equal(add()->cause, 1);
	timeline_name_timer(timeline, "2MSL", NULL);
	assert_int_equal(timeline_count(timeline), 2);
	assert_int_equal(add()->cause, 3);
	assert_string_equal(event(1)->timer.name, "slow timer");
	assert_string_equal(event(3)->timer.name, "2MSL");
	assert_int_equal(event(3)->who, WHO_LWIP);
	assert_int_equal(event(3)->cause, 0);
}

TEST(naming_a_timer_what_it_is_makes_no_new_event)
{
	char same[] = "slow timer", conn[] = "c1", same_conn[] = "c1";

	timer_runs(WHO_LWIP, "slow timer");
	add();
	timeline_name_timer(timeline, same, NULL);
	assert_int_equal(add()->cause, 1);
	timeline_name_timer(timeline, "2MSL", conn);
	assert_int_equal(add()->cause, 4);
	timeline_name_timer(timeline, "2MSL", same_conn);
	assert_int_equal(add()->cause, 4);
	assert_int_equal(timeline_count(timeline), 6);
}

TEST(a_timer_is_of_the_connection_that_it_is_said_to_be_of)
{
	timer_runs(WHO_LWIP, "slow timer");
	timeline_name_timer(timeline, "2MSL", "c2");
	timeline_add(timeline, EV_STATE, WHO_LWIP, "c1");
	assert_string_equal(event(1)->conn, "c2");
	assert_string_equal(event(2)->conn, "c1");
}

TEST(the_same_timer_of_another_connection_is_another_event)
{
	timer_runs(WHO_LWIP, "slow timer");
	timeline_name_timer(timeline, "2MSL", "c1");
	assert_int_equal(add()->cause, 1);
	timeline_name_timer(timeline, "2MSL", "c2");
	assert_int_equal(add()->cause, 3);
	timeline_name_timer(timeline, "2MSL", NULL);
	assert_int_equal(add()->cause, 5);
	assert_string_equal(event(1)->conn, "c1");
	assert_string_equal(event(3)->conn, "c2");
	assert_null(event(5)->conn);
}

TEST(naming_a_timer_while_none_runs_has_no_effect)
{
	struct event *call = add();

	because_of(call);
	timeline_name_timer(timeline, "2MSL", NULL);
	assert_null(timeline_cause(timeline).timer);
	assert_int_equal(add()->cause, call->n);
	assert_int_equal(timeline_count(timeline), 2);
}

TEST(after_a_timer_the_cause_before_is_as_it_was)
{
	struct event *call = add();
	struct cause before;

	because_of(call);
	before = timer_runs(WHO_LWIP, "slow timer");
	timeline_name_timer(timeline, "2MSL", NULL);
	assert_int_equal(add()->cause, 2);
	timeline_set_cause(timeline, before);
	assert_int_equal(add()->cause, call->n);
	assert_int_equal(timeline_count(timeline), 4);
}

/* -- Room */

TEST(text_is_formatted_and_stays)
{
	const char *texts[3000];
	char expected[32];

	for (int i = 0; i < 3000; i++)
		texts[i] = timeline_text(timeline, "%d of %s", i, "many texts");
	for (int i = 0; i < 3000; i++) {
		snprintf(expected, sizeof(expected), "%d of many texts", i);
		assert_string_equal(texts[i], expected);
	}
}

TEST(text_may_be_empty_or_longer_than_any_block)
{
	enum { LONG = 200000 };
	const char *empty = timeline_text(timeline, "%s", "");
	const char *padded = timeline_text(timeline, "%*s", LONG, "x");
	const char *after = timeline_text(timeline, "%s", "after");

	assert_string_equal(empty, "");
	assert_int_equal(strlen(padded), LONG);
	assert_int_equal(padded[LONG - 1], 'x');
	assert_string_equal(after, "after");
}

TEST(rooms_of_all_sizes_are_aligned_and_apart)
{
	static const size_t sizes[] = { 0,  1,    15,    16,    17,    100,   1514, 1,
					16, 9014, 65535, 65536, 65537, 70000, 1,    300000 };
	enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
	unsigned char *rooms[SIZES];

	for (int i = 0; i < SIZES; i++) {
		rooms[i] = timeline_room(timeline, sizes[i]);
		assert_non_null(rooms[i]);
		assert_int_equal((uintptr_t)rooms[i] % 16, 0);
		memset(rooms[i], i, sizes[i]);
	}
	for (int i = 0; i < SIZES; i++)
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(rooms[i][at], i);
}

TEST(a_block_is_used_to_its_last_byte)
{
	unsigned char *first = timeline_room(timeline, 65520), *second, *third;

	second = timeline_room(timeline, 16);
	third = timeline_room(timeline, 16);
	assert_ptr_equal(second, first + 65520);
	assert_ptr_not_equal(third, second + 16);
	memset(first, 1, 65520);
	memset(second, 2, 16);
	memset(third, 3, 16);
	assert_int_equal(first[65519], 1);
	assert_int_equal(second[15], 2);
}

TEST(rooms_and_events_do_not_disturb_each_other)
{
	const char *text = NULL;

	for (int i = 0; i < 3000; i++) {
		struct event *call = add();

		call->call.args = timeline_text(timeline, "argument %d", i);
		if (i == 0)
			text = call->call.args;
	}
	assert_string_equal(text, "argument 0");
	assert_ptr_equal(event(1)->call.args, text);
	assert_string_equal(event(3000)->call.args, "argument 2999");
}

/* -- The limit */

static const uint8_t bytes[60] = { 1, 2, 3 };

/* A frame of 60 bytes, 6 of them data, that is left out of the full timeline. */
static struct event leave_out(void)
{
	struct event frame = { .kind = EV_FRAME, .who = WHO_KERNEL, .conn = "c1" };

	frame.frame.bytes = bytes;
	frame.frame.size = sizeof(bytes);
	frame.frame.segment.length = 6;
	timeline_leave_out(timeline, &frame);
	return frame;
}

TEST(without_a_limit_it_is_never_full)
{
	for (int i = 0; i < 5000; i++)
		add();
	assert_false(timeline_is_full(timeline));
	assert_int_equal(timeline_count(timeline), 5000);
}

TEST(it_says_once_that_it_is_full)
{
	timeline_limit(timeline, 1 << 20);
	assert_false(timeline_is_full(timeline));
	timeline_room(timeline, 1 << 20);
	assert_true(timeline_kept(timeline) >= 1 << 20);
	assert_true(timeline_is_full(timeline));
	assert_true(timeline_is_full(timeline));
	assert_int_equal(timeline_count(timeline), 1);
	assert_int_equal(event(1)->kind, EV_FAULT);
	assert_string_equal(event(1)->fault.action, "full");
	assert_int_equal(event(1)->cause, 0);
}

TEST(what_is_left_out_is_counted)
{
	leave_out();
	leave_out();
	assert_int_equal(timeline_left_out(timeline).frames, 2);
	assert_int_equal(timeline_left_out(timeline).bytes, 120);
	assert_int_equal(timeline_left_out(timeline).data, 12);
	assert_int_equal(timeline_count(timeline), 0);
}

TEST(a_frame_that_was_left_out_becomes_an_event_when_it_causes_something)
{
	struct event frame = leave_out();
	struct cause before = timeline_set_cause(timeline, (struct cause){ .frame = &frame });

	assert_int_equal(timeline_count(timeline), 0);
	assert_int_equal(add()->cause, 1);
	assert_int_equal(add()->cause, 1);
	timeline_set_cause(timeline, before);
	assert_int_equal(add()->cause, 0);
	assert_int_equal(timeline_count(timeline), 4);
	assert_int_equal(event(1)->kind, EV_FRAME);
	assert_int_equal(event(1)->who, WHO_KERNEL);
	assert_string_equal(event(1)->conn, "c1");
	assert_ptr_not_equal(event(1)->frame.bytes, bytes);
	assert_memory_equal(event(1)->frame.bytes, bytes, sizeof(bytes));
	assert_int_equal(timeline_left_out(timeline).frames, 0);
	assert_int_equal(timeline_left_out(timeline).data, 0);
}

/* -- Transitions */

static struct event *transition(enum who who, const char *conn)
{
	return timeline_add(timeline, EV_STATE, who, conn);
}

TEST(a_connections_transitions_follow_each_other_at_each_end)
{
	char other[] = "c1"; /* the same name elsewhere in memory */
	const struct event *first = transition(WHO_LWIP, "c1"), *kernels, *second;

	add();
	kernels = transition(WHO_KERNEL, "c1");
	transition(WHO_LWIP, "c2");
	transition(WHO_LWIP, NULL);
	timeline_add(timeline, EV_FRAME, WHO_LWIP, "c1");
	second = transition(WHO_LWIP, other);
	assert_ptr_equal(timeline_transition(timeline, WHO_LWIP, "c1", NULL), first);
	assert_ptr_equal(timeline_transition(timeline, WHO_LWIP, "c1", first), second);
	assert_null(timeline_transition(timeline, WHO_LWIP, "c1", second));
	assert_ptr_equal(timeline_transition(timeline, WHO_KERNEL, "c1", NULL), kernels);
	assert_null(timeline_transition(timeline, WHO_KERNEL, "c1", kernels));
}

TEST(who_has_no_transition_has_no_first_one)
{
	transition(WHO_LWIP, "c1");
	timeline_add(timeline, EV_CALL, WHO_LWIP, "c2");
	assert_null(timeline_transition(timeline, WHO_LWIP, "c2", NULL));
	assert_null(timeline_transition(timeline, WHO_KERNEL, "c1", NULL));
	assert_null(timeline_transition(timeline, WHO_LWIP, NULL, NULL));
}

/* More than there are buckets. */
TEST(transitions_of_thousands_of_connections_are_told_apart)
{
	enum { CONNECTIONS = 5000 };
	const struct event *event;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < CONNECTIONS; i++)
			transition(WHO_LWIP, timeline_text(timeline, "c%d", i));
	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		const char *name = timeline_event(timeline, i + 1)->conn;

		event = timeline_transition(timeline, WHO_LWIP, name, NULL);
		assert_int_equal(event->n, i + 1);
		event = timeline_transition(timeline, WHO_LWIP, name, event);
		assert_int_equal(event->n, CONNECTIONS + i + 1);
		assert_null(timeline_transition(timeline, WHO_LWIP, name, event));
	}
}

int main(void)
{
#define TIMELINE_TEST(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whos_kinds_and_sources_have_names),
		cmocka_unit_test(freeing_no_timeline_does_nothing),
		TIMELINE_TEST(a_new_timeline_is_empty),
		TIMELINE_TEST(an_event_carries_what_it_was_added_with),
		TIMELINE_TEST(events_are_numbered_from_1_over_many_pages_and_stay_where_they_are),
		TIMELINE_TEST(a_page_can_be_exactly_full),
		TIMELINE_TEST(events_carry_the_virtual_time),
		TIMELINE_TEST(real_time_counts_from_the_beginning_and_never_goes_back),
		cmocka_unit_test(real_time_is_the_systems_monotonic_clock),
		TIMELINE_TEST(real_time_can_begin_anew),
		TIMELINE_TEST(the_beginning_is_known_in_the_systems_real_time),
		TIMELINE_TEST(without_a_cause_there_is_none),
		TIMELINE_TEST(what_is_added_has_the_cause_that_is_set),
		TIMELINE_TEST(a_cause_gives_back_the_one_before),
		TIMELINE_TEST(behind_what_the_guard_did_lies_the_frame),
		TIMELINE_TEST(a_timer_that_causes_nothing_is_no_event),
		TIMELINE_TEST(a_timer_becomes_an_event_when_it_causes_the_first),
		TIMELINE_TEST(a_timer_is_one_event_whatever_it_causes),
		TIMELINE_TEST(a_timer_has_its_name_from_what_it_turns_out_to_be),
		TIMELINE_TEST(renaming_a_timer_that_has_caused_something_makes_a_new_event),
		TIMELINE_TEST(naming_a_timer_what_it_is_makes_no_new_event),
		TIMELINE_TEST(a_timer_is_of_the_connection_that_it_is_said_to_be_of),
		TIMELINE_TEST(the_same_timer_of_another_connection_is_another_event),
		TIMELINE_TEST(naming_a_timer_while_none_runs_has_no_effect),
		TIMELINE_TEST(after_a_timer_the_cause_before_is_as_it_was),
		TIMELINE_TEST(text_is_formatted_and_stays),
		TIMELINE_TEST(text_may_be_empty_or_longer_than_any_block),
		TIMELINE_TEST(rooms_of_all_sizes_are_aligned_and_apart),
		TIMELINE_TEST(a_block_is_used_to_its_last_byte),
		TIMELINE_TEST(rooms_and_events_do_not_disturb_each_other),
		TIMELINE_TEST(without_a_limit_it_is_never_full),
		TIMELINE_TEST(it_says_once_that_it_is_full),
		TIMELINE_TEST(what_is_left_out_is_counted),
		TIMELINE_TEST(a_connections_transitions_follow_each_other_at_each_end),
		TIMELINE_TEST(who_has_no_transition_has_no_first_one),
		TIMELINE_TEST(transitions_of_thousands_of_connections_are_told_apart),
		TIMELINE_TEST(a_frame_that_was_left_out_becomes_an_event_when_it_causes_something),
	};

	return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
