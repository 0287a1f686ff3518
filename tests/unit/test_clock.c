/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <time.h>

#include "lab/lab.h"
#include "linux/clock.h"
#include "lwip/memp.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "record/timeline.h"

#define NS_PER_MS 1000000ull

static uint64_t real_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* -- The clock */

TEST(the_clock_starts_at_0_standing_still)
{
	assert_int_equal(clock_now_ns(), 0);
	usleep(2000);
	assert_int_equal(clock_now_ns(), 0);
	assert_int_equal(sys_now(), 0);
}

/* A clock that has run before, and stands now. */
static uint64_t held_clock(void)
{
	clock_run();
	usleep(1000);
	clock_hold();
	return clock_now_ns();
}

TEST(a_held_clock_stands)
{
	uint64_t then = held_clock();

	usleep(5000);
	assert_int_equal(clock_now_ns(), then);
}

TEST(holding_a_held_clock_changes_nothing)
{
	uint64_t then = held_clock();

	usleep(5000);
	clock_hold();
	assert_int_equal(clock_now_ns(), then);
}

TEST(a_running_clock_follows_real_time)
{
	uint64_t then = held_clock(), real = real_ns(), passed;

	clock_run();
	usleep(20000);
	passed = clock_now_ns() - then;
	assert_in_range(passed, 20 * NS_PER_MS, real_ns() - real);
	clock_hold();
	assert_in_range(clock_now_ns() - then, passed, real_ns() - real);
}

TEST(a_clock_that_runs_again_has_not_noticed_the_pause)
{
	uint64_t then = held_clock(), real;

	usleep(20000);
	real = real_ns();
	clock_run();
	clock_hold();
	assert_in_range(clock_now_ns() - then, 0, real_ns() - real);
}

TEST(letting_a_running_clock_run_changes_nothing)
{
	uint64_t then = held_clock();

	clock_run();
	usleep(5000);
	clock_run();
	assert_true(clock_now_ns() - then >= 5 * NS_PER_MS);
	clock_hold();
}

TEST(a_held_clock_moves_ahead_by_what_it_is_told)
{
	uint64_t then = held_clock();

	clock_advance(120000);
	assert_int_equal(clock_now_ns() - then, 120000 * NS_PER_MS);
	clock_advance(0);
	clock_advance(1);
	assert_int_equal(clock_now_ns() - then, 120001 * NS_PER_MS);
}

TEST(a_running_clock_moves_ahead_and_runs_on)
{
	uint64_t then = held_clock(), real = real_ns();

	clock_run();
	clock_advance(7200000);
	usleep(5000);
	clock_hold();
	assert_in_range(clock_now_ns() - then, 7200005 * NS_PER_MS,
			7200000 * NS_PER_MS + real_ns() - real);
	then = clock_now_ns();
	usleep(2000);
	assert_int_equal(clock_now_ns(), then);
}

TEST(the_clock_never_goes_back)
{
	uint64_t then = held_clock();

	for (int i = 0; i < 20000; i++) {
		switch (i * 7 % 11 % 4) {
		case 0: clock_run(); break;
		case 1: clock_hold(); break;
		case 2: clock_advance((uint32_t)(i % 3)); break;
		default: break;
		}
		assert_true(clock_now_ns() >= then);
		then = clock_now_ns();
	}
	clock_hold();
}

TEST(sys_now_is_the_clock_in_milliseconds)
{
	uint64_t then = held_clock();

	assert_int_equal(sys_now(), (uint32_t)(then / NS_PER_MS));
	clock_advance(1);
	assert_int_equal(sys_now(), (uint32_t)(then / NS_PER_MS + 1));
}

TEST(sys_now_wraps_around_after_49_days_and_the_clock_does_not)
{
	uint64_t then = held_clock();

	clock_advance(UINT32_MAX);
	clock_advance(1);
	assert_int_equal(clock_now_ns() - then, (1ull << 32) * NS_PER_MS);
	assert_int_equal(sys_now(), (uint32_t)(then / NS_PER_MS));
}

/* -- lab_warp() */

static struct lab lab;

/* When callbacks came, in ms since start(), and what with. */
static struct {
	uint32_t start;
	int count;
	uint32_t at[64];
	const char *name[64];
} calls;

/* An otherwise empty lab, with lwIP's timers but without lwIP's own among them. */
FIXTURE(make_lab)
{
	memset(&lab, 0, sizeof(lab));
	lab.timeline = timeline_new(clock_now_ns);
	lab.stack = &stack_here;
	memp_init();
	calls.count = 0;
	calls.start = sys_now();
	return 0;
}

static void after(uint32_t ms, sys_timeout_handler handler, const char *name)
{
	sys_timeout(ms, handler, unconst(name));
}

static void on_timer(void *name)
{
	calls.name[calls.count] = name;
	calls.at[calls.count++] = sys_now() - calls.start;
}

static void every_250_ms(void *name)
{
	on_timer(name);
	sys_timeout(250, every_250_ms, name);
}

static void then_another(void *name)
{
	on_timer(name);
	after(30, on_timer, "another");
}

static void records_something(void *context)
{
	(void)context;
	timeline_add(lab.timeline, EV_STATE, WHO_LWIP, "c1");
}

/* These are still set when their tests end. */
static const char tick[] = "tick", late[] = "late";

FIXTURE(free_lab)
{
	sys_untimeout(every_250_ms, unconst(tick));
	sys_untimeout(on_timer, unconst(late));
	timeline_free(lab.timeline);
	return 0;
}

static void assert_call(int i, const char *name, uint32_t at)
{
	assert_true(i < calls.count);
	assert_string_equal(calls.name[i], name);
	assert_int_equal(calls.at[i], at);
}

TEST(warp_moves_the_clock_by_exactly_as_much)
{
	uint64_t then = clock_now_ns();

	lab_warp(&lab, 120000);
	assert_int_equal(clock_now_ns() - then, 120000 * NS_PER_MS);
	lab_warp(&lab, UINT32_MAX);
	assert_int_equal(clock_now_ns() - then, (120000 + (uint64_t)UINT32_MAX) * NS_PER_MS);
}

TEST(timers_come_at_their_time_and_in_their_order)
{
	after(500, on_timer, "third");
	after(1, on_timer, "first");
	after(20, on_timer, "second");
	lab_warp(&lab, 1000);
	assert_int_equal(calls.count, 3);
	assert_call(0, "first", 1);
	assert_call(1, "second", 20);
	assert_call(2, "third", 500);
}

TEST(timers_of_the_same_time_come_in_the_order_in_which_they_were_set)
{
	after(10, on_timer, "first");
	after(10, on_timer, "second");
	lab_warp(&lab, 10);
	assert_int_equal(calls.count, 2);
	assert_call(0, "first", 10);
	assert_call(1, "second", 10);
}

TEST(a_timer_comes_at_the_last_moment_of_a_warp_and_not_before)
{
	after(100, on_timer, late);
	lab_warp(&lab, 99);
	assert_int_equal(calls.count, 0);
	lab_warp(&lab, 1);
	assert_call(0, "late", 100);
	lab_warp(&lab, 1000);
	assert_int_equal(calls.count, 1);
}

TEST(a_timer_that_sets_itself_again_keeps_its_beat)
{
	after(250, every_250_ms, tick);
	lab_warp(&lab, 100);
	lab_warp(&lab, 900);
	assert_int_equal(calls.count, 4);
	for (int i = 0; i < 4; i++)
		assert_call(i, "tick", 250 * (uint32_t)(i + 1));
	lab_warp(&lab, 249);
	assert_int_equal(calls.count, 4);
	lab_warp(&lab, 1);
	assert_call(4, "tick", 1250);
}

TEST(a_timer_set_by_a_timer_comes_in_the_same_warp)
{
	after(20, then_another, "one");
	after(60, on_timer, "last");
	lab_warp(&lab, 100);
	assert_int_equal(calls.count, 3);
	assert_call(0, "one", 20);
	assert_call(1, "another", 50);
	assert_call(2, "last", 60);
}

TEST(timers_come_at_their_time_when_sys_now_wraps_around)
{
	clock_advance(UINT32_MAX - sys_now() - 99);
	calls.start = sys_now();
	assert_int_equal(calls.start, (uint32_t)-100);
	after(50, on_timer, "before");
	after(100, on_timer, "at");
	after(150, on_timer, "after");
	lab_warp(&lab, 200);
	assert_int_equal(calls.count, 3);
	assert_call(0, "before", 50);
	assert_call(1, "at", 100);
	assert_call(2, "after", 150);
}

TEST(a_warp_of_0_ms_moves_nothing)
{
	uint64_t then = clock_now_ns();

	after(1, on_timer, late);
	lab_warp(&lab, 0);
	assert_int_equal(clock_now_ns(), then);
	assert_int_equal(calls.count, 0);
	assert_int_equal(timeline_count(lab.timeline), 1);
	assert_string_equal(timeline_event(lab.timeline, 1)->call.args, "0 ms");
}

TEST(a_warp_is_a_call_of_the_lab)
{
	const struct event *call;

	lab_warp(&lab, 120000);
	assert_int_equal(timeline_count(lab.timeline), 1);
	call = timeline_event(lab.timeline, 1);
	assert_int_equal(call->kind, EV_CALL);
	assert_int_equal(call->who, WHO_LAB);
	assert_null(call->conn);
	assert_string_equal(call->call.name, "warp");
	assert_string_equal(call->call.args, "120000 ms");
}

TEST(what_happens_in_a_warp_is_caused_by_a_timer)
{
	uint64_t then = clock_now_ns();
	const struct event *timer, *state;

	sys_timeout(20, records_something, NULL);
	lab_warp(&lab, 100);
	assert_int_equal(timeline_count(lab.timeline), 3);
	timer = timeline_event(lab.timeline, 2);
	state = timeline_event(lab.timeline, 3);
	assert_int_equal(timer->kind, EV_TIMER);
	assert_int_equal(timer->who, WHO_LWIP);
	assert_int_equal(timer->cause, 0);
	assert_int_equal(state->cause, timer->n);
	assert_int_equal(state->v_ns - then, 20 * NS_PER_MS);
}

TEST(after_a_warp_the_cause_before_is_as_it_was)
{
	timeline_set_cause(lab.timeline, (struct cause){ .event = 77 });
	sys_timeout(20, records_something, NULL);
	lab_warp(&lab, 100);
	assert_int_equal(timeline_cause(lab.timeline).event, 77);
	assert_null(timeline_cause(lab.timeline).timer);
}

int main(void)
{
#define WARP_TEST(test) cmocka_unit_test_setup_teardown(test, make_lab, free_lab)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_starts_at_0_standing_still),
		cmocka_unit_test(a_held_clock_stands),
		cmocka_unit_test(holding_a_held_clock_changes_nothing),
		cmocka_unit_test(a_running_clock_follows_real_time),
		cmocka_unit_test(a_clock_that_runs_again_has_not_noticed_the_pause),
		cmocka_unit_test(letting_a_running_clock_run_changes_nothing),
		cmocka_unit_test(a_held_clock_moves_ahead_by_what_it_is_told),
		cmocka_unit_test(a_running_clock_moves_ahead_and_runs_on),
		cmocka_unit_test(the_clock_never_goes_back),
		cmocka_unit_test(sys_now_is_the_clock_in_milliseconds),
		cmocka_unit_test(sys_now_wraps_around_after_49_days_and_the_clock_does_not),
		WARP_TEST(warp_moves_the_clock_by_exactly_as_much),
		WARP_TEST(timers_come_at_their_time_and_in_their_order),
		WARP_TEST(timers_of_the_same_time_come_in_the_order_in_which_they_were_set),
		WARP_TEST(a_timer_comes_at_the_last_moment_of_a_warp_and_not_before),
		WARP_TEST(a_timer_that_sets_itself_again_keeps_its_beat),
		WARP_TEST(a_timer_set_by_a_timer_comes_in_the_same_warp),
		WARP_TEST(timers_come_at_their_time_when_sys_now_wraps_around),
		WARP_TEST(a_warp_of_0_ms_moves_nothing),
		WARP_TEST(a_warp_is_a_call_of_the_lab),
		WARP_TEST(what_happens_in_a_warp_is_caused_by_a_timer),
		WARP_TEST(after_a_warp_the_cause_before_is_as_it_was),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
