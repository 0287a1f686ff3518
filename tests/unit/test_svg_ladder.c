/* SPDX-License-Identifier: BSD-3-Clause */
#include "pictures.h"

#include "show/svg_ladder.h"
#include "story.h"

static struct timeline *timeline;
static struct svg_ladder ladder;
static char *svg;

FIXTURE(make_empty)
{
	timeline = timeline_new(story_no_time);
	ladder = (struct svg_ladder){ .timeline = timeline,
				      .name = "close/lwip",
				      .title = "Close",
				      .role = { "client", "server" } };
	svg = NULL;
	return 0;
}

FIXTURE(free_all)
{
	timeline_free(timeline);
	free(svg);
	return 0;
}

/* Draws all events, the nth of which happens after n ms. */
static void draw(void)
{
	free(svg);
	ladder.last = timeline_count(timeline);
	for (uint32_t n = 1; n <= ladder.last; n++)
		timeline_event(timeline, n)->t_ns = n * 1000000ull;
	svg = WRITTEN(out, svg_ladder_embed(&ladder, out));
	assert_balanced(svg);
}

static struct event *frame(enum who sender, uint8_t flags, uint16_t length)
{
	return story_frame(timeline, sender, "c1", flags, 1, 1, length);
}

/* Arrows that come to their receiver: their heads. */
static int arrivals(void)
{
	return count_in(svg, "m0 0l-9 -4.2v8z") + count_in(svg, "m0 0l9 -4.2v8z");
}

/* The row that has this in it, from its first tag to its last. */
static const char *row_with(const char *words)
{
	static char row[2048];
	const char *at = strstr(svg, words), *begin = svg, *next;
	size_t length;

	if (at == NULL)
		fail_msg("'%s' is not in\n%s", words, svg);
	while ((next = strstr(begin + 1, "<g class=\"row")) != NULL && next < at)
		begin = next;
	next = strstr(begin, "</g>\n");
	length = next == NULL ? strlen(begin) : (size_t)(next - begin);
	assert_true(length < sizeof(row));
	memcpy(row, begin, length);
	row[length] = '\0';
	return row;
}

TEST(an_empty_ladder_has_two_ends_and_no_row)
{
	draw();
	assert_words(svg, "class=\"end lwip\"", ">lwIP<", ">client<", "class=\"end kernel\"",
		     ">kernel<", ">server<");
	assert_int_equal(count_in(svg, "class=\"row"), 0);
	assert_int_equal(count_in(svg, "class=\"b s11\""), 2); /* nobody knows their states */
}

TEST(every_frame_is_an_arrow_towards_its_receiver)
{
	frame(WHO_LWIP, SEG_SYN, 0);
	frame(WHO_KERNEL, SEG_SYN | SEG_ACK, 0);
	frame(WHO_LWIP, SEG_ACK, 0);
	draw();
	assert_int_equal(count_in(svg, "class=\"row"), 3);
	assert_int_equal(arrivals(), 3);
	assert_int_equal(count_in(svg, "m0 0l-9 "), 2); /* two to the right */
	assert_words(row_with(">SYN<"), "seq=1", "m0 0l-9 ");
	assert_words(row_with(">SYN,ACK<"), "seq=1 ack=1", "m0 0l9 ");
}

TEST(a_dropped_frame_ends_in_a_cross)
{
	frame(WHO_LWIP, SEG_SYN, 0)->frame.fate = "dropped";
	frame(WHO_KERNEL, SEG_SYN, 0)->frame.fate = "dropped";
	draw();
	assert_int_equal(arrivals(), 0);
	assert_int_equal(count_in(svg, "class=\"a bad x\""), 2);
	assert_int_equal(count_in(svg, "m-5 -5l10 10m0 -10l-10 10"), 2);
	assert_int_equal(count_in(svg, ">dropped<"), 2);
}

TEST(a_held_frame_waits_and_goes_on)
{
	struct event *fin = frame(WHO_LWIP, SEG_FIN | SEG_ACK, 0);

	fin->frame.fate = "held";
	draw();
	assert_int_equal(arrivals(), 0);
	assert_int_equal(count_in(svg, "class=\"hold\""), 0);
	story_call(timeline, WHO_KERNEL, "c1", "close", "", NULL);
	story_fault(timeline, "release", fin->n, "a held frame goes on");
	draw();
	assert_int_equal(arrivals(), 1);
	assert_words(svg, "class=\"hold\"", "data-a=\"0\" data-b=\"2\"", ">held<", ">released<");
}

TEST(what_the_wire_does_to_a_frame_is_marked)
{
	frame(WHO_LWIP, SEG_ACK, 7)->frame.fate = "duplicated";
	frame(WHO_LWIP, SEG_ACK, 8)->frame.fate = "corrupted";
	frame(WHO_LWIP, SEG_RST, 0);
	draw();
	assert_int_equal(arrivals(), 3);
	assert_int_equal(count_in(row_with(">duplicated<"), "<path class=\"a\""), 2);
	assert_words(row_with(">corrupted<"), "class=\"a hurt\"");
	assert_words(row_with(">RST<"), "class=\"a bad\"");
}

TEST(a_band_shows_each_state_from_one_transition_to_the_next)
{
	struct event *call = story_call(timeline, WHO_LWIP, "c1", "tcp_connect", "", "ERR_OK");

	story_because(timeline, call);
	story_state(timeline, WHO_LWIP, "c1", ST_CLOSED, ST_SYN_SENT);
	story_because(timeline, frame(WHO_LWIP, SEG_SYN, 0));
	story_state(timeline, WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD);
	draw();
	/* Left: CLOSED until the second row, SYN_SENT until the end; right: LISTEN, SYN_RCVD. */
	assert_words(svg, "class=\"b s0\"", "data-a=\"-1\" data-b=\"1\"", ">CLOSED<",
		     "class=\"b s2\"", "data-a=\"1\" data-b=\"2\"", ">SYN_SENT<", "class=\"b s1\"",
		     "data-a=\"-1\" data-b=\"1\"", ">LISTEN<", "class=\"b s3\"", ">SYN_RCVD<");
	assert_int_equal(count_in(svg, "class=\"b s"), 4);
}

TEST(several_connections_are_told_apart)
{
	story_state(timeline, WHO_LWIP, "c1", ST_CLOSED, ST_SYN_SENT);
	story_call(timeline, WHO_LWIP, "c1", "wait", "", NULL);
	draw();
	assert_int_equal(count_in(svg, ">c1</text>"), 0);
	story_state(timeline, WHO_LWIP, "c2", ST_CLOSED, ST_SYN_SENT);
	draw();
	assert_int_equal(count_in(svg, ">c1</text>"), 1);
}

TEST(calls_stand_at_their_side_and_what_the_lab_does_across)
{
	story_call(timeline, WHO_LWIP, "c1", "tcp_close", "", "ERR_OK");
	story_call(timeline, WHO_KERNEL, "c1", "close", "", NULL);
	story_callback(timeline, "c1", "recv", "ERR_OK", 0);
	story_call(timeline, WHO_LAB, NULL, "warp", "121000 ms", NULL);
	draw();
	assert_words(svg, "<text class=\"n\" ", ">tcp_close()</text>", "<text class=\"n r\" ",
		     ">close()</text>", "<text class=\"n q\" ", ">‹recv› FIN</text>",
		     "class=\"row warp\"", ">warp 121000 ms</text>");
}

TEST(what_the_guard_does_is_marked_as_its_own)
{
	story_guarded_handshake(timeline);
	draw();
	assert_words(row_with(">guard: valid cookie<"), "<title>#5 lwip guard: valid cookie (c1)",
		     "cause: #4 kernel sends ACK seq=1 ack=1", "class=\"n g\"");
	assert_words(row_with(">SYN,ACK<"), "cause: #2 lwip guard: answers by a cookie");
	assert_words(svg, "#6 lwip LISTEN → SYN_RCVD", "cause: #5 lwip guard: valid cookie");
	assert_int_equal(count_in(svg, "class=\"n g\""), 2);
}

TEST(details_are_in_the_title)
{
	struct event *sent = frame(WHO_LWIP, SEG_SYN, 0), *state;

	sent->frame.segment.window = 4711;
	sent->frame.segment.mss = 1460;
	sent->frame.segment.wscale = 2;
	sent->frame.segment.sack_permitted = true;
	sent->frame.segment.timestamps = true;
	sent->frame.segment.tsval = 99;
	story_because(timeline, sent);
	state = story_state(timeline, WHO_KERNEL, "c1", ST_LISTEN, ST_SYN_RCVD);
	draw();
	assert_words(row_with(">SYN<"), "<title>#1 lwip sends SYN",
		     "10.9.0.2:49152 → 10.9.0.1:7777", "window 4711",
		     "options: MSS 1460 window scale 2 SACK permitted timestamps 99, 0",
		     "at 1.000 ms", "#2 kernel LISTEN → SYN_RCVD", "seen by tracepoint",
		     "cause: #1 lwip sends SYN");
	state->state.func = "tcp_process";
	state->state.line = 877;
	draw();
	assert_words(row_with(">SYN<"), "in tcp_process(), line 877");
}

TEST(markup_in_texts_is_escaped)
{
	ladder.title = "a < b & \"c\" > d";
	ladder.name = "<x>";
	ladder.role[WHO_LWIP] = "<&>";
	story_call(timeline, WHO_LWIP, "c1", "f", "<b> & \"q\"", "ERR_OK");
	story_call(timeline, WHO_LWIP, "c1", "g", "\x01\xff", "ERR_OK");
	draw();
	free(svg);
	svg = WRITTEN(out, svg_ladder_write(&ladder, out));
	assert_balanced(svg);
	assert_words(svg, "aria-label=\"ladder of &lt;x&gt;\"",
		     "a &lt; b &amp; &quot;c&quot; &gt; d", "&lt;&amp;&gt;",
		     "f(&lt;b&gt; &amp; &quot;q&quot;)", "g(\xef\xbf\xbd\xef\xbf\xbd)");
}

TEST(a_long_run_is_cut_as_in_the_text)
{
	for (int i = 0; i < 20; i++)
		frame(WHO_LWIP, SEG_ACK, 100);
	draw();
	assert_int_equal(count_in(svg, "class=\"row"), 6 + 1 + 3);
	assert_int_equal(arrivals(), 9);
	assert_words(svg, "⋮ 11 more segments with 1100 bytes");
	ladder.verbose = true;
	draw();
	assert_int_equal(arrivals(), 20);
}

TEST(time_that_passes_is_shown)
{
	story_call(timeline, WHO_LAB, NULL, "warp", "8000000 ms", NULL);
	story_call(timeline, WHO_LWIP, "c1", "later", "", NULL)->v_ns = 2750000000;
	story_call(timeline, WHO_LWIP, "c1", "last", "", NULL)->v_ns = 7202750000000;
	draw();
	assert_words(svg, "data-ms=\"2750\"", ">+2.75 s<", "data-ms=\"7200000\"", ">+2 h<");
	assert_int_equal(count_in(svg, "class=\"gap\""), 2);
}

TEST(a_file_of_its_own_has_its_style_and_needs_nothing_else)
{
	frame(WHO_LWIP, SEG_SYN, 0);
	draw();
	assert_null(strstr(svg, "<style>"));
	assert_null(strstr(svg, "xmlns"));
	free(svg);
	svg = WRITTEN(out, svg_ladder_write(&ladder, out));
	assert_balanced(svg);
	assert_words(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\"", "<style>",
		     "prefers-color-scheme:dark", ".ladder .s4 rect", "</style>", ">Close<",
		     ">close/lwip<");
	assert_int_equal(count_in(svg, "http"), 1);
	assert_null(strstr(svg, "url("));
}

int main(void)
{
#define SVG_TEST(test) cmocka_unit_test_setup_teardown(test, make_empty, free_all)
	static const struct CMUnitTest tests[] = {
		SVG_TEST(an_empty_ladder_has_two_ends_and_no_row),
		SVG_TEST(every_frame_is_an_arrow_towards_its_receiver),
		SVG_TEST(a_dropped_frame_ends_in_a_cross),
		SVG_TEST(a_held_frame_waits_and_goes_on),
		SVG_TEST(what_the_wire_does_to_a_frame_is_marked),
		SVG_TEST(a_band_shows_each_state_from_one_transition_to_the_next),
		SVG_TEST(several_connections_are_told_apart),
		SVG_TEST(calls_stand_at_their_side_and_what_the_lab_does_across),
		SVG_TEST(what_the_guard_does_is_marked_as_its_own),
		SVG_TEST(details_are_in_the_title),
		SVG_TEST(markup_in_texts_is_escaped),
		SVG_TEST(a_long_run_is_cut_as_in_the_text),
		SVG_TEST(time_that_passes_is_shown),
		SVG_TEST(a_file_of_its_own_has_its_style_and_needs_nothing_else),
	};

	return cmocka_run_group_tests_name("svg_ladder", tests, NULL, NULL);
}
