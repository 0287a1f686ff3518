/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/jsonl.h"
#include "story.h"

static uint64_t three_ms(void)
{
	return 3999999;
}

static struct timeline *timeline;

FIXTURE(make_empty)
{
	timeline = timeline_new(three_ms);
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	return 0;
}

/* All lines, with every event at 1 ns of real time. */
static char *written(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (uint32_t n = 1; n <= timeline_count(timeline); n++)
		timeline_event(timeline, n)->t_ns = n;
	jsonl_write(timeline, "close/lwip", out);
	fclose(out);
	return text;
}

static void assert_lines(const char *expected)
{
	char *text = written();

	assert_string_equal(text, expected);
	free(text);
}

static void assert_last_lines(const char *expected)
{
	char *text = written();

	assert_true(strlen(text) > strlen(expected));
	assert_string_equal(text + strlen(text) - strlen(expected), expected);
	free(text);
}

/* What each line begins with. */
#define HEAD(n)      "{\"scenario\":\"close/lwip\",\"n\":" #n ",\"t_ns\":" #n ",\"v_ms\":3,\"who\":"
#define NO_CAUSE     "\"cause\":null,"
#define CAUSE(n, ev) "\"cause\":{\"n\":" #n ",\"ev\":\"" ev "\"},"

TEST(an_empty_timeline_has_no_lines)
{
	assert_lines("");
}

TEST(a_transition_that_the_hook_saw_names_the_place_in_lwip)
{
	struct event *event = story_state(timeline, WHO_LWIP, "c1", ST_FIN_WAIT_1, ST_FIN_WAIT_2);

	event->state.func = "tcp_process";
	event->state.line = 1023;
	assert_lines(HEAD(1) "\"lwip\",\"ev\":\"state\",\"conn\":\"c1\"," NO_CAUSE
			     "\"from\":\"FIN_WAIT_1\",\"to\":\"FIN_WAIT_2\",\"src\":\"hook\","
			     "\"func\":\"tcp_process\",\"line\":1023}\n");
}

TEST(a_transition_of_the_kernel_names_its_source)
{
	story_state(timeline, WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD)->state.src = SRC_SOCK_DIAG;
	assert_lines(HEAD(1) "\"kernel\",\"ev\":\"state\",\"conn\":\"c1\"," NO_CAUSE
			     "\"from\":\"LISTEN\",\"to\":\"SYN_RCVD\",\"src\":\"sock_diag\"}\n");
}

TEST(a_callback_has_its_error_and_bytes)
{
	story_callback(timeline, "c1", "recv", "ERR_OK", 1460);
	story_callback(timeline, "c1", "poll", NULL, 0);
	assert_lines(HEAD(1) "\"lwip\",\"ev\":\"callback\",\"conn\":\"c1\"," NO_CAUSE
			     "\"name\":\"recv\",\"err\":\"ERR_OK\",\"bytes\":1460}\n" HEAD(
				     2) "\"lwip\","
					"\"ev\":\"callback\",\"conn\":\"c1\"," NO_CAUSE
					"\"name\":\"poll\",\"err\":null,\"bytes\":0}\n");
}

TEST(a_segment_is_written_with_relative_numbers)
{
	struct event *event =
		story_frame(timeline, WHO_LWIP, "c1", SEG_PSH | SEG_ACK, 1, 4294967295, 1460);

	event->frame.segment.window = 512;
	event->frame.segment.seq = 99999;
	event->frame.segment.ack = 88888;
	assert_lines(HEAD(1) "\"lwip\",\"ev\":\"frame\",\"conn\":\"c1\"," NO_CAUSE
			     "\"size\":1514,\"fate\":null,\"tcp\":{\"src\":\"10.9.0.2:49152\","
			     "\"dst\":\"10.9.0.1:7777\",\"flags\":\"PSH,ACK\",\"seq\":1,"
			     "\"ack\":4294967295,\"len\":1460,\"window\":512}}\n");
}

TEST(a_segment_has_the_options_that_it_carries)
{
	struct event *event = story_frame(timeline, WHO_KERNEL, "c1", SEG_SYN, 0, 0, 0);
	struct segment *segment = &event->frame.segment;

	event->frame.fate = "dropped";
	segment->mss = 1460;
	segment->wscale = 0;
	segment->sack_permitted = true;
	segment->timestamps = true;
	segment->tsval = 4294967295;
	segment->tsecr = 0;
	assert_lines(HEAD(1) "\"kernel\",\"ev\":\"frame\",\"conn\":\"c1\"," NO_CAUSE
			     "\"size\":54,\"fate\":\"dropped\",\"tcp\":{\"src\":\"10.9.0.1:7777\","
			     "\"dst\":\"10.9.0.2:49152\",\"flags\":\"SYN\",\"seq\":0,\"ack\":0,"
			     "\"len\":0,\"window\":0,\"mss\":1460,\"wscale\":0,"
			     "\"sack_permitted\":true,\"tsval\":4294967295,\"tsecr\":0}}\n");
}

TEST(a_frame_without_tcp_has_its_size_alone)
{
	struct event *event = timeline_add(timeline, EV_FRAME, WHO_KERNEL, NULL);

	event->frame.size = 42;
	assert_lines(HEAD(1) "\"kernel\",\"ev\":\"frame\",\"conn\":null," NO_CAUSE
			     "\"size\":42,\"fate\":null}\n");
}

TEST(a_call_has_its_result_when_it_has_one)
{
	story_call(timeline, WHO_LWIP, "c1", "tcp_connect", "10.9.0.1:80", "ERR_OK");
	story_call(timeline, WHO_LAB, NULL, "warp", "120000 ms", NULL);
	assert_lines(
		HEAD(1) "\"lwip\",\"ev\":\"call\",\"conn\":\"c1\"," NO_CAUSE
			"\"name\":\"tcp_connect\",\"args\":\"10.9.0.1:80\","
			"\"result\":\"ERR_OK\"}\n" HEAD(
				2) "\"lab\",\"ev\":\"call\","
				   "\"conn\":null," NO_CAUSE
				   "\"name\":\"warp\",\"args\":\"120000 ms\",\"result\":null}\n");
}

TEST(a_timer_is_the_cause_of_what_it_does)
{
	timeline_set_cause(timeline, (struct cause){ .timer = "2MSL", .who = WHO_LWIP });
	story_state(timeline, WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED);
	assert_lines(
		HEAD(1) "\"lwip\",\"ev\":\"timer\",\"conn\":\"c1\"," NO_CAUSE
			"\"name\":\"2MSL\"}\n" HEAD(
				2) "\"lwip\",\"ev\":\"state\","
				   "\"conn\":\"c1\"," CAUSE(
					   1, "timer") "\"from\":\"TIME_WAIT\","
						       "\"to\":\"CLOSED\",\"src\":\"hook\"}\n");
}

TEST(a_fault_names_its_frame)
{
	story_because(timeline, story_frame(timeline, WHO_LWIP, "c1", 0, 0, 0, 0));
	story_fault(timeline, "release", 1, "a held frame goes on");
	assert_lines(HEAD(
		1) "\"lwip\",\"ev\":\"frame\",\"conn\":\"c1\"," NO_CAUSE
		   "\"size\":54,\"fate\":null,\"tcp\":{\"src\":\"10.9.0.2:49152\","
		   "\"dst\":\"10.9.0.1:7777\",\"flags\":\"none\",\"seq\":0,\"ack\":0,"
		   "\"len\":0,\"window\":0}}\n" HEAD(
			   2) "\"wire\",\"ev\":\"fault\","
			      "\"conn\":null," CAUSE(
				      1,
				      "frame") "\"action\":\"release\","
					       "\"frame\":1,\"text\":\"a held frame goes on\"}\n");
}

/* clang-format off */
TEST(the_guard_is_caused_by_a_frame_and_a_cause_itself)
{
	story_because(timeline, story_frame(timeline, WHO_KERNEL, "c1", SEG_ACK, 1, 1, 0));
	story_because(timeline, story_guard(timeline, "c1", "open", "valid cookie: \"rebuilt\""));
	story_state(timeline, WHO_LWIP, "c1", ST_LISTEN, ST_SYN_RCVD);
	assert_last_lines("\n"
		HEAD(2) "\"lwip\",\"ev\":\"guard\",\"conn\":\"c1\"," CAUSE(1, "frame")
			"\"name\":\"open\",\"text\":\"valid cookie: \\\"rebuilt\\\"\"}\n"
		HEAD(3) "\"lwip\",\"ev\":\"state\",\"conn\":\"c1\"," CAUSE(2, "guard")
			"\"from\":\"LISTEN\",\"to\":\"SYN_RCVD\",\"src\":\"hook\"}\n");
}
/* clang-format on */

TEST(a_verdict_of_many_lines_stays_on_one)
{
	story_verdict(timeline, false, "lwip goes CLOSED → LISTEN\nwent \"nowhere\"");
	story_verdict(timeline, true, "fine");
	assert_lines(HEAD(1) "\"lab\",\"ev\":\"verdict\",\"conn\":null," NO_CAUSE
			     "\"holds\":false,\"text\":\"lwip goes CLOSED → LISTEN\\u000awent "
			     "\\\"nowhere\\\"\"}\n" HEAD(2) "\"lab\",\"ev\":\"verdict\","
							    "\"conn\":null," NO_CAUSE
							    "\"holds\":true,\"text\":\"fine\"}\n");
}

TEST(a_symptom_has_its_name)
{
	story_verdict(timeline, false, "a leak: …")->verdict.symptom = "leak";
	assert_lines(HEAD(1) "\"lab\",\"ev\":\"verdict\",\"conn\":null," NO_CAUSE
			     "\"holds\":false,\"text\":\"a leak: …\",\"symptom\":\"leak\"}\n");
}

TEST(a_scenario_without_a_name_is_null)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	story_verdict(timeline, true, "");
	jsonl_write(timeline, NULL, out);
	fclose(out);
	assert_words(text, "{\"scenario\":null,\"n\":1,", "\"text\":\"\"}\n");
	free(text);
}

int main(void)
{
#define JSONL_TEST(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	static const struct CMUnitTest tests[] = {
		JSONL_TEST(an_empty_timeline_has_no_lines),
		JSONL_TEST(a_transition_that_the_hook_saw_names_the_place_in_lwip),
		JSONL_TEST(a_transition_of_the_kernel_names_its_source),
		JSONL_TEST(a_callback_has_its_error_and_bytes),
		JSONL_TEST(a_segment_is_written_with_relative_numbers),
		JSONL_TEST(a_segment_has_the_options_that_it_carries),
		JSONL_TEST(a_frame_without_tcp_has_its_size_alone),
		JSONL_TEST(a_call_has_its_result_when_it_has_one),
		JSONL_TEST(a_timer_is_the_cause_of_what_it_does),
		JSONL_TEST(a_fault_names_its_frame),
		JSONL_TEST(the_guard_is_caused_by_a_frame_and_a_cause_itself),
		JSONL_TEST(a_verdict_of_many_lines_stays_on_one),
		JSONL_TEST(a_symptom_has_its_name),
		JSONL_TEST(a_scenario_without_a_name_is_null),
	};

	return cmocka_run_group_tests_name("jsonl", tests, NULL, NULL);
}
