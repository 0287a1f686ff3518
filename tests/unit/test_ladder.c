/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "show/ladder.h"
#include "story.h"

static struct timeline *timeline;
static char *text; /* the ladder, when it has been drawn */

FIXTURE(make_empty)
{
	timeline = timeline_new(story_no_time);
	text = NULL;
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	free(text);
	return 0;
}

static const struct style plain = { 0 }, verbose = { .verbose = true }, colour = { .colour = true },
			  colour_verbose = { true, true };

/* Draws events 1 to last, the nth of which happens after n ms. */
static void draw(const struct style *style, uint32_t last)
{
	size_t size = 0;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	assert_non_null(out);
	for (uint32_t n = 1; n <= timeline_count(timeline); n++)
		timeline_event(timeline, n)->t_ns = n * 1000000ull;
	ladder_print(timeline, last, style, out);
	fclose(out);
}

static void draw_all(const struct style *style)
{
	draw(style, timeline_count(timeline));
}

/* The nth line, from 0: the header; NULL after the last. */
static const char *line(int n)
{
	static char copy[2048];
	const char *at = text;
	size_t length;

	for (; n > 0 && at != NULL; n--) {
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL || *at == '\0')
		return NULL;
	length = strcspn(at, "\n");
	assert_true(length < sizeof(copy));
	memcpy(copy, at, length);
	copy[length] = '\0';
	return copy;
}

static int lines(void)
{
	int count = 0;

	while (line(count) != NULL)
		count++;
	return count;
}

/* The line that has this in it; fails if there is not exactly one. */
static const char *line_with(const char *words)
{
	int found = -1;

	for (int n = 0; n < lines(); n++)
		if (strstr(line(n), words) != NULL) {
			assert_int_equal(found, -1);
			found = n;
		}
	if (found < 0)
		fail_msg("'%s' is not in\n%s", words, text);
	return line(found);
}

/* The column, from 0, at which words begin in a line; -1: nowhere. */
static int column_of(const char *in, const char *words)
{
	const char *at = strstr(in, words);
	char before[2048];

	if (at == NULL)
		return -1;
	memcpy(before, in, (size_t)(at - in));
	before[at - in] = '\0';
	return (int)text_width(before);
}

/* Where the cells begin: the time takes 9 columns and a gap of 2. */
enum { LEFT_CELL = 11, WIRE_CELL = 32, RIGHT_CELL = 80 };

static void assert_at(const char *in, const char *words, int column)
{
	if (column_of(in, words) != column)
		fail_msg("'%s' is at %d instead of %d in\n%s", words, column_of(in, words), column,
			 in);
}

static void assert_fits(void)
{
	for (int n = 0; n < lines(); n++) {
		const char *l = line(n);

		if (text_width(l) > LADDER_WIDTH)
			fail_msg("%zu columns:\n%s", text_width(l), l);
		if (l[0] == '\0' || l[strlen(l) - 1] == ' ')
			fail_msg("a space ends:\n%s|", l);
	}
}

static struct event *frame(enum who sender, uint8_t flags, uint32_t seq, uint32_t ack,
			   uint16_t length)
{
	return story_frame(timeline, sender, "c1", flags, seq, ack, length);
}

static struct event *state(enum who who, enum state from, enum state to)
{
	return story_state(timeline, who, "c1", from, to);
}

static void because(const struct event *cause)
{
	story_because(timeline, cause);
}

/* -- Stories */

static struct event *connect_call(void)
{
	struct event *call =
		story_call(timeline, WHO_LWIP, "c1", "tcp_connect", "10.9.0.1:7777", "ERR_OK");

	because(call);
	return call;
}

/* lwIP connects to the kernel: 8 events. */
static void handshake(void)
{
	struct event *sent;

	connect_call();
	state(WHO_LWIP, ST_CLOSED, ST_SYN_SENT);
	sent = frame(WHO_LWIP, SEG_SYN, 0, 0, 0);
	because(sent);
	state(WHO_KERNEL, ST_LISTEN, ST_SYN_RCVD);
	sent = frame(WHO_KERNEL, SEG_SYN | SEG_ACK, 0, 1, 0);
	because(sent);
	state(WHO_LWIP, ST_SYN_SENT, ST_ESTABLISHED);
	sent = frame(WHO_LWIP, SEG_ACK, 1, 1, 0);
	because(sent);
	state(WHO_KERNEL, ST_SYN_RCVD, ST_ESTABLISHED);
	because(NULL);
}

/* Data in one direction, and an acknowledgement of each. */
static void exchange(int segments)
{
	for (int i = 0; i < segments; i++) {
		uint32_t seq = 1 + (uint32_t)i * 1000;

		frame(WHO_LWIP, SEG_PSH | SEG_ACK, seq, 1, 1000);
		frame(WHO_KERNEL, SEG_ACK, 1, seq + 1000, 0);
	}
}

/* One of every kind, in both cells. */
static void everything(void)
{
	static const uint8_t arp[42] = { [12] = 0x08, 0x06 };
	struct event *event;

	story_call(timeline, WHO_KERNEL, NULL, "socket", "SOCK_STREAM", NULL);
	story_call(timeline, WHO_KERNEL, "l1", "listen", "backlog 4", NULL);
	story_state(timeline, WHO_KERNEL, "l1", ST_CLOSED, ST_LISTEN);
	handshake();
	story_callback(timeline, "c1", "connected", "ERR_OK", 0);
	story_callback(timeline, "c1", "poll", NULL, 0);
	event = timeline_add(timeline, EV_FRAME, WHO_KERNEL, NULL);
	event->frame.bytes = arp;
	event->frame.size = sizeof(arp);
	exchange(20);
	story_callback(timeline, "c1", "recv", "ERR_OK", 1460);
	story_callback(timeline, "c1", "sent", NULL, 1460);
	frame(WHO_LWIP, SEG_FIN | SEG_ACK, 20001, 1, 0)->frame.fate = "dropped";
	event = frame(WHO_KERNEL, SEG_FIN | SEG_ACK, 1, 20001, 0);
	event->frame.fate = "held";
	story_fault(timeline, "release", event->n, "a held frame goes on");
	story_fault(timeline, "lost", event->n, "the device did not take this frame");
	frame(WHO_LWIP, SEG_RST | SEG_ACK, 20001, 1, 0)->frame.fate = "duplicated";
	frame(WHO_KERNEL, SEG_ACK, 20001, 1, 0)->frame.fate = "corrupted";
	story_callback(timeline, "c1", "recv", "ERR_OK", 0);
	story_callback(timeline, "c1", "err", "ERR_RST", 0);
	story_call(timeline, WHO_KERNEL, "c1", "recv", "256 bytes", "EAGAIN (11)");
	story_call(timeline, WHO_LAB, NULL, "warp", "120000 ms", NULL);
	timeline_set_cause(timeline, (struct cause){ .timer = "2MSL", .who = WHO_LWIP });
	state(WHO_LWIP, ST_TIME_WAIT, ST_CLOSED);
	timeline_set_cause(timeline, (struct cause){ .timer = "kernel", .who = WHO_KERNEL });
	state(WHO_KERNEL, ST_LAST_ACK, ST_CLOSED);
	because(NULL);
	story_call(timeline, WHO_LAB, NULL, "clean up", "", NULL);
	story_verdict(timeline, true, "this is no step of the ladder");
}

/* -- Rows */

TEST(an_empty_timeline_has_a_header_only)
{
	draw_all(&plain);
	assert_int_equal(lines(), 1);
	assert_at(line(0), "lwip", LEFT_CELL);
	assert_at(line(0), "kernel", RIGHT_CELL);
	assert_fits();
}

/* clang-format off */
TEST(a_handshake_looks_like_the_one_in_the_book)
{
	handshake();
	draw_all(&plain);
	assert_string_equal(text,
"  time ms  lwip                                                                 kernel\n"
"    1.000  tcp_connect(10.9.0.1:7777)\n"
"    2.000  SYN_SENT             ── SYN seq=0 ─────────────────────────────────▶ SYN_RCVD\n"
"    5.000  ESTABLISHED          ◀─ SYN,ACK seq=0 ack=1 ────────────────────────\n"
"    7.000                       ── ACK seq=1 ack=1 ───────────────────────────▶ ESTABLISHED\n");
}
/* clang-format on */

TEST(states_stand_in_the_row_of_their_frame)
{
	handshake();
	draw_all(&plain);
	assert_at(line_with(" SYN seq"), "SYN_SENT", LEFT_CELL);
	assert_at(line_with(" SYN seq"), "SYN_RCVD", RIGHT_CELL);
	assert_at(line_with(" SYN,ACK"), "ESTABLISHED", LEFT_CELL);
	assert_at(line_with(" ACK"), "ESTABLISHED", RIGHT_CELL);
	assert_int_equal(lines(), 5);
}

TEST(a_state_without_a_frame_has_a_row_of_its_own)
{
	timeline_set_cause(timeline, (struct cause){ .timer = "2MSL", .who = WHO_LWIP });
	state(WHO_LWIP, ST_TIME_WAIT, ST_CLOSED);
	timeline_set_cause(timeline, (struct cause){ .timer = "kernel", .who = WHO_KERNEL });
	state(WHO_KERNEL, ST_TIME_WAIT, ST_CLOSED);
	draw_all(&plain);
	assert_int_equal(lines(), 5);
	assert_at(line(1), "timer: 2MSL", LEFT_CELL);
	assert_at(line(2), "CLOSED", LEFT_CELL);
	assert_at(line(3), "timer: kernel", RIGHT_CELL);
	assert_at(line(4), "CLOSED", RIGHT_CELL);
	assert_fits();
}

TEST(two_states_by_one_frame_at_one_end_are_both_shown)
{
	because(frame(WHO_LWIP, SEG_FIN | SEG_ACK, 1, 1, 0));
	state(WHO_KERNEL, ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	state(WHO_KERNEL, ST_FIN_WAIT_2, ST_TIME_WAIT);
	draw_all(&plain);
	assert_int_equal(lines(), 3);
	assert_at(line(1), "FIN_WAIT_2", RIGHT_CELL);
	assert_at(line(1), "FIN,ACK", WIRE_CELL + 3);
	assert_at(line(2), "TIME_WAIT", RIGHT_CELL);
}

TEST(a_state_does_not_go_back_behind_what_happened_since)
{
	struct event *fin = frame(WHO_LWIP, SEG_FIN | SEG_ACK, 1, 1, 0);

	because(NULL);
	story_call(timeline, WHO_KERNEL, "c1", "close", "", NULL);
	because(fin);
	state(WHO_KERNEL, ST_CLOSE_WAIT, ST_LAST_ACK);
	draw_all(&plain);
	assert_int_equal(lines(), 4);
	assert_at(line(1), "LAST_ACK", -1);
	assert_at(line(3), "LAST_ACK", RIGHT_CELL);
}

TEST(a_state_of_another_cause_does_not_join_a_frame)
{
	frame(WHO_KERNEL, SEG_ACK, 1, 1, 0);
	because(story_call(timeline, WHO_LAB, NULL, "clean up", "", NULL));
	state(WHO_LWIP, ST_ESTABLISHED, ST_CLOSED);
	state(WHO_KERNEL, ST_ESTABLISHED, ST_CLOSED);
	draw_all(&plain);
	assert_int_equal(lines(), 5);
	assert_at(line(1), "CLOSED", -1);
	assert_at(line(3), "CLOSED", LEFT_CELL);
	assert_at(line(4), "CLOSED", RIGHT_CELL);
	timeline_event(timeline, 3)->cause = 0;
	timeline_event(timeline, 4)->cause = 0;
	timeline_event(timeline, 2)->kind = EV_VERDICT; /* nothing stands between */
	draw_all(&plain);
	assert_int_equal(lines(), 4);
	assert_at(line(1), "CLOSED", -1);
}

TEST(a_listeners_end_is_not_in_the_row_of_a_connections_segment)
{
	because(story_call(timeline, WHO_KERNEL, "l1", "close", "", NULL));
	story_state(timeline, WHO_KERNEL, "l1", ST_LISTEN, ST_CLOSED);
	frame(WHO_KERNEL, SEG_RST | SEG_ACK, 1, 1, 0);
	state(WHO_KERNEL, ST_ESTABLISHED, ST_CLOSED);
	draw_all(&plain);
	assert_at(line(2), "CLOSED", RIGHT_CELL);
	assert_int_equal(column_of(line(2), "RST"), -1);
	assert_at(line(3), "CLOSED", -1);
	assert_at(line(3), "RST,ACK", WIRE_CELL + 3);
	assert_at(line(4), "CLOSED", RIGHT_CELL);
	assert_int_equal(lines(), 5);
}

TEST(the_end_of_a_time_wait_is_not_in_the_row_of_the_syn_that_ended_it)
{
	because(story_frame(timeline, WHO_LWIP, "c2", SEG_SYN, 0, 0, 0));
	state(WHO_KERNEL, ST_TIME_WAIT, ST_CLOSED);
	story_state(timeline, WHO_KERNEL, "c2", ST_LISTEN, ST_SYN_RCVD);
	draw_all(&plain);
	assert_words(line(1), "SYN seq=0");
	assert_at(line(1), "CLOSED", -1);
	assert_at(line(2), "CLOSED", RIGHT_CELL);
	assert_at(line(3), "SYN_RCVD", RIGHT_CELL);
	assert_int_equal(lines(), 4);
}

TEST(a_frame_of_no_known_cause_has_a_row_of_its_own)
{
	connect_call();
	state(WHO_LWIP, ST_CLOSED, ST_SYN_SENT);
	because(NULL);
	frame(WHO_LWIP, SEG_RST, 1, 0, 0);
	draw_all(&plain);
	assert_int_equal(lines(), 4);
	assert_at(line(2), "SYN_SENT", LEFT_CELL);
	assert_at(line(3), "RST", WIRE_CELL + 3);
}

TEST(times_are_in_milliseconds)
{
	handshake();
	draw_all(&plain);
	assert_string_equal(line(1), "    1.000  tcp_connect(10.9.0.1:7777)");
}

TEST(nothing_after_the_last_event_is_drawn)
{
	handshake();
	draw(&plain, 3);
	assert_int_equal(lines(), 3);
	assert_words(line(2), "SYN_SENT", " SYN seq=0 ");
	assert_at(line(2), "SYN_RCVD", -1);
	draw(&plain, 0);
	assert_int_equal(lines(), 1);
}

/* -- Arrows */

TEST(an_arrow_points_from_the_sender_to_the_receiver)
{
	frame(WHO_LWIP, SEG_ACK, 1, 1, 5);
	frame(WHO_KERNEL, SEG_ACK, 1, 6, 0);
	draw_all(&plain);
	assert_at(line(1), "── ACK seq=1 ack=1 len=5 ─", WIRE_CELL);
	assert_at(line(1), "▶", RIGHT_CELL - 2);
	assert_at(line(2), "◀─ ACK seq=1 ack=6 ─", WIRE_CELL);
	assert_int_equal(text_width(line(1)), RIGHT_CELL - 1);
	assert_int_equal(text_width(line(2)), RIGHT_CELL - 1);
}

TEST(a_dropped_frame_does_not_arrive)
{
	frame(WHO_LWIP, SEG_SYN, 0, 0, 0)->frame.fate = "dropped";
	frame(WHO_KERNEL, SEG_SYN, 0, 0, 0)->frame.fate = "dropped";
	draw_all(&plain);
	assert_at(line(1), "╳", RIGHT_CELL - 2);
	assert_at(line(1), "▶", -1);
	assert_words(line(1), " SYN seq=0, dropped ");
	assert_at(line(2), "╳", WIRE_CELL);
	assert_at(line(2), "◀", -1);
}

TEST(a_held_frame_arrives_where_it_is_released)
{
	struct event *fin = frame(WHO_LWIP, SEG_FIN | SEG_ACK, 1, 1, 0);

	fin->frame.fate = "held";
	frame(WHO_KERNEL, SEG_ACK, 1, 1, 9);
	story_fault(timeline, "release", fin->n, "a held frame goes on");
	because(fin);
	state(WHO_KERNEL, ST_ESTABLISHED, ST_CLOSE_WAIT);
	draw_all(&plain);
	assert_int_equal(lines(), 4);
	assert_at(line(1), "╳", RIGHT_CELL - 2);
	assert_words(line(1), " FIN,ACK seq=1 ack=1, held ");
	assert_at(line(1), "CLOSE_WAIT", -1);
	assert_at(line(3), "┄┄ FIN,ACK seq=1 ack=1, released ┄", WIRE_CELL);
	assert_at(line(3), "▶", RIGHT_CELL - 2);
	assert_at(line(3), "CLOSE_WAIT", RIGHT_CELL);
}

TEST(delayed_and_reordered_frames_arrive_where_they_are_released)
{
	struct event *frames[2] = { frame(WHO_LWIP, SEG_ACK, 1, 1, 0),
				    frame(WHO_LWIP, SEG_ACK, 2, 1, 0) };

	frames[0]->frame.fate = "delayed";
	frames[1]->frame.fate = "reordered";
	story_fault(timeline, "release", frames[0]->n, "a delayed frame goes on");
	story_fault(timeline, "release", frames[1]->n, "a reordered frame goes on");
	draw_all(&plain);
	assert_words(line(1), "ACK seq=1 ack=1, delayed ", "╳");
	assert_words(line(2), "ACK seq=2 ack=1, reordered ", "╳");
	assert_words(line(3), "ACK seq=1 ack=1, released ", "▶");
	assert_words(line(4), "ACK seq=2 ack=1, released ", "▶");
}

TEST(duplicated_and_corrupted_frames_arrive)
{
	frame(WHO_LWIP, SEG_ACK, 1, 1, 0)->frame.fate = "duplicated";
	frame(WHO_LWIP, SEG_ACK, 1, 1, 0)->frame.fate = "corrupted";
	draw_all(&plain);
	assert_words(line(1), "duplicated", "▶");
	assert_words(line(2), "corrupted", "▶");
}

/* -- Notes */

TEST(calls_and_callbacks_stand_in_the_cell_of_their_end)
{
	everything();
	draw_all(&plain);
	assert_at(line_with("tcp_connect"), "tcp_connect(10.9.0.1:7777)", LEFT_CELL);
	assert_at(line_with("‹connected›"), "‹connected›", LEFT_CELL);
	assert_at(line_with("‹err›"), "‹err› ERR_RST", LEFT_CELL);
	assert_at(line_with("listen("), "listen(backlog 4)", RIGHT_CELL);
	line_with("‹recv› 1460 bytes");
	line_with("‹recv› FIN");
	line_with("‹sent› 1460 bytes");
}

/* clang-format off */
TEST(what_the_guard_does_stands_at_lwips_side_in_its_own_name)
{
	story_guarded_handshake(timeline);
	draw_all(&plain);
	assert_string_equal(text,
"  time ms  lwip                                                                 kernel\n"
"    1.000                       ◀─ SYN seq=0 ──────────────────────────────────\n"
"    2.000  guard: answers by a cookie\n"
"    3.000                       ── SYN,ACK seq=0 ack=1 ───────────────────────▶\n"
"    4.000                       ◀─ ACK seq=1 ack=1 ────────────────────────────\n"
"    5.000  guard: valid cookie\n"
"    6.000  SYN_RCVD\n"
"    8.000  ESTABLISHED\n");
	draw_all(&verbose);
	assert_at(line_with("guard: lwIP has it"), "guard", LEFT_CELL);
}
/* clang-format on */

TEST(a_run_in_which_the_guard_acts_is_not_cut)
{
	for (int i = 0; i < 20; i++) {
		because(frame(WHO_KERNEL, SEG_ACK, 1, 1, 0));
		story_guard(timeline, "c1", "forged", "no valid cookie");
	}
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 40);
}

TEST(a_note_too_wide_for_the_right_cell_ends_at_the_margin)
{
	everything();
	draw_all(&plain);
	assert_int_equal(text_width(line_with("recv(256 bytes) = EAGAIN (11)")), LADDER_WIDTH);
}

TEST(what_the_lab_does_goes_across)
{
	everything();
	draw_all(&plain);
	assert_words(line_with("warp"), "┄ warp 120000 ms ┄");
	assert_int_equal(text_width(line_with("warp")), LADDER_WIDTH);
	assert_words(line_with("lost"), "┄ lost: the device did not take this frame ┄");
}

TEST(what_only_prepares_is_for_the_curious)
{
	everything();
	draw_all(&plain);
	assert_null(strstr(text, "socket"));
	assert_null(strstr(text, "‹poll›"));
	assert_null(strstr(text, "ARP"));
	draw_all(&verbose);
	line_with("socket(SOCK_STREAM)");
	line_with("‹poll›");
	line_with("ARP, 42 bytes");
}

TEST(a_preparation_that_failed_is_shown_to_everybody)
{
	struct event *bind =
		story_call(timeline, WHO_LWIP, NULL, "tcp_bind", "10.9.0.2:80", "ERR_USE");

	draw_all(&plain);
	line_with("tcp_bind(10.9.0.2:80) = ERR_USE");
	bind->call.result = "ERR_OK";
	draw_all(&plain);
	assert_int_equal(lines(), 1);
}

TEST(a_preparation_that_something_came_of_is_shown_to_everybody)
{
	because(story_call(timeline, WHO_LWIP, NULL, "tcp_new", "", NULL));
	story_state(timeline, WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED);
	draw_all(&plain);
	line_with("tcp_new()");
}

TEST(verdicts_are_no_part_of_the_ladder)
{
	everything();
	draw_all(&verbose);
	assert_null(strstr(text, "no step"));
}

/* -- Long runs */

TEST(a_run_of_fourteen_is_shown_whole)
{
	exchange(7);
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 14);
	assert_null(strstr(text, "⋮"));
}

TEST(a_longer_run_is_cut_and_counted)
{
	exchange(20);
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 6 + 1 + 3);
	/* Three exchanges at the beginning; one and an acknowledgement at the end. */
	assert_words(line(6), "◀", " ACK seq=1 ack=3001 ");
	assert_words(line(7), "⋮ 31 more segments with 16000 bytes");
	assert_words(line(8), "◀", " ACK seq=1 ack=19001 ");
	assert_words(line(9), " PSH,ACK seq=19001 ack=1 len=1000 ");
	assert_words(line(10), "◀", " ACK seq=1 ack=20001 ");
	assert_fits();
}

TEST(fifteen_are_cut_too)
{
	exchange(7);
	frame(WHO_LWIP, SEG_ACK, 7001, 1, 77);
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 6 + 1 + 3);
	assert_words(line(7), "⋮ 6 more segments with 3000 bytes");
}

/* Something of which the next frame is no part. */
static void reset_by_the_kernel(void)
{
	because(frame(WHO_KERNEL, SEG_RST, 1, 0, 0));
	state(WHO_LWIP, ST_ESTABLISHED, ST_CLOSED);
	because(NULL);
}

TEST(a_run_ends_where_something_happens)
{
	exchange(7);
	reset_by_the_kernel();
	exchange(7);
	frame(WHO_LWIP, SEG_FIN, 1, 0, 0);
	exchange(7);
	frame(WHO_LWIP, SEG_ACK, 1, 1, 0)->frame.fate = "dropped";
	exchange(7);
	story_fault(timeline, "lost", 0, "lwIP's pbuf pool is empty");
	exchange(7);
	timeline_set_cause(timeline, (struct cause){ .timer = "persist", .who = WHO_LWIP });
	exchange(7);
	story_call(timeline, WHO_LAB, NULL, "cut", "", NULL);
	exchange(7);
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 7 * 14 + 6);
}

TEST(every_run_is_cut_for_itself)
{
	exchange(10);
	reset_by_the_kernel();
	exchange(11);
	draw_all(&plain);
	line_with("⋮ 11 more segments with 6000 bytes");
	line_with("⋮ 13 more segments with 7000 bytes");
	assert_int_equal(lines(), 1 + 10 + 1 + 10);
}

TEST(the_verbose_ladder_is_never_cut)
{
	exchange(100);
	draw_all(&verbose);
	assert_int_equal(lines(), 1 + 200);
}

TEST(a_run_of_calls_is_not_cut_in_silence)
{
	for (int i = 0; i < 30; i++)
		story_call(timeline, WHO_KERNEL, "c1", "recv", "256 bytes", "EAGAIN (11)");
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 6 + 1 + 3);
	assert_words(line(7), "⋮ 21 more calls and callbacks");
	assert_fits();
}

TEST(calls_between_the_segments_of_a_run_are_not_counted_as_segments)
{
	for (int i = 0; i < 20; i++) {
		story_callback(timeline, "c1", "recv", "ERR_OK", 1000);
		frame(WHO_KERNEL, SEG_ACK, 1 + (uint32_t)i * 1000, 1, 1000);
	}
	draw_all(&plain);
	assert_int_equal(lines(), 1 + 6 + 1 + 3);
	line_with("⋮ 15 more segments with 15000 bytes");
}

/* -- On an Ethernet segment */

TEST(on_a_segment_the_other_host_of_each_frame_stands_at_the_right)
{
	static const uint8_t arp[42] = { [12] = 0x08, 0x06 };
	struct event *event;

	frame(WHO_OTHERS, SEG_SYN, 0, 0, 0);
	frame(WHO_LWIP, SEG_SYN | SEG_ACK, 0, 1, 0);
	event = timeline_add(timeline, EV_FRAME, WHO_OTHERS, NULL);
	event->frame.bytes = arp;
	event->frame.size = sizeof(arp);
	draw_all(&verbose);
	assert_at(line(0), "others", RIGHT_CELL);
	assert_int_equal(column_of(line(0), "kernel"), -1);
	assert_words(line(1), "◀", "SYN seq=0");
	assert_at(line(1), "10.9.0.1", RIGHT_CELL);
	assert_words(line(2), "SYN,ACK", "▶");
	assert_at(line(2), "10.9.0.1", RIGHT_CELL);
	assert_int_equal(column_of(line(3), "10.9"), -1);
	assert_fits();
}

/* A part of it in which they are silent, too. */
TEST(a_live_host_on_a_segment_names_the_other_host)
{
	struct rows rows;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	frame(WHO_LWIP, SEG_SYN, 0, 0, 0);
	ladder_print_live_header(WHO_OTHERS, &plain, out);
	rows_lay_out_part(&rows, timeline, 1, 1, false);
	rows.has_others = true;
	ladder_print_live_row(&rows, &rows.row[0], &plain, out);
	fclose(out);
	rows_free(&rows);
	assert_words(line(0), "lwip", "others");
	assert_int_equal(column_of(line(1), "10.9.0.1"), column_of(line(0), "others"));
}

/* -- The sheet of paper */

TEST(everything_fits_on_the_page)
{
	everything();
	draw_all(&plain);
	assert_fits();
	draw_all(&verbose);
	assert_fits();
}

/* 1 MiB into a transfer, with any fate. */
TEST(segments_of_a_long_transfer_fit_on_the_page)
{
	struct event *event = frame(WHO_LWIP, SEG_PSH | SEG_ACK, 1047001, 1048577, 1460);

	event->frame.fate = "duplicated";
	frame(WHO_KERNEL, SEG_PSH | SEG_ACK, 1047001, 1048577, 1460)->frame.fate = "corrupted";
	because(event);
	state(WHO_KERNEL, ST_SYN_RCVD, ST_ESTABLISHED);
	draw_all(&plain);
	assert_fits();
}

/* Of a connection whose beginning was not seen. */
TEST(the_longest_segments_fit_on_the_page)
{
	struct event *event =
		frame(WHO_LWIP, SEG_FIN | SEG_PSH | SEG_ACK, UINT32_MAX, UINT32_MAX, 65535);

	event->frame.fate = "duplicated";
	because(event);
	state(WHO_KERNEL, ST_SYN_RCVD, ST_ESTABLISHED);
	draw_all(&plain);
	assert_fits();
}

TEST(an_address_of_ipv6_fits_on_the_page)
{
	story_call(timeline, WHO_KERNEL, "c1", "connect",
		   "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "EINPROGRESS (115)");
	story_call(timeline, WHO_LWIP, "c1", "tcp_connect",
		   "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "ERR_RTE");
	draw_all(&plain);
	assert_fits();
}

TEST(the_longest_calls_fit_on_the_page)
{
	static char args[161];

	memset(args, 'a', sizeof(args) - 1); /* as long as lab_call() lets them be */
	story_call(timeline, WHO_LWIP, "c1", "tcp_write", args, "ERR_MEM");
	story_call(timeline, WHO_LAB, NULL, "warp", args, NULL);
	story_fault(timeline, "lost", 0, args);
	draw_all(&plain);
	assert_fits();
}

TEST(without_colour_there_are_no_escape_sequences)
{
	everything();
	draw_all(&plain);
	assert_null(strchr(text, '\033'));
}

/* -- Colour */

/* Takes the escape sequences out; fails unless each line ends as it began. */
static void strip_colours(char *out)
{
	bool on = false;

	for (const char *c = text; *c != '\0';) {
		if (*c == '\n')
			assert_false(on);
		if (*c != '\033') {
			*out++ = *c++;
			continue;
		}
		assert_int_equal(c[1], '[');
		if (strncmp(c, "\033[0m", 4) == 0) {
			assert_true(on);
			on = false;
		} else {
			assert_false(on);
			on = true;
		}
		c += strcspn(c, "m") + 1;
	}
	assert_false(on);
	*out = '\0';
}

static void check_colours(const struct style *with, const struct style *without)
{
	char *stripped;

	draw_all(with);
	assert_non_null(strchr(text, '\033'));
	stripped = malloc(strlen(text) + 1);
	assert_non_null(stripped);
	strip_colours(stripped);
	draw_all(without);
	assert_string_equal(stripped, text);
	free(stripped);
}

TEST(colours_begin_and_end_in_their_line_and_change_nothing_else)
{
	everything();
	check_colours(&colour, &plain);
	check_colours(&colour_verbose, &verbose);
}

TEST(what_is_lost_or_reset_is_red)
{
	frame(WHO_LWIP, SEG_SYN, 0, 0, 0)->frame.fate = "dropped";
	frame(WHO_LWIP, SEG_RST, 1, 0, 0);
	frame(WHO_LWIP, SEG_ACK, 1, 0, 0);
	draw_all(&colour);
	assert_words(line(1), "\033[1;31m──", "╳\033[0m");
	assert_words(line(2), "\033[1;31m──", "▶\033[0m");
	assert_null(strstr(line(3), "\033[1;31m"));
}

/* -- Style */

TEST(width_counts_characters)
{
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("─▶‹ä›"), 5);
}

static const char *cut(const char *whole, size_t columns)
{
	static char copy[64];

	snprintf(copy, sizeof(copy), "%s", whole);
	text_cut(copy, columns);
	return copy;
}

TEST(a_text_that_fits_is_not_cut)
{
	assert_string_equal(cut("", 5), "");
	assert_string_equal(cut("abcde", 5), "abcde");
	assert_string_equal(cut("─▶‹ä›", 5), "─▶‹ä›");
	assert_string_equal(cut("abc", 5), "abc");
}

TEST(a_text_that_does_not_fit_ends_in_dots)
{
	assert_string_equal(cut("abcdefghij", 5), "abcd…");
	assert_string_equal(cut("abcdefghij", 1), "…");
	assert_string_equal(cut("─▶‹ä›─▶", 5), "─▶‹ä…");
	assert_string_equal(cut("─▶‹ä›─▶", 4), "─▶‹…");
	for (size_t columns = 1; columns < 10; columns++)
		assert_in_range(text_width(cut("abcdefghij", columns)), 1, columns);
}

TEST(dots_tell_of_every_cut)
{
	assert_words(cut("abcdef", 5), "…");
	assert_words(cut("äb", 1), "…");
}

TEST(paint_is_nothing_without_colour)
{
	for (int paint = PAINT_NONE; paint <= PAINT_DIM; paint++) {
		assert_string_equal(paint_on(&plain, (enum paint)paint), "");
		assert_string_equal(paint_off(&plain, (enum paint)paint), "");
		assert_int_equal(paint_on(&colour, (enum paint)paint)[0] == '\033',
				 paint != PAINT_NONE);
		assert_string_equal(paint_off(&colour, (enum paint)paint),
				    paint == PAINT_NONE ? "" : "\033[0m");
	}
}

int main(void)
{
#define LADDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	static const struct CMUnitTest tests[] = {
		LADDER_TEST(an_empty_timeline_has_a_header_only),
		LADDER_TEST(a_handshake_looks_like_the_one_in_the_book),
		LADDER_TEST(states_stand_in_the_row_of_their_frame),
		LADDER_TEST(a_state_without_a_frame_has_a_row_of_its_own),
		LADDER_TEST(two_states_by_one_frame_at_one_end_are_both_shown),
		LADDER_TEST(a_state_does_not_go_back_behind_what_happened_since),
		LADDER_TEST(a_state_of_another_cause_does_not_join_a_frame),
		LADDER_TEST(a_listeners_end_is_not_in_the_row_of_a_connections_segment),
		LADDER_TEST(the_end_of_a_time_wait_is_not_in_the_row_of_the_syn_that_ended_it),
		LADDER_TEST(a_frame_of_no_known_cause_has_a_row_of_its_own),
		LADDER_TEST(times_are_in_milliseconds),
		LADDER_TEST(nothing_after_the_last_event_is_drawn),
		LADDER_TEST(an_arrow_points_from_the_sender_to_the_receiver),
		LADDER_TEST(a_dropped_frame_does_not_arrive),
		LADDER_TEST(a_held_frame_arrives_where_it_is_released),
		LADDER_TEST(delayed_and_reordered_frames_arrive_where_they_are_released),
		LADDER_TEST(duplicated_and_corrupted_frames_arrive),
		LADDER_TEST(calls_and_callbacks_stand_in_the_cell_of_their_end),
		LADDER_TEST(what_the_guard_does_stands_at_lwips_side_in_its_own_name),
		LADDER_TEST(a_run_in_which_the_guard_acts_is_not_cut),
		LADDER_TEST(a_note_too_wide_for_the_right_cell_ends_at_the_margin),
		LADDER_TEST(what_the_lab_does_goes_across),
		LADDER_TEST(what_only_prepares_is_for_the_curious),
		LADDER_TEST(a_preparation_that_failed_is_shown_to_everybody),
		LADDER_TEST(a_preparation_that_something_came_of_is_shown_to_everybody),
		LADDER_TEST(verdicts_are_no_part_of_the_ladder),
		LADDER_TEST(a_run_of_fourteen_is_shown_whole),
		LADDER_TEST(a_longer_run_is_cut_and_counted),
		LADDER_TEST(fifteen_are_cut_too),
		LADDER_TEST(a_run_ends_where_something_happens),
		LADDER_TEST(every_run_is_cut_for_itself),
		LADDER_TEST(the_verbose_ladder_is_never_cut),
		LADDER_TEST(a_run_of_calls_is_not_cut_in_silence),
		LADDER_TEST(calls_between_the_segments_of_a_run_are_not_counted_as_segments),
		LADDER_TEST(on_a_segment_the_other_host_of_each_frame_stands_at_the_right),
		LADDER_TEST(a_live_host_on_a_segment_names_the_other_host),
		LADDER_TEST(everything_fits_on_the_page),
		LADDER_TEST(segments_of_a_long_transfer_fit_on_the_page),
		LADDER_TEST(the_longest_segments_fit_on_the_page),
		LADDER_TEST(an_address_of_ipv6_fits_on_the_page),
		LADDER_TEST(the_longest_calls_fit_on_the_page),
		LADDER_TEST(without_colour_there_are_no_escape_sequences),
		LADDER_TEST(colours_begin_and_end_in_their_line_and_change_nothing_else),
		LADDER_TEST(what_is_lost_or_reset_is_red),
		LADDER_TEST(width_counts_characters),
		LADDER_TEST(a_text_that_fits_is_not_cut),
		LADDER_TEST(a_text_that_does_not_fit_ends_in_dots),
		LADDER_TEST(dots_tell_of_every_cut),
		LADDER_TEST(paint_is_nothing_without_colour),
	};

	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
