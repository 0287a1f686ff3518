/* SPDX-License-Identifier: BSD-3-Clause */
/* What a mistake in a port looks like (judge/symptoms.h): each rule finds its own, and nothing that is right. */
#include "unit.h"

#include "judge/symptoms.h"
#include "record/describe.h"
#include "story.h"
#include "tcp/frame.h"

#define BIT(symptom) (1u << SYMPTOM_##symptom)
#define SECOND       UINT64_C(1000000000)

static uint64_t now_ns;

static uint64_t read_now(void)
{
	return now_ns;
}

static void nothing_to_dispose(struct end *end)
{
	(void)end;
}

static const struct end_ops lwip_ops = {
	.who = WHO_LWIP,
	.conn_size = sizeof(struct conn),
	.dispose = nothing_to_dispose,
};

static struct lab lab;
static struct end *lwip;
static struct symptom_evidence evidence;

FIXTURE(open_lab)
{
	memset(&lab, 0, sizeof(lab));
	now_ns = 0;
	lab.timeline = timeline_new(read_now);
	lwip = calloc(1, sizeof(*lwip));
	assert_non_null(lwip);
	lwip->ops = &lwip_ops;
	lwip->lab = &lab;
	evidence = (struct symptom_evidence){ .time_wait_ms = 121000 };
	return 0;
}

FIXTURE(close_lab)
{
	end_close(lwip);
	timeline_free(lab.timeline);
	return 0;
}

/* The symptoms that are found; what the verdict of the last one says is in verdict_text. */
static const char *verdict_text;

static unsigned int found(void)
{
	unsigned int symptoms = judge_symptoms(lwip, &evidence);
	const struct event *last = timeline_event(lab.timeline, timeline_count(lab.timeline));

	verdict_text = "";
	if (symptoms == 0)
		return 0;
	assert_int_equal(last->kind, EV_VERDICT);
	assert_false(last->verdict.holds);
	assert_non_null(last->verdict.symptom);
	verdict_text = last->verdict.text;
	return symptoms;
}

static struct conn *connection(const char *name, uint16_t local, uint16_t remote, bool passive)
{
	struct endpoint here = LWIP_SIDE(local), there = KERNEL_SIDE(remote);
	struct conn *conn = end_add_conn(lwip, &here, &there, passive);

	conn->name = name;
	return conn;
}

static void enters(const char *conn, enum state from, enum state to)
{
	story_state(lab.timeline, WHO_LWIP, conn, from, to);
}

static struct segment segment_of(enum who from, uint8_t flags, uint16_t length)
{
	return (struct segment){
		.src = from == WHO_LWIP ? LWIP_SIDE(49152) : KERNEL_SIDE(7777),
		.dst = from == WHO_LWIP ? KERNEL_SIDE(7777) : LWIP_SIDE(49152),
		.flags = flags,
		.window = 5840,
		.length = length,
		.wscale = -1,
	};
}

/* A frame as it is on the wire, with the right checksum. */
static struct event *sends(enum who from, const char *conn, const struct segment *segment)
{
	static const uint8_t hwaddr[6], data[2000];
	uint8_t *bytes = timeline_room(lab.timeline, FRAME_HEADERS + sizeof(data));
	struct event *event = timeline_add(lab.timeline, EV_FRAME, from, conn);

	event->frame.bytes = bytes;
	event->frame.size = (uint32_t)frame_build(segment, hwaddr, hwaddr, data, bytes,
						  FRAME_HEADERS + sizeof(data));
	event->frame.tcp = segment_parse(bytes, event->frame.size, &event->frame.segment) == 0;
	assert_true(event->frame.tcp);
	return event;
}

static struct event *lwip_sends(uint8_t flags, uint16_t length)
{
	struct segment segment = segment_of(WHO_LWIP, flags, length);

	return sends(WHO_LWIP, "c1", &segment);
}

static void kernel_sends(uint8_t flags, uint16_t length)
{
	struct segment segment = segment_of(WHO_KERNEL, flags, length);

	sends(WHO_KERNEL, "c1", &segment);
}

/* The connection c1, opened by lwIP. */
static void opens(void)
{
	connection("c1", 49152, 7777, false);
	enters("c1", ST_CLOSED, ST_SYN_SENT);
	lwip_sends(SEG_SYN, 0);
	kernel_sends(SEG_SYN | SEG_ACK, 0);
	enters("c1", ST_SYN_SENT, ST_ESTABLISHED);
	story_callback(lab.timeline, "c1", "connected", "ERR_OK", 0);
	lwip_sends(SEG_ACK, 0);
}

/* -- What is right */

TEST(an_empty_timeline_shows_nothing)
{
	assert_int_equal(found(), 0);
	assert_int_equal(timeline_count(lab.timeline), 0);
}

TEST(a_whole_life_shows_nothing)
{
	opens();
	lwip_sends(SEG_ACK | SEG_PSH, 1460);
	kernel_sends(SEG_ACK, 0);
	enters("c1", ST_ESTABLISHED, ST_FIN_WAIT_1);
	lwip_sends(SEG_FIN | SEG_ACK, 0);
	enters("c1", ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	kernel_sends(SEG_FIN | SEG_ACK, 0);
	enters("c1", ST_FIN_WAIT_2, ST_TIME_WAIT);
	lwip_sends(SEG_ACK, 0);
	now_ns += 120 * SECOND;
	timeline_add(lab.timeline, EV_TIMER, WHO_LWIP, "c1")->timer.name = "2MSL";
	enters("c1", ST_TIME_WAIT, ST_CLOSED);
	assert_int_equal(found(), 0);
}

/* -- Byte order */

TEST(a_type_the_other_way_round_is_a_wrong_byte_order)
{
	struct event *frame;

	opens();
	frame = lwip_sends(SEG_ACK, 0);
	frame->frame.tcp = false;
	memcpy(unconst(frame->frame.bytes + 12), "\x00\x08", 2);
	assert_int_equal(found(), BIT(BYTEORDER));
	assert_words(verdict_text, "a wrong BYTE_ORDER: ", "0x0008", "0x0800",
		     "porting.md#byteorder");
}

TEST(the_same_from_another_host_is_not_the_ports)
{
	struct segment segment = segment_of(WHO_KERNEL, SEG_ACK, 0);
	struct event *frame = sends(WHO_KERNEL, "c1", &segment);

	frame->frame.tcp = false;
	memcpy(unconst(frame->frame.bytes + 12), "\x00\x08", 2);
	assert_int_equal(found(), 0);
}

/* -- Ports */

static void syn_to(uint16_t port)
{
	struct segment syn = segment_of(WHO_LWIP, SEG_SYN, 0);

	syn.dst.port = port;
	sends(WHO_LWIP, "c2", &syn);
}

TEST(a_syn_to_the_swapped_port_is_a_port_in_network_order)
{
	connection("c1", 49152, 7777, false);
	syn_to(0x611e);
	assert_int_equal(found(), BIT(PORT));
	assert_words(verdict_text, "24862 (0x611e)", "asked for 7777 (0x1e61)");
}

TEST(a_port_that_was_asked_for_is_right_whatever_it_is)
{
	connection("c1", 49152, 7777, false);
	connection("c2", 49153, 0x611e, false);
	syn_to(0x611e);
	syn_to(7777);
	syn_to(80); /* nobody's; but no swapped one either */
	assert_int_equal(found(), 0);
}

TEST(who_has_called_lwip_is_not_who_was_to_be_called)
{
	connection("c1", 49152, 7777, true);
	syn_to(0x611e);
	assert_int_equal(found(), 0);
}

/* -- Checksums */

TEST(a_wrong_checksum_is_found_and_counted)
{
	opens();
	frame_spoil_checksum(unconst(lwip_sends(SEG_ACK, 11)->frame.bytes));
	frame_spoil_checksum(unconst(lwip_sends(SEG_ACK, 11)->frame.bytes));
	assert_int_equal(found(), BIT(CHECKSUM));
	assert_words(verdict_text, "in #7", "in 2 of its 4 segments", "porting.md#checksum");
}

TEST(a_wrong_checksum_of_another_host_is_not_the_ports)
{
	struct segment segment = segment_of(WHO_RAW, SEG_ACK, 11);

	frame_spoil_checksum(unconst(sends(WHO_RAW, "c1", &segment)->frame.bytes));
	assert_int_equal(found(), 0);
}

/* -- Timers */

TEST(an_open_connection_without_timers_is_found)
{
	opens();
	now_ns += 4 * SECOND;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), BIT(TIMERS));
	assert_words(verdict_text, "a connection was open for 4.0 s");
}

TEST(a_clock_that_has_not_moved_enough_says_nothing)
{
	opens();
	now_ns += 4 * SECOND - 1;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), 0);
}

TEST(a_timer_that_runs_later_was_only_late)
{
	opens();
	now_ns += 5 * SECOND;
	lwip_sends(SEG_ACK, 0);
	story_callback(lab.timeline, "c1", "poll", NULL, 0);
	assert_int_equal(found(), 0);
}

TEST(each_timer_begins_the_wait_anew)
{
	opens();
	for (int i = 0; i < 4; i++) {
		now_ns += 3 * SECOND;
		story_callback(lab.timeline, "c1", "poll", NULL, 0);
	}
	now_ns += 3 * SECOND;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), 0);
}

TEST(a_time_wait_without_end_is_found)
{
	opens();
	enters("c1", ST_ESTABLISHED, ST_TIME_WAIT);
	now_ns += 120 * SECOND;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), 0);
	now_ns += SECOND;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), BIT(TIMERS));
	assert_words(verdict_text, "in TIME_WAIT for 121.0 s");
}

TEST(of_a_time_wait_of_unknown_length_nothing_is_said)
{
	evidence.time_wait_ms = 0;
	opens();
	enters("c1", ST_ESTABLISHED, ST_TIME_WAIT);
	now_ns += 1000 * SECOND;
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), 0);
}

TEST(without_a_connection_there_is_no_timer)
{
	enters("l1", ST_CLOSED, ST_LISTEN);
	now_ns += 1000 * SECOND;
	kernel_sends(SEG_SYN, 0);
	assert_int_equal(found(), 0);
}

/* -- Memory */

TEST(pbufs_that_are_not_back_are_a_leak)
{
	opens();
	evidence.lost_pbufs = 3;
	assert_int_equal(found(), BIT(LEAK));
	assert_words(verdict_text, "3 pbufs", "received 1 frames");
}

/* -- The window */

/* lwIP acknowledges so many bytes, and announces so much. */
static void acknowledges(uint32_t bytes, uint16_t window)
{
	struct event *ack = lwip_sends(SEG_ACK, 0);

	ack->frame.ack = 1 + bytes;
	ack->frame.segment.window = window;
}

static void gives_back(const char *text)
{
	story_call(lab.timeline, WHO_LWIP, "c1", "tcp_recved", text, "");
}

TEST(a_window_that_shrinks_whatever_is_read_is_found)
{
	opens();
	acknowledges(0, 5840);
	acknowledges(1460, 4380);
	gives_back("600 bytes");
	acknowledges(2920, 2920);
	gives_back("472 bytes"); /* two segments of the default size, all in all */
	assert_int_equal(found(), 0);
	acknowledges(4380, 1460);
	assert_int_equal(found(), BIT(RECVED));
	assert_words(verdict_text, "given 1072 bytes of c1 back", "at 5841", "porting.md#recved");
}

TEST(a_window_that_is_opened_again_is_right)
{
	opens();
	acknowledges(0, 5840);
	for (uint32_t i = 1; i < 20; i++) {
		acknowledges(i * 1460 - 1460, 4380);
		gives_back("1460 bytes");
		acknowledges(i * 1460, 5840);
	}
	assert_int_equal(found(), 0);
}

TEST(a_window_closes_when_nobody_reads)
{
	opens();
	for (uint32_t i = 0; i <= 4; i++)
		acknowledges(i * 1460, (uint16_t)(5840 - i * 1460));
	assert_int_equal(found(), 0);
}

TEST(a_window_is_scaled_when_both_agree_on_it)
{
	struct segment syn = segment_of(WHO_LWIP, SEG_SYN, 0);

	connection("c1", 49152, 7777, false);
	syn.wscale = 2;
	sends(WHO_LWIP, "c1", &syn);
	syn = segment_of(WHO_KERNEL, SEG_SYN | SEG_ACK, 0);
	syn.wscale = 7;
	sends(WHO_KERNEL, "c1", &syn);
	acknowledges(0, 10000); /* up to 40001 */
	gives_back("4000 bytes");
	acknowledges(32000, 1999);
	assert_int_equal(found(), BIT(RECVED));
}

TEST(a_window_is_not_scaled_when_one_alone_offers_it)
{
	struct segment syn = segment_of(WHO_LWIP, SEG_SYN, 0);

	connection("c1", 49152, 7777, false);
	syn.wscale = 2;
	sends(WHO_LWIP, "c1", &syn);
	kernel_sends(SEG_SYN | SEG_ACK, 0);
	acknowledges(0, 4000); /* up to 4001 */
	gives_back("4000 bytes");
	acknowledges(2000, 2600);
	assert_int_equal(found(), 0);
}

/* -- Pcbs */

TEST(a_segment_of_a_connection_that_is_no_more_is_found)
{
	opens();
	enters("c1", ST_ESTABLISHED, ST_CLOSED);
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), BIT(FREED));
	assert_words(verdict_text, "from 10.9.0.2:49152", "c1 is no more", "porting.md#freed");
}

TEST(a_segment_of_a_destroyed_pcb_is_found)
{
	struct segment segment = segment_of(WHO_LWIP, SEG_ACK, 0);

	segment.src = (struct endpoint){ 4, { 32, 1, 6, 208 }, 0 };
	opens();
	enters("c1", ST_ESTABLISHED, ST_CLOSED);
	sends(WHO_LWIP, "c2", &segment);
	assert_int_equal(found(), BIT(FREED));
	assert_words(verdict_text, "from 32.1.6.208:0");
}

TEST(a_reset_is_the_last_word_of_a_connection)
{
	opens();
	enters("c1", ST_ESTABLISHED, ST_CLOSED);
	lwip_sends(SEG_RST | SEG_ACK, 0);
	assert_int_equal(found(), 0);
}

TEST(a_later_connection_between_the_same_may_speak)
{
	opens();
	enters("c1", ST_ESTABLISHED, ST_CLOSED);
	connection("c2", 49152, 7777, false);
	enters("c2", ST_CLOSED, ST_SYN_SENT);
	lwip_sends(SEG_SYN, 0);
	enters("c2", ST_SYN_SENT, ST_ESTABLISHED);
	lwip_sends(SEG_ACK, 0);
	assert_int_equal(found(), 0);
}

/* A frame brings a callback, whose application aborts; then nothing is heard any more. */
static void aborts_in_callback(void)
{
	const struct event *frame, *call;

	opens();
	kernel_sends(SEG_ACK, 5);
	frame = timeline_event(lab.timeline, timeline_count(lab.timeline));
	story_because(lab.timeline, frame);
	story_callback(lab.timeline, "c1", "recv", "ERR_OK", 5);
	call = story_call(lab.timeline, WHO_LWIP, "c1", "tcp_abort", "", NULL);
	story_because(lab.timeline, call);
	enters("c1", ST_ESTABLISHED, ST_CLOSED);
	story_because(lab.timeline, frame);
	story_callback(lab.timeline, "c1", "err", "ERR_ABRT", 0);
	story_because(lab.timeline, NULL);
}

TEST(a_board_that_dies_of_an_abort_in_a_callback_is_found)
{
	evidence.died = true;
	aborts_in_callback();
	assert_int_equal(found(), BIT(FREED));
	assert_words(verdict_text, "died", "c1", "recv callback");
}

TEST(an_abort_in_a_callback_is_right_as_long_as_the_board_lives)
{
	aborts_in_callback();
	assert_int_equal(found(), 0);
}

TEST(a_board_may_die_of_something_else)
{
	evidence.died = true;
	aborts_in_callback();
	enters("c2", ST_CLOSED, ST_SYN_SENT);
	assert_int_equal(found(), 0);
}

TEST(each_symptom_has_a_name_of_its_own)
{
	for (int i = 0; i < SYMPTOMS; i++) {
		assert_true(strlen(symptom_mistake((enum symptom)i)) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(symptom_name((enum symptom)i),
						symptom_name((enum symptom)j));
	}
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, open_lab, close_lab)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(an_empty_timeline_shows_nothing),
		LAB_TEST(a_whole_life_shows_nothing),
		LAB_TEST(a_type_the_other_way_round_is_a_wrong_byte_order),
		LAB_TEST(the_same_from_another_host_is_not_the_ports),
		LAB_TEST(a_syn_to_the_swapped_port_is_a_port_in_network_order),
		LAB_TEST(a_port_that_was_asked_for_is_right_whatever_it_is),
		LAB_TEST(who_has_called_lwip_is_not_who_was_to_be_called),
		LAB_TEST(a_wrong_checksum_is_found_and_counted),
		LAB_TEST(a_wrong_checksum_of_another_host_is_not_the_ports),
		LAB_TEST(an_open_connection_without_timers_is_found),
		LAB_TEST(a_clock_that_has_not_moved_enough_says_nothing),
		LAB_TEST(a_timer_that_runs_later_was_only_late),
		LAB_TEST(each_timer_begins_the_wait_anew),
		LAB_TEST(a_time_wait_without_end_is_found),
		LAB_TEST(of_a_time_wait_of_unknown_length_nothing_is_said),
		LAB_TEST(without_a_connection_there_is_no_timer),
		LAB_TEST(pbufs_that_are_not_back_are_a_leak),
		LAB_TEST(a_window_that_shrinks_whatever_is_read_is_found),
		LAB_TEST(a_window_that_is_opened_again_is_right),
		LAB_TEST(a_window_closes_when_nobody_reads),
		LAB_TEST(a_window_is_scaled_when_both_agree_on_it),
		LAB_TEST(a_window_is_not_scaled_when_one_alone_offers_it),
		LAB_TEST(a_segment_of_a_connection_that_is_no_more_is_found),
		LAB_TEST(a_segment_of_a_destroyed_pcb_is_found),
		LAB_TEST(a_reset_is_the_last_word_of_a_connection),
		LAB_TEST(a_later_connection_between_the_same_may_speak),
		LAB_TEST(a_board_that_dies_of_an_abort_in_a_callback_is_found),
		LAB_TEST(an_abort_in_a_callback_is_right_as_long_as_the_board_lives),
		LAB_TEST(a_board_may_die_of_something_else),
		cmocka_unit_test(each_symptom_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests_name("symptoms", tests, NULL, NULL);
}
