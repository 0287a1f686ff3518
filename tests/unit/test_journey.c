/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "judge/judge.h"
#include "show/outcomes.h"
#include "story.h"

static struct timeline *timeline;
static uint64_t virtual_ns;

static uint64_t read_virtual(void)
{
	return virtual_ns;
}

FIXTURE(begin)
{
	virtual_ns = 0;
	timeline = timeline_new(read_virtual);
	return 0;
}

FIXTURE(end)
{
	timeline_free(timeline);
	return 0;
}

static void at(double seconds)
{
	virtual_ns = (uint64_t)(seconds * 1e9);
}

/* A close in which the FIN is sent three times, and the connection after it. */
static void tell(void)
{
	story_state(timeline, WHO_LWIP, "c1", ST_CLOSED, ST_SYN_SENT);
	story_frame(timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0);
	story_frame(timeline, WHO_KERNEL, "c1", SEG_SYN | SEG_ACK, 0, 1, 0);
	at(0.5);
	story_state(timeline, WHO_LWIP, "c1", ST_SYN_SENT, ST_ESTABLISHED);
	story_frame(timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 0);
	story_frame(timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 100);
	at(2);
	story_state(timeline, WHO_LWIP, "c1", ST_ESTABLISHED, ST_FIN_WAIT_1);
	story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 101, 1, 0);
	at(3.5);
	story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 101, 1, 0);
	story_frame(timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 51, 1, 50); /* partly new */
	story_frame(timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 0);             /* takes no space */
	at(4);
	story_state(timeline, WHO_LWIP, "c1", ST_FIN_WAIT_1, ST_CLOSED);
	story_state(timeline, WHO_LWIP, "c2", ST_CLOSED, ST_SYN_SENT);
	story_frame(timeline, WHO_LWIP, "c2", SEG_SYN, 0, 0, 0);
}

TEST(a_journey_has_the_seconds_in_each_state_and_what_was_sent_again)
{
	struct journey journey;

	tell();
	judge_journey(timeline, WHO_LWIP, "c1", &journey);
	assert_int_equal(journey.count, 4);
	assert_int_equal(journey.steps[0].state, ST_SYN_SENT);
	assert_true(journey.steps[0].seconds == 0.5);
	assert_true(journey.steps[1].seconds == 1.5);
	assert_int_equal(journey.steps[2].state, ST_FIN_WAIT_1);
	assert_true(journey.steps[2].seconds == 2);
	assert_int_equal(journey.steps[3].state, ST_CLOSED);
	assert_int_equal(journey.retransmissions, 2);
}

TEST(the_other_end_and_other_connections_have_their_own)
{
	struct journey journey;

	tell();
	at(7);
	story_verdict(timeline, true, "the end");
	judge_journey(timeline, WHO_KERNEL, "c1", &journey);
	assert_int_equal(journey.count, 0);
	assert_int_equal(journey.retransmissions, 0);
	judge_journey(timeline, WHO_LWIP, "c2", &journey);
	assert_int_equal(journey.count, 1);
	assert_true(journey.steps[0].seconds == 3); /* it is there still */
	assert_int_equal(journey.retransmissions, 0);
}

/* -- Tables */

static char *text;

static const char *table(void (*write)(const struct outcomes *outcomes, FILE *out),
			 const char *value)
{
	static struct journey lwip, kernel;
	struct outcome_row row = { .value = { value, NULL },
				   .experiment = "close/lwip",
				   .verdict = "FAILS",
				   .journey = { &lwip, &kernel },
				   .left = { 3, 0 } };
	struct outcomes outcomes = { .parameter = { "--drop", NULL }, .rows = &row, .count = 1 };
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	tell();
	judge_journey(timeline, WHO_LWIP, "c1", &lwip);
	judge_journey(timeline, WHO_KERNEL, "c1", &kernel);
	write(&outcomes, memory);
	fclose(memory);
	return text;
}

static void print(const struct outcomes *outcomes, FILE *out)
{
	outcomes_print(outcomes, &(struct style){ 0 }, out);
}

TEST(a_table_shows_each_ends_way)
{
	assert_words(table(print, "FIN 1"), "--drop", "experiment", "verdict", "last state",
		     "again", "FIN 1", "close/lwip", "FAILS", "lwip", "CLOSED", "3", "2",
		     "SYN_SENT 0.50 → ESTABLISHED 1.50 → FIN_WAIT_1 2.00 → CLOSED\n", "kernel", "-",
		     "0", "never saw the connection\n");
	free(text);
}

TEST(values_for_machines_are_one_line_for_each_end)
{
	assert_string_equal(
		table(outcomes_write_csv, "a,\"b\""),
		"--drop,experiment,verdict,end,last state,left,retransmissions,s in LISTEN,s in "
		"SYN_SENT,"
		"s in SYN_RCVD,s in ESTABLISHED,s in FIN_WAIT_1,s in FIN_WAIT_2,s in CLOSE_WAIT,"
		"s in CLOSING,s in LAST_ACK,s in TIME_WAIT\r\n"
		"\"a,\"\"b\"\"\",close/"
		"lwip,FAILS,lwip,CLOSED,3,2,0.000,0.500,0.000,1.500,2.000,0.000,"
		"0.000,0.000,0.000,0.000\r\n"
		"\"a,\"\"b\"\"\",close/lwip,FAILS,kernel,-,0,0,0.000,0.000,0.000,0.000,0.000,0.000,"
		"0.000,0.000,0.000,0.000\r\n");
	free(text);
}

#define STORY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		STORY_TEST(a_journey_has_the_seconds_in_each_state_and_what_was_sent_again),
		STORY_TEST(the_other_end_and_other_connections_have_their_own),
		STORY_TEST(a_table_shows_each_ends_way),
		STORY_TEST(values_for_machines_are_one_line_for_each_end),
	};

	return cmocka_run_group_tests_name("journey", tests, NULL, NULL);
}
