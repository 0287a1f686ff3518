/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/transcript.h"
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

static void assert_transcript(const char *wanted)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	transcript_write(timeline, memory);
	fclose(memory);
	assert_string_equal(text, wanted);
	free(text);
}

TEST(without_events_there_is_no_line)
{
	assert_transcript("");
}

TEST(each_event_is_a_line_with_its_cause_in_words)
{
	struct event *call, *syn;

	call = story_call(timeline, WHO_LWIP, "c1", "tcp_connect", "10.9.0.1:7777", "ERR_OK");
	story_because(timeline, call);
	story_state(timeline, WHO_LWIP, "c1", ST_CLOSED, ST_SYN_SENT);
	syn = story_frame(timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0);
	syn->frame.segment.window = 65535;
	syn->frame.segment.mss = 1460;
	syn->frame.segment.wscale = 2;
	syn->frame.segment.sack_permitted = syn->frame.segment.timestamps = true;
	syn->frame.segment.tsval = 4711;
	story_because(timeline, syn);
	story_state(timeline, WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD);
	story_frame(timeline, WHO_KERNEL, "c1", SEG_SYN | SEG_ACK, 0, 1, 0)->frame.fate = "dropped";
	assert_transcript(
		"lwip c1 call tcp_connect 10.9.0.1:7777 = ERR_OK\n"
		"lwip c1 CLOSED → SYN_SENT, by its tcp_connect\n"
		"lwip c1 sends SYN seq=0 win=65535 mss=1460 wscale=2 sack ts, by its "
		"tcp_connect\n"
		"kernel c1 LISTEN → SYN_RCVD, by lwip's SYN seq=0\n"
		"kernel c1 sends SYN,ACK seq=0 ack=1 win=0, dropped, by lwip's SYN seq=0\n");
}

TEST(ports_that_a_stack_chose_are_stars)
{
	story_call(timeline, WHO_KERNEL, "c1", "accept", "", "10.9.0.2:49152");
	story_call(timeline, WHO_KERNEL, "c1", "bind", "10.9.0.1:32767", NULL);
	story_call(timeline, WHO_KERNEL, "c1", "bind", "10.9.0.1:32768", NULL);
	story_call(timeline, WHO_KERNEL, "c1", "bind", "[fd09::1]:60000", NULL);
	story_call(timeline, WHO_KERNEL, "c1", "bind", "[fd09::1:50000]:7777", NULL);
	story_call(timeline, WHO_KERNEL, "c1", "bind", "a:70000 b:", NULL);
	assert_transcript("kernel c1 call accept = 10.9.0.2:*\n"
			  "kernel c1 call bind 10.9.0.1:32767\n"
			  "kernel c1 call bind 10.9.0.1:*\n"
			  "kernel c1 call bind [fd09::1]:*\n"
			  "kernel c1 call bind [fd09::1:50000]:7777\n"
			  "kernel c1 call bind a:70000 b:\n");
}

TEST(times_of_the_lab_verdicts_and_polls_are_left_out)
{
	struct event *timer;

	story_call(timeline, WHO_LAB, NULL, "warp", "up to 9000 ms", "6750 ms");
	story_verdict(timeline, true, "all is well");
	timer = timeline_add(timeline, EV_TIMER, WHO_LWIP, "c1");
	timer->timer.name = "slow timer";
	story_because(timeline, timer);
	story_callback(timeline, "c1", "poll", NULL, 0);
	assert_transcript("lab call warp up to 9000 ms\n");
}

TEST(a_timer_of_which_something_came_stays)
{
	struct event *timer = timeline_add(timeline, EV_TIMER, WHO_LWIP, "c1");

	timer->timer.name = "2MSL";
	story_because(timeline, timer);
	story_callback(timeline, "c1", "poll", NULL, 0);
	story_state(timeline, WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED);
	assert_transcript("lwip c1 timer: 2MSL\n"
			  "lwip c1 TIME_WAIT → CLOSED, by its timer: 2MSL\n");
}

TEST(callbacks_and_faults_say_what_they_are_about)
{
	const struct event *frame =
		story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 1, 1, 0);

	story_callback(timeline, "c1", "recv", "ERR_OK", 42);
	story_callback(timeline, "c1", "sent", NULL, 7);
	story_fault(timeline, "release", frame->n, "a held frame goes on");
	assert_transcript("lwip c1 sends FIN,ACK seq=1 ack=1 win=0\n"
			  "lwip c1 callback recv ERR_OK 42 bytes\n"
			  "lwip c1 callback sent 7 bytes\n"
			  "wire release: a held frame goes on, FIN,ACK seq=1 ack=1\n");
}

TEST(what_the_guard_does_is_lwips_and_is_named_as_a_cause)
{
	struct difference difference;

	story_guarded_handshake(timeline);
	assert_transcript("kernel c1 sends SYN seq=0 win=0\n"
			  "lwip c1 guard: answer (answers by a cookie), by kernel's SYN seq=0\n"
			  "lwip c1 sends SYN,ACK seq=0 ack=1 win=0, by its guard: answer\n"
			  "kernel c1 sends ACK seq=1 ack=1 win=0, by lwip's SYN,ACK seq=0 ack=1\n"
			  "lwip c1 guard: open (valid cookie), by kernel's ACK seq=1 ack=1\n"
			  "lwip c1 LISTEN → SYN_RCVD, by its guard: open\n"
			  "lwip c1 guard: opened (lwIP has it), by kernel's ACK seq=1 ack=1\n"
			  "lwip c1 SYN_RCVD → ESTABLISHED, by kernel's ACK seq=1 ack=1\n");
	transcript_differ("lwip c1 guard: open (x)\n", "lwip c1 guard: forged (x)\n", &difference);
	assert_int_equal(transcript_decider(&difference), DECIDER_LWIP);
}

/* -- Comparing */

TEST(equal_texts_do_not_differ)
{
	struct difference difference;

	assert_false(transcript_differ("", "", &difference));
	assert_false(transcript_differ("a\nb\n", "a\nb\n", &difference));
	assert_false(transcript_differ("a\nb", "a\nb\n", &difference)); /* lines are compared */
}

TEST(the_first_line_that_differs_is_found_with_what_stands_before_it)
{
	struct difference difference;

	assert_true(transcript_differ("1\n2\n3\n4\n5\n6\n7\nx\n", "1\n2\n3\n4\n5\n6\n7\nyy\n",
				      &difference));
	assert_int_equal(difference.line, 8);
	assert_string_equal(difference.a, "x\n");
	assert_string_equal(difference.b, "yy\n");
	assert_memory_equal(difference.context, "3\n4\n5\n6\n7\n", 10);
	assert_true(transcript_differ("1\nx\n", "1\ny\n", &difference));
	assert_memory_equal(difference.context, "1\nx", 3);
	assert_true(transcript_differ("x\n", "xx\n", &difference));
	assert_int_equal(difference.line, 1);
	assert_null(difference.context);
}

TEST(a_text_that_ends_earlier_differs)
{
	struct difference difference;

	assert_true(transcript_differ("1\n", "1\n2\n", &difference));
	assert_null(difference.a);
	assert_string_equal(difference.b, "2\n");
	assert_true(transcript_differ("1\n", "", &difference));
	assert_string_equal(difference.a, "1\n");
	assert_null(difference.b);
}

TEST(lwip_has_decided_when_both_lines_are_its_own)
{
	struct difference difference;

	transcript_differ("lwip c1 a\n", "lwip c1 b\n", &difference);
	assert_int_equal(transcript_decider(&difference), DECIDER_LWIP);
	transcript_differ("lwip c1 a\n", "", &difference);
	assert_int_equal(transcript_decider(&difference), DECIDER_LWIP);
	transcript_differ("lwip c1 a\n", "kernel c1 a\n", &difference);
	assert_int_equal(transcript_decider(&difference), DECIDER_OTHER);
	transcript_differ("kernel c1 a\n", "kernel c1 b\n", &difference);
	assert_int_equal(transcript_decider(&difference), DECIDER_OTHER);
}

#define STORY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		STORY_TEST(without_events_there_is_no_line),
		STORY_TEST(each_event_is_a_line_with_its_cause_in_words),
		STORY_TEST(ports_that_a_stack_chose_are_stars),
		STORY_TEST(times_of_the_lab_verdicts_and_polls_are_left_out),
		STORY_TEST(a_timer_of_which_something_came_stays),
		STORY_TEST(callbacks_and_faults_say_what_they_are_about),
		STORY_TEST(what_the_guard_does_is_lwips_and_is_named_as_a_cause),
		cmocka_unit_test(equal_texts_do_not_differ),
		cmocka_unit_test(the_first_line_that_differs_is_found_with_what_stands_before_it),
		cmocka_unit_test(a_text_that_ends_earlier_differs),
		cmocka_unit_test(lwip_has_decided_when_both_lines_are_its_own),
	};

	return cmocka_run_group_tests_name("transcript", tests, NULL, NULL);
}
