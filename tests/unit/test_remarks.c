/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "record/remarks.h"
#include "story.h"

#define SECOND 1000000000ull

static struct timeline *timeline;

FIXTURE(make_empty)
{
	timeline = timeline_new(story_no_time);
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	return 0;
}

/* An event's times, both in ns. */
static struct event *at(struct event *event, uint64_t t_ns, uint64_t v_ns)
{
	event->t_ns = t_ns;
	event->v_ns = v_ns;
	return event;
}

/* An event at no time at all: what the machine's clock says while the test runs is of no interest. */
static struct event *now(struct event *event)
{
	return at(event, 0, 0);
}

static struct event *frame(enum who sender, const char *conn)
{
	return now(story_frame(timeline, sender, conn, SEG_ACK, 1, 1, 0));
}

static struct event *state(enum who who, const char *conn, enum state from, enum state to)
{
	return now(story_state(timeline, who, conn, from, to));
}

static struct event *call(enum who who, const char *conn, const char *name)
{
	return now(story_call(timeline, who, conn, name, "", NULL));
}

static struct event *timer(enum who who, const char *conn, const char *name)
{
	struct event *event = now(timeline_add(timeline, EV_TIMER, who, conn));

	event->timer.name = name;
	return event;
}

/* What is said of a packet; of none, with NULL. */
static void assert_remarks(const struct event *packet, const char *expected)
{
	struct remarks *remarks = remarks_new(timeline);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	remarks_write(remarks, packet == NULL ? 0 : packet->n, out);
	fclose(out);
	remarks_free(remarks);
	assert_string_equal(text, expected);
	free(text);
}

TEST(an_empty_timeline_has_nothing_to_say)
{
	assert_remarks(NULL, "");
}

TEST(a_packet_tells_what_it_has_caused_at_both_ends)
{
	struct event *syn = frame(WHO_LWIP, "c1"), *ack;

	story_because(timeline, syn);
	state(WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD);
	ack = frame(WHO_KERNEL, "c1");
	story_because(timeline, ack);
	state(WHO_LWIP, "c1", ST_SYN_SENT, ST_ESTABLISHED);
	assert_remarks(syn, "kernel: LISTEN → SYN_RCVD\n");
	assert_remarks(ack, "lwip: SYN_SENT → ESTABLISHED\n");
}

TEST(a_packet_tells_with_what_transition_it_was_sent)
{
	struct event *before = frame(WHO_LWIP, "c1"), *fin;

	story_because(timeline, call(WHO_LWIP, "c1", "tcp_close"));
	state(WHO_LWIP, "c1", ST_ESTABLISHED, ST_FIN_WAIT_1);
	fin = frame(WHO_LWIP, "c1");
	frame(WHO_LWIP, "c1"); /* the first one is meant */
	assert_remarks(before, "");
	assert_remarks(fin, "lwip: ESTABLISHED → FIN_WAIT_1, by tcp_close()\n");
}

TEST(a_packet_sent_just_before_the_transition_tells_it_too)
{
	struct event *rst;

	frame(WHO_KERNEL, "c1");
	story_because(timeline, timer(WHO_LWIP, "c1", "keepalive gave up"));
	rst = frame(WHO_LWIP, "c1");
	frame(WHO_KERNEL, "c1");
	state(WHO_LWIP, "c1", ST_ESTABLISHED, ST_CLOSED);
	assert_remarks(rst, "lwip: ESTABLISHED → CLOSED, timer: keepalive gave up\n");
}

TEST(one_sent_just_after_it_comes_first)
{
	struct event *before, *after;

	story_because(timeline, call(WHO_KERNEL, "c1", "close"));
	before = frame(WHO_KERNEL, "c1");
	state(WHO_KERNEL, "c1", ST_ESTABLISHED, ST_FIN_WAIT_1);
	after = frame(WHO_KERNEL, "c1");
	assert_remarks(before, "");
	assert_remarks(after, "kernel: ESTABLISHED → FIN_WAIT_1, by close()\n");
}

/* The kernel enters SYN_SENT before it has chosen its port. */
TEST(a_transition_of_no_name_yet_is_told_at_the_packet_of_its_reason)
{
	struct event *before = frame(WHO_LWIP, "c1"), *syn;

	story_because(timeline, call(WHO_KERNEL, NULL, "connect"));
	state(WHO_KERNEL, NULL, ST_CLOSED, ST_SYN_SENT);
	frame(WHO_LWIP, "c1");
	syn = frame(WHO_KERNEL, "c2");
	story_because(timeline, call(WHO_KERNEL, NULL, "connect"));
	state(WHO_KERNEL, NULL, ST_SYN_SENT, ST_CLOSED);
	assert_remarks(before, "");
	assert_remarks(syn, "kernel: CLOSED → SYN_SENT, by connect()\n"
			    "kernel unnamed: SYN_SENT → CLOSED, by connect()\n");
}

/* One call that makes both stacks send, as the lab's clean-up does. */
TEST(a_packet_tells_nothing_of_another_connections_or_stacks)
{
	struct event *first, *second, *third;

	story_because(timeline, call(WHO_LAB, NULL, "clean up"));
	state(WHO_LWIP, "c2", ST_ESTABLISHED, ST_CLOSED);
	state(WHO_KERNEL, "c1", ST_ESTABLISHED, ST_CLOSED);
	first = frame(WHO_LWIP, "c1");
	second = frame(WHO_LWIP, "c2");
	third = frame(WHO_KERNEL, "c1");
	assert_remarks(first, "");
	assert_remarks(second, "lwip: ESTABLISHED → CLOSED, by the lab: clean up\n");
	assert_remarks(third, "kernel: ESTABLISHED → CLOSED, by the lab: clean up\n");
}

TEST(without_a_packet_of_its_own_it_is_told_at_its_connections_last)
{
	struct event *last, *other;

	frame(WHO_LWIP, "c1");
	last = frame(WHO_KERNEL, "c1");
	other = frame(WHO_LWIP, "c2");
	story_because(timeline, timer(WHO_LWIP, "c1", "2MSL"));
	state(WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED);
	story_because(timeline, NULL);
	frame(WHO_LWIP, "c1");
	assert_remarks(last, "lwip: TIME_WAIT → CLOSED, timer: 2MSL\n");
	assert_remarks(other, "");
}

TEST(without_one_of_its_connection_it_is_told_at_the_last_of_any)
{
	struct event *last;

	frame(WHO_LWIP, "c1");
	last = frame(WHO_LWIP, "c1");
	story_because(timeline, call(WHO_KERNEL, "l1", "close"));
	state(WHO_KERNEL, "l1", ST_LISTEN, ST_CLOSED);
	story_because(timeline, NULL);
	frame(WHO_LWIP, "c1");
	assert_remarks(last, "kernel l1: LISTEN → CLOSED, by close()\n");
}

TEST(before_all_packets_it_is_told_at_the_first)
{
	struct event *first;

	story_because(timeline, call(WHO_KERNEL, "l1", "listen"));
	state(WHO_KERNEL, "l1", ST_CLOSED, ST_LISTEN);
	story_because(timeline, NULL);
	first = at(frame(WHO_LWIP, "c1"), 5 * SECOND, 5 * SECOND);
	frame(WHO_LWIP, "c1");
	assert_remarks(first, "kernel l1: CLOSED → LISTEN, by listen()\n");
	assert_remarks(NULL, "");
}

TEST(without_packets_it_belongs_to_none)
{
	story_because(timeline, call(WHO_LWIP, "l1", "tcp_listen"));
	state(WHO_LWIP, "l1", ST_CLOSED, ST_LISTEN);
	assert_remarks(NULL, "lwip l1: CLOSED → LISTEN, by tcp_listen()\n");
}

TEST(another_connection_than_the_packets_is_named)
{
	struct event *syn = frame(WHO_RAW, "c2");

	story_because(timeline, syn);
	state(WHO_KERNEL, "c1", ST_TIME_WAIT, ST_CLOSED);
	state(WHO_KERNEL, "c2", ST_LISTEN, ST_SYN_RCVD);
	assert_remarks(syn, "kernel c1: TIME_WAIT → CLOSED\nkernel: LISTEN → SYN_RCVD\n");
}

TEST(a_packet_without_a_connection_names_every_one)
{
	struct event *arp = frame(WHO_KERNEL, NULL);

	story_because(timeline, timer(WHO_KERNEL, "c1", "kernel"));
	state(WHO_KERNEL, "c1", ST_SYN_SENT, ST_CLOSED);
	assert_remarks(arp, "kernel c1: SYN_SENT → CLOSED, timer: kernel\n");
}

TEST(lwips_clock_is_told_where_it_has_jumped)
{
	struct event *first = at(frame(WHO_LWIP, "c1"), 0, SECOND / 10);
	struct event *second = at(frame(WHO_LWIP, "c1"), 1000, SECOND * 5 / 2);
	struct event *third = at(frame(WHO_LWIP, "c1"), 2000, SECOND * 5 / 2 + 99 * SECOND / 1000);
	struct event *fourth = at(frame(WHO_LWIP, "c1"), 3 * SECOND, 6 * SECOND);

	assert_remarks(first, "lwip's clock: 0.100 s\n");
	assert_remarks(second, "lwip's clock: 2.500 s\n");
	assert_remarks(third, "");
	assert_remarks(fourth, "lwip's clock: 6.000 s\n");
}

TEST(lwips_clock_is_not_told_while_it_moves_with_real_time_or_stands)
{
	struct event *first = at(frame(WHO_LWIP, "c1"), 2 * SECOND, 2 * SECOND);
	struct event *second = at(frame(WHO_LWIP, "c1"), 9 * SECOND, 2 * SECOND);

	assert_remarks(first, "");
	assert_remarks(second, "");
}

TEST(a_transition_long_after_its_packet_says_how_long)
{
	struct event *packet = frame(WHO_KERNEL, "c1");

	story_because(timeline, timer(WHO_LWIP, "c1", "2MSL"));
	at(state(WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED), 5, 120250 * SECOND / 1000);
	story_because(timeline, timer(WHO_KERNEL, "c1", "kernel"));
	at(state(WHO_KERNEL, "c1", ST_TIME_WAIT, ST_CLOSED), 60012 * SECOND / 1000, 300 * SECOND);
	assert_remarks(packet, "lwip: TIME_WAIT → CLOSED, timer: 2MSL, lwip's clock: 120.250 s\n"
			       "kernel: TIME_WAIT → CLOSED, timer: kernel, 60.012 s later\n");
}

TEST(a_fate_comes_first_then_the_clock)
{
	struct event *packet = at(frame(WHO_LWIP, "c1"), 0, 3 * SECOND);

	packet->frame.fate = "duplicated";
	story_because(timeline, packet);
	at(state(WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD), 0, 3 * SECOND);
	assert_remarks(packet, "duplicated by the wire\nlwip's clock: 3.000 s\n"
			       "kernel: LISTEN → SYN_RCVD\n");
}

TEST(a_held_packet_tells_its_release_and_what_it_causes_then)
{
	struct event *held = frame(WHO_LWIP, "c1"), *other;

	held->frame.fate = "held";
	other = frame(WHO_KERNEL, "c1");
	at(story_fault(timeline, "release", held->n, "a held frame goes on"), 74000, 0);
	story_because(timeline, held);
	state(WHO_KERNEL, "c1", ST_FIN_WAIT_1, ST_CLOSING);
	assert_remarks(held,
		       "held by the wire\nreleased by the wire after packet 2, 0.074 ms later\n"
		       "kernel: FIN_WAIT_1 → CLOSING\n");
	assert_remarks(other, "");
}

TEST(a_packet_that_was_lost_says_why)
{
	struct event *packet = frame(WHO_LWIP, "c1");

	frame(WHO_LWIP, "c1");
	story_fault(timeline, "lost", packet->n, "lwIP's pbuf pool is empty");
	assert_remarks(packet, "lost by the wire: lwIP's pbuf pool is empty\n");
}

TEST(what_an_observer_missed_is_told_at_the_last_packet)
{
	struct event *packet, *fault;

	frame(WHO_LWIP, "c1");
	packet = frame(WHO_LWIP, "c1");
	fault = story_fault(timeline, "lost", 0, "2 transitions came too fast to be seen");
	fault->who = WHO_KERNEL;
	frame(WHO_LWIP, "c1");
	assert_remarks(packet, "kernel: 2 transitions came too fast to be seen\n");
}

TEST(what_the_guard_does_is_told_at_its_packet_in_its_place)
{
	story_guarded_handshake(timeline);
	for (uint32_t n = 1; n <= timeline_count(timeline); n++)
		now(timeline_event(timeline, n));
	assert_remarks(timeline_event(timeline, 1), "guard: answers by a cookie\n");
	assert_remarks(timeline_event(timeline, 3), "sent by the guard\n");
	assert_remarks(timeline_event(timeline, 4), "guard: valid cookie\n"
						    "lwip: LISTEN → SYN_RCVD, by the guard\n"
						    "guard: lwIP has it\n"
						    "lwip: SYN_RCVD → ESTABLISHED\n");
}

TEST(what_the_guard_does_is_told_where_it_came_of_and_not_at_the_last_packet)
{
	struct event *ack = frame(WHO_KERNEL, "c1"), *data = frame(WHO_KERNEL, "c1");

	story_because(timeline, ack);
	story_because(timeline, now(story_guard(timeline, "c1", "open", "valid cookie")));
	state(WHO_LWIP, "c1", ST_LISTEN, ST_SYN_RCVD);
	assert_remarks(ack, "guard: valid cookie\nlwip: LISTEN → SYN_RCVD, by the guard\n");
	assert_remarks(data, "");
}

TEST(an_answer_to_a_forged_cookie_is_not_the_guards)
{
	struct event *ack = frame(WHO_KERNEL, "c1"), *rst;

	story_because(timeline, ack);
	story_because(timeline, now(story_guard(timeline, "c1", "forged", "no valid cookie")));
	rst = frame(WHO_LWIP, "c1");
	assert_remarks(ack, "guard: no valid cookie\n");
	assert_remarks(rst, "");
}

int main(void)
{
#define ON_A_TIMELINE(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	const struct CMUnitTest tests[] = {
		ON_A_TIMELINE(an_empty_timeline_has_nothing_to_say),
		ON_A_TIMELINE(a_packet_tells_what_it_has_caused_at_both_ends),
		ON_A_TIMELINE(a_packet_tells_with_what_transition_it_was_sent),
		ON_A_TIMELINE(a_packet_sent_just_before_the_transition_tells_it_too),
		ON_A_TIMELINE(one_sent_just_after_it_comes_first),
		ON_A_TIMELINE(a_transition_of_no_name_yet_is_told_at_the_packet_of_its_reason),
		ON_A_TIMELINE(a_packet_tells_nothing_of_another_connections_or_stacks),
		ON_A_TIMELINE(without_a_packet_of_its_own_it_is_told_at_its_connections_last),
		ON_A_TIMELINE(without_one_of_its_connection_it_is_told_at_the_last_of_any),
		ON_A_TIMELINE(before_all_packets_it_is_told_at_the_first),
		ON_A_TIMELINE(without_packets_it_belongs_to_none),
		ON_A_TIMELINE(another_connection_than_the_packets_is_named),
		ON_A_TIMELINE(a_packet_without_a_connection_names_every_one),
		ON_A_TIMELINE(lwips_clock_is_told_where_it_has_jumped),
		ON_A_TIMELINE(lwips_clock_is_not_told_while_it_moves_with_real_time_or_stands),
		ON_A_TIMELINE(a_transition_long_after_its_packet_says_how_long),
		ON_A_TIMELINE(a_fate_comes_first_then_the_clock),
		ON_A_TIMELINE(a_held_packet_tells_its_release_and_what_it_causes_then),
		ON_A_TIMELINE(a_packet_that_was_lost_says_why),
		ON_A_TIMELINE(what_an_observer_missed_is_told_at_the_last_packet),
		ON_A_TIMELINE(what_the_guard_does_is_told_at_its_packet_in_its_place),
		ON_A_TIMELINE(
			what_the_guard_does_is_told_where_it_came_of_and_not_at_the_last_packet),
		ON_A_TIMELINE(an_answer_to_a_forged_cookie_is_not_the_guards),
	};

	return cmocka_run_group_tests_name("remarks", tests, NULL, NULL);
}
