/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/eventfd.h>

#include "judge/judge.h"
#include "lwip/init.h"
#include "story.h"

/* -- Two ends that nothing is behind: their connections go where a test sends them */

static ssize_t to_be_read[8]; /* what recv answers, one after the other; the last for ever */
static int reads;

static ssize_t scripted_recv(struct conn *conn, void *data, size_t size)
{
	ssize_t answer = to_be_read[reads];

	(void)conn;
	assert_true(answer <= (ssize_t)size);
	if (answer > 0)
		memset(data, 'x', (size_t)answer);
	if (to_be_read[reads + 1] != 0 || answer > 0)
		reads++;
	return answer;
}

static void nothing_to_dispose(struct end *end)
{
	(void)end;
}

static const struct end_ops lwip_ops = {
	.who = WHO_LWIP,
	.conn_size = sizeof(struct conn),
	.recv = scripted_recv,
	.dispose = nothing_to_dispose,
};
static const struct end_ops kernel_ops = {
	.who = WHO_KERNEL,
	.conn_size = sizeof(struct conn),
	.recv = scripted_recv,
	.dispose = nothing_to_dispose,
};

static struct lab lab;
static struct end *lwip, *kernel;

static struct end *open_end(const struct end_ops *ops)
{
	struct end *end = calloc(1, sizeof(*end));

	assert_non_null(end);
	end->ops = ops;
	end->lab = &lab;
	return end;
}

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

/* An empty timeline, and a device without frames: what lab_wait() looks at. */
FIXTURE(open_ends)
{
	memset(&lab, 0, sizeof(lab));
	lab.timeline = timeline_new(story_no_time);
	lab.stack = &stack_here;
	lab.patience_ms = LAB_PATIENCE_MS;
	lab.netif.state = &lab.device.tap;
	lab.netif.mtu = 1500;
	lab.device.tap.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); /* never readable */
	lab.device.tap.ether.link = mnl_socket_open(NETLINK_ROUTE);
	assert_non_null(lab.device.tap.ether.link);
	lwip = open_end(&lwip_ops);
	kernel = open_end(&kernel_ops);
	memset(to_be_read, 0, sizeof(to_be_read));
	reads = 0;
	return 0;
}

FIXTURE(close_ends)
{
	end_close(lwip);
	end_close(kernel);
	tapif_close(&lab.device.tap);
	timeline_free(lab.timeline);
	return 0;
}

static struct conn *closed(struct end *end)
{
	struct endpoint local = LWIP_SIDE(49152), remote = KERNEL_SIDE(7777);
	struct conn *conn = end_add_conn(end, &local, &remote, false);

	conn->name = "c1";
	return conn;
}

static struct conn *passive(struct end *end)
{
	struct endpoint local = LWIP_SIDE(7777), remote = KERNEL_SIDE(49152);
	struct conn *conn = end_add_conn(end, &local, &remote, true);

	conn->name = "c1";
	return conn;
}

static void walk_states(struct conn *conn, const int *states)
{
	for (; *states != PATH_END; states++)
		conn_enter(conn, (enum state) * states, SRC_HOOK, "test", 1);
}

#define walk(conn, ...) walk_states((conn), (const int[]){ __VA_ARGS__, PATH_END })

static struct conn *established(struct end *end)
{
	struct conn *conn = closed(end);

	walk(conn, ST_SYN_SENT, ST_ESTABLISHED);
	return conn;
}

static struct conn *time_wait(struct end *end)
{
	struct conn *conn = established(end);

	walk(conn, ST_FIN_WAIT_1, ST_FIN_WAIT_2, ST_TIME_WAIT);
	return conn;
}

static const struct event *last_event(void)
{
	return timeline_event(lab.timeline, timeline_count(lab.timeline));
}

static void assert_holds(void)
{
	assert_int_equal(last_event()->kind, EV_VERDICT);
	assert_int_equal(last_event()->who, WHO_LAB);
	if (!last_event()->verdict.holds)
		fail_msg("%s", last_event()->verdict.text);
}

#define assert_fails(...)                                              \
	do {                                                           \
		assert_int_equal(last_event()->kind, EV_VERDICT);      \
		assert_false(last_event()->verdict.holds);             \
		assert_words(last_event()->verdict.text, __VA_ARGS__); \
	} while (0)

static void assert_absent(const char *word)
{
	if (strstr(last_event()->verdict.text, word) != NULL)
		fail_msg("'%s' is in:\n%s", word, last_event()->verdict.text);
}

/* -- Paths */

TEST(the_exact_path_holds)
{
	struct conn *conn = time_wait(lwip);

	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2,
		    ST_TIME_WAIT);
	assert_holds();
	assert_string_equal(last_event()->conn, "c1");
	assert_string_equal(last_event()->verdict.text,
			    "lwip goes CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → "
			    "FIN_WAIT_2 → TIME_WAIT");
}

TEST(a_passive_connection_comes_from_listen)
{
	struct conn *conn = passive(kernel);

	walk(conn, ST_SYN_RCVD, ST_ESTABLISHED);
	expect_path(conn, ST_LISTEN, ST_SYN_RCVD, ST_ESTABLISHED);
	assert_holds();
	assert_words(last_event()->verdict.text, "kernel goes LISTEN → SYN_RCVD → ESTABLISHED");
	expect_path(conn, ST_CLOSED, ST_SYN_RCVD, ST_ESTABLISHED);
	assert_fails("LISTEN", "after the beginning");
}

TEST(staying_in_a_state_is_no_step)
{
	struct conn *conn = established(lwip);

	walk(conn, ST_ESTABLISHED, ST_ESTABLISHED);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED);
	assert_holds();
}

TEST(a_missing_state_fails)
{
	struct conn *conn = established(lwip);

	walk(conn, ST_FIN_WAIT_1, ST_TIME_WAIT);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2,
		    ST_TIME_WAIT);
	assert_fails("lwip goes CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → FIN_WAIT_2 → "
		     "TIME_WAIT\n",
		     "went CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → TIME_WAIT\n",
		     "missing FIN_WAIT_2 after FIN_WAIT_1");
}

TEST(an_extra_state_fails)
{
	struct conn *conn = time_wait(lwip);

	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_TIME_WAIT);
	assert_fails("extra FIN_WAIT_2 after FIN_WAIT_1");
}

TEST(a_reordered_state_fails)
{
	struct conn *conn = time_wait(lwip);

	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_2, ST_FIN_WAIT_1,
		    ST_TIME_WAIT);
	assert_fails("missing FIN_WAIT_2 after ESTABLISHED");
}

TEST(another_state_fails)
{
	struct conn *conn = established(lwip);

	walk(conn, ST_CLOSE_WAIT);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1);
	assert_fails("CLOSE_WAIT instead of FIN_WAIT_1 after ESTABLISHED");
}

TEST(a_state_that_comes_again_fails)
{
	struct conn *conn = established(lwip);

	walk(conn, ST_SYN_SENT);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1);
	assert_fails("SYN_SENT instead of FIN_WAIT_1 after ESTABLISHED");
}

TEST(a_shorter_path_fails)
{
	struct conn *conn = established(lwip);

	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	assert_fails("missing FIN_WAIT_1 after ESTABLISHED");
}

TEST(a_longer_path_fails)
{
	struct conn *conn = time_wait(lwip);

	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	assert_fails("extra TIME_WAIT after FIN_WAIT_2");
}

TEST(another_beginning_fails)
{
	struct conn *conn = established(lwip);

	expect_path(conn, ST_LISTEN, ST_SYN_SENT, ST_ESTABLISHED);
	assert_fails("CLOSED instead of LISTEN after the beginning");
}

TEST(a_connection_that_went_nowhere_fails)
{
	struct conn *conn = closed(lwip);

	story_call(lab.timeline, WHO_LWIP, "c1", "tcp_connect", "", NULL);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT);
	assert_fails("no transition was seen");
}

static int judge_on_empty_timeline(void *context)
{
	expect_path(closed(context), ST_CLOSED, ST_SYN_SENT);
	return timeline_count(lab.timeline) != 1 || last_event()->verdict.holds;
}

TEST(a_path_on_an_empty_timeline_fails)
{
	assert_int_equal(in_child(judge_on_empty_timeline, lwip), 0);
}

static int judge_nameless(void *context)
{
	struct conn *conn = closed(context);

	conn->name = NULL;
	expect_path(conn, ST_CLOSED, ST_SYN_SENT);
	return last_event()->verdict.holds;
}

TEST(the_path_of_a_connection_that_never_got_a_name_fails)
{
	story_frame(lab.timeline, WHO_LWIP, "c2", SEG_SYN, 0, 0, 0);
	assert_int_equal(in_child(judge_nameless, lwip), 0);
}

TEST(each_end_has_its_own_path)
{
	struct conn *client = closed(lwip), *server = passive(kernel), *other = closed(lwip);

	other->name = "c2";
	walk(client, ST_SYN_SENT);
	walk(server, ST_SYN_RCVD);
	walk(other, ST_SYN_SENT, ST_CLOSED);
	walk(client, ST_ESTABLISHED);
	walk(server, ST_ESTABLISHED);
	expect_path(client, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED);
	assert_holds();
	expect_path(server, ST_LISTEN, ST_SYN_RCVD, ST_ESTABLISHED);
	assert_holds();
	expect_path(other, ST_CLOSED, ST_SYN_SENT, ST_CLOSED);
	assert_holds();
}

TEST(an_entry_for_the_other_stack_does_not_count)
{
	struct conn *at_lwip = time_wait(lwip), *at_kernel = time_wait(kernel);

	walk(at_lwip, ST_CLOSED);
	expect_path(at_lwip, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2,
		    ON_KERNEL(ST_CLOSING), ST_TIME_WAIT, ON_LWIP(ST_CLOSED));
	assert_holds();
	assert_absent("CLOSING");
	expect_path(at_kernel, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1,
		    ON_KERNEL(ST_FIN_WAIT_2), ST_TIME_WAIT, ON_LWIP(ST_CLOSED));
	assert_holds();
	expect_path(at_lwip, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2,
		    ST_TIME_WAIT, ON_KERNEL(ST_CLOSED));
	assert_fails("extra CLOSED after TIME_WAIT");
	expect_path(at_kernel, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, ST_FIN_WAIT_2,
		    ST_TIME_WAIT, ON_KERNEL(ST_CLOSED));
	assert_fails("missing CLOSED after TIME_WAIT");
}

#define CLOSE_THROUGH(conn)                                                        \
	expect_path((conn), ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1, \
		    THROUGH(ST_FIN_WAIT_2), ST_TIME_WAIT)

TEST(an_end_that_sees_each_transition_must_have_gone_through)
{
	struct conn *with = time_wait(lwip), *without = established(kernel);

	walk(without, ST_FIN_WAIT_1, ST_TIME_WAIT);
	CLOSE_THROUGH(with);
	assert_holds();
	CLOSE_THROUGH(without);
	assert_fails("missing FIN_WAIT_2 after FIN_WAIT_1");
}

TEST(an_end_that_only_looks_may_have_gone_through)
{
	struct conn *with = time_wait(lwip), *without = established(kernel);

	lwip->snapshots = kernel->snapshots = true;
	walk(without, ST_FIN_WAIT_1, ST_TIME_WAIT);
	CLOSE_THROUGH(with);
	assert_holds();
	CLOSE_THROUGH(without);
	assert_holds();
}

TEST(what_is_not_gone_through_is_required_of_every_end)
{
	struct conn *conn = established(kernel);

	kernel->snapshots = true;
	walk(conn, ST_FIN_WAIT_1, ST_TIME_WAIT);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, THROUGH(ST_FIN_WAIT_1),
		    ST_FIN_WAIT_2, ST_TIME_WAIT);
	assert_fails("missing FIN_WAIT_2 after FIN_WAIT_1");
}

TEST(going_through_can_be_asked_of_one_stack)
{
	struct conn *at_lwip = established(lwip), *at_kernel = established(kernel);

	walk(at_lwip, ST_FIN_WAIT_1, ST_TIME_WAIT);
	walk(at_kernel, ST_FIN_WAIT_1, ST_TIME_WAIT);
	expect_path(at_lwip, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1,
		    ON_KERNEL(THROUGH(ST_FIN_WAIT_2)), ST_TIME_WAIT);
	assert_holds();
	expect_path(at_kernel, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1,
		    ON_KERNEL(THROUGH(ST_FIN_WAIT_2)), ST_TIME_WAIT);
	assert_fails("missing FIN_WAIT_2");
	kernel->snapshots = true;
	expect_path(at_kernel, ST_CLOSED, ST_SYN_SENT, ST_ESTABLISHED, ST_FIN_WAIT_1,
		    ON_KERNEL(THROUGH(ST_FIN_WAIT_2)), ST_TIME_WAIT);
	assert_holds();
}

/* -- The frames around */

/* Data segments of a connection, from a first sequence number on. */
static void frames(const char *conn, uint32_t first, uint32_t last)
{
	for (uint32_t seq = first; seq <= last; seq++)
		story_frame(lab.timeline, WHO_LWIP, conn, SEG_ACK, seq, 1, 10);
}

TEST(three_frames_before_and_after_the_place_are_shown)
{
	struct conn *conn = closed(lwip);

	walk(conn, ST_SYN_SENT);
	frames("c1", 10, 14);
	walk(conn, ST_ESTABLISHED);
	frames("c1", 20, 24);
	expect_path(conn, ST_CLOSED, ST_SYN_SENT, ST_SYN_RCVD);
	assert_fails("ESTABLISHED instead of SYN_RCVD after SYN_SENT\n",
		     "#4 lwip sends ACK seq=12 ", "\n#5 lwip sends ACK seq=13 ",
		     "\n#6 lwip sends ACK seq=14 ", "\n#7 lwip SYN_SENT → ESTABLISHED",
		     "\n#8 lwip sends ACK seq=20 ", "\n#9 lwip sends ACK seq=21 ",
		     "\n#10 lwip sends ACK seq=22 ");
	assert_absent("seq=11");
	assert_absent("seq=23");
}

TEST(frames_and_transitions_of_other_connections_are_not_shown)
{
	struct conn *conn = closed(lwip), *other = closed(lwip);

	other->name = "c2";
	frames("c1", 10, 10);
	walk(conn, ST_SYN_SENT);
	frames("c2", 20, 20);
	walk(other, ST_LISTEN);
	timeline_add(lab.timeline, EV_FRAME, WHO_KERNEL, NULL);
	expect_path(conn, ST_CLOSED, ST_SYN_RCVD);
	assert_fails("#1 lwip sends ACK seq=10 ");
	assert_absent("seq=20");
	assert_absent("LISTEN");
	assert_absent("ARP");
}

TEST(frames_of_other_connections_do_not_hide_those_of_this_one)
{
	struct conn *conn = closed(lwip);

	frames("c1", 10, 10);
	frames("c2", 20, 24);
	walk(conn, ST_SYN_SENT);
	frames("c2", 30, 34);
	frames("c1", 40, 40);
	expect_path(conn, ST_CLOSED, ST_SYN_RCVD);
	assert_fails("lwip sends ACK seq=10 ", "lwip sends ACK seq=40 ");
}

TEST(a_verdict_that_gets_too_long_is_cut)
{
	static int path[64];
	struct conn *conn = closed(lwip);

	for (int i = 0; i < 60; i++) {
		path[i] = i % 2 == 0 ? ST_ESTABLISHED : ST_FIN_WAIT_1;
		frames("c1", 4000000000u, 4000000000u);
		walk(conn, path[i]);
	}
	path[60] = PATH_END;
	judge_path(conn, path);
	assert_fails("lwip goes ESTABLISHED → FIN_WAIT_1 → ");
	assert_in_range(strlen(last_event()->verdict.text), 2000, 2047);
}

/* -- Paths in words */

TEST(a_path_is_told_in_words)
{
	char text[200];

	time_wait(lwip);
	assert_ptr_equal(judge_path_text(lab.timeline, WHO_LWIP, "c1", text, sizeof(text)), text);
	assert_string_equal(text, "CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → FIN_WAIT_2 → "
				  "TIME_WAIT");
	assert_string_equal(judge_path_text(lab.timeline, WHO_KERNEL, "c1", text, sizeof(text)),
			    "");
	assert_string_equal(judge_path_text(lab.timeline, WHO_LWIP, "c2", text, sizeof(text)), "");
	assert_string_equal(judge_path_text(lab.timeline, WHO_LWIP, NULL, text, sizeof(text)), "");
}

TEST(a_path_in_words_is_cut_where_the_room_ends)
{
	time_wait(lwip);
	for (size_t size = 1; size < 100; size++) {
		char *text = malloc(size);

		assert_non_null(text);
		judge_path_text(lab.timeline, WHO_LWIP, "c1", text, size);
		assert_true(strlen(text) < size);
		free(text);
	}
}

/* -- Segments */

/* A handshake, seen from lwIP as the client. */
static struct conn *handshake(struct end *end)
{
	struct conn *conn = closed(end);

	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0);
	story_frame(lab.timeline, WHO_KERNEL, "c1", SEG_SYN | SEG_ACK, 0, 1, 0);
	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 0);
	return conn;
}

TEST(the_right_segments_hold)
{
	expect_segments(handshake(lwip), "> SYN", "< SYN,ACK", "> ACK");
	assert_holds();
	assert_string_equal(last_event()->verdict.text, "lwip sees > SYN; < SYN,ACK; > ACK;");
	assert_string_equal(last_event()->conn, "c1");
}

TEST(the_other_end_sees_them_the_other_way_round)
{
	struct conn *conn = handshake(kernel);

	expect_segments(conn, "< SYN", "> SYN,ACK", "< ACK");
	assert_holds();
	expect_segments(conn, "> SYN", "< SYN,ACK", "> ACK");
	assert_fails("kernel sees > SYN; but there comes < SYN\n");
}

TEST(a_wrong_segment_fails)
{
	struct conn *conn = handshake(lwip);

	expect_segments(conn, "> SYN", "< ACK", "> ACK");
	assert_fails("lwip sees > SYN; < ACK; but there comes < SYN,ACK\n", "#1 lwip sends SYN",
		     "#2 kernel sends SYN,ACK", "#3 lwip sends ACK");
	expect_segments(conn, "> SYN", "> SYN,ACK", "> ACK");
	assert_fails("but there comes < SYN,ACK\n");
}

TEST(a_missing_segment_fails)
{
	expect_segments(handshake(lwip), "> SYN", "< SYN,ACK", "> ACK", "> FIN,ACK");
	assert_fails("> ACK; > FIN,ACK; but there is no more\n", "#1 lwip sends SYN",
		     "#3 lwip sends ACK");
}

TEST(an_extra_segment_fails)
{
	expect_segments(handshake(lwip), "> SYN", "< SYN,ACK");
	assert_fails("> SYN; < SYN,ACK; and then one more: > ACK\n", "#3 lwip sends ACK");
}

TEST(no_segment_at_all_fails)
{
	struct conn *conn = established(lwip);

	expect_segments(conn, "> SYN");
	assert_fails("lwip sees > SYN; but there is no more");
}

TEST(push_does_not_matter)
{
	struct conn *conn = closed(lwip);

	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_PSH | SEG_ACK, 1, 1, 10);
	story_frame(lab.timeline, WHO_KERNEL, "c1", SEG_FIN | SEG_PSH | SEG_ACK, 1, 11, 0);
	story_frame(lab.timeline, WHO_KERNEL, "c1", SEG_PSH, 1, 11, 0);
	expect_segments(conn, "> ACK", "< FIN,ACK", "< none");
	assert_holds();
}

TEST(segments_of_others_do_not_count)
{
	struct conn *conn = closed(lwip);

	timeline_add(lab.timeline, EV_FRAME, WHO_KERNEL, NULL);
	story_frame(lab.timeline, WHO_LWIP, "c2", SEG_RST, 1, 0, 0);
	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0);
	story_frame(lab.timeline, WHO_KERNEL, "c10", SEG_RST, 1, 0, 0);
	expect_segments(conn, "> SYN");
	assert_holds();
}

TEST(segments_count_from_the_mark)
{
	struct conn *conn = handshake(lwip);

	expect_segments_from(conn);
	expect_segments(conn, "> FIN,ACK");
	assert_fails("there is no more");
	expect_segments_from(conn);
	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_FIN | SEG_ACK, 1, 1, 0);
	expect_segments(conn, "> FIN,ACK");
	assert_holds();
}

TEST(a_dropped_segment_was_sent)
{
	struct conn *conn = closed(lwip);

	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_SYN, 0, 0, 0)->frame.fate = "dropped";
	expect_segments(conn, "> SYN");
	assert_holds();
}

/* -- States */

TEST(a_state_that_is_there_holds_at_once)
{
	expect_state(established(lwip), ST_ESTABLISHED);
	assert_holds();
	assert_string_equal(last_event()->verdict.text, "lwip is in ESTABLISHED");
}

TEST(a_state_that_does_not_come_fails)
{
	expect_state(established(kernel), ST_CLOSE_WAIT);
	assert_fails("kernel is in CLOSE_WAIT: in ESTABLISHED still after 2000 ms");
	assert_string_equal(last_event()->conn, "c1");
}

/* -- What the application learns */

TEST(the_right_error_holds)
{
	to_be_read[0] = -ECONNRESET;
	expect_error(established(lwip), ECONNRESET);
	assert_holds();
	assert_string_equal(last_event()->verdict.text, "lwip reads ECONNRESET");
}

TEST(another_error_fails)
{
	to_be_read[0] = -ETIMEDOUT;
	expect_error(established(lwip), ECONNRESET);
	assert_fails("lwip reads ECONNRESET: it got ETIMEDOUT");
}

TEST(a_fin_instead_of_an_error_fails)
{
	expect_error(established(lwip), ECONNRESET);
	assert_fails("lwip reads ECONNRESET: it got the FIN");
}

TEST(a_fin_after_data_holds)
{
	to_be_read[0] = 100;
	to_be_read[1] = 1;
	expect_eof(established(lwip));
	assert_holds();
	assert_words(last_event()->verdict.text, "lwip reads the other side's FIN");
}

TEST(an_error_instead_of_the_fin_fails)
{
	to_be_read[0] = -ECONNRESET;
	expect_eof(established(lwip));
	assert_fails("FIN: it got ECONNRESET");
}

TEST(an_error_that_comes_later_is_waited_for)
{
	to_be_read[0] = to_be_read[1] = -EAGAIN;
	to_be_read[2] = -ECONNRESET;
	expect_error(established(lwip), ECONNRESET);
	assert_holds();
}

/* -- Every experiment */

TEST(edges_of_the_diagram_hold)
{
	struct conn *conn = time_wait(lwip);

	walk(conn, ST_CLOSED);
	walk(passive(kernel), ST_SYN_RCVD, ST_ESTABLISHED);
	judge_edges(&lab);
	assert_holds();
	assert_words(last_event()->verdict.text, "all 8 transitions");
}

TEST(what_is_no_edge_of_the_diagram_fails)
{
	struct conn *conn = established(lwip);
	uint32_t before;

	walk(conn, ST_TIME_WAIT, ST_CLOSED, ST_ESTABLISHED);
	before = timeline_count(lab.timeline);
	judge_edges(&lab);
	assert_int_equal(timeline_count(lab.timeline), before + 2);
	assert_fails("#5 lwip CLOSED → ESTABLISHED");
	assert_words(timeline_event(lab.timeline, before + 1)->verdict.text,
		     "#3 lwip ESTABLISHED → TIME_WAIT");
}

TEST(verdicts_are_counted)
{
	struct judgement judgement = judge_count(lab.timeline);

	assert_int_equal(judgement.verdicts, 0);
	assert_int_equal(judgement.failed, 0);
	assert_int_equal(judgement.deviations, 0);
	established(lwip);
	expect(&lab, true, "good");
	expect(&lab, false, "bad");
	expect(&lab, true, "good");
	expect(&lab, false, "bad");
	expect(&lab, false, "bad");
	expect_deviation(&lab, true, "RFC 0, MUST-0", "still otherwise");
	judgement = judge_count(lab.timeline);
	assert_int_equal(judgement.verdicts, 6);
	assert_int_equal(judgement.failed, 3);
	assert_int_equal(judgement.deviations, 1);
}

TEST(a_known_deviation_that_is_gone_fails)
{
	expect_deviation(&lab, false, "RFC 0, MUST-0", "still otherwise");
	assert_int_equal(judge_count(lab.timeline).failed, 1);
	assert_int_equal(judge_count(lab.timeline).deviations, 0);
	assert_words(last_event()->verdict.text, "does not deviate any more");
}

/* -- Expectations of any other kind */

TEST(an_expectation_is_recorded_as_it_turned_out)
{
	assert_true(expect(&lab, true, "%d is %s", 1, "one"));
	assert_holds();
	assert_string_equal(last_event()->verdict.text, "1 is one");
	assert_null(last_event()->conn);
	assert_false(expect(&lab, false, "%d is %s", 1, "two"));
	assert_fails("1 is two");
}

static int steps;

static void needs_what_is_not_there(struct end *first, struct end *second)
{
	assert_ptr_equal(first, lwip);
	assert_ptr_equal(second, kernel);
	steps = 1;
	require(first->lab, true, "this is there");
	steps = 2;
	require(first->lab, false, "%s is there", "that");
	steps = 3;
}

TEST(what_is_required_and_not_there_ends_the_scenario)
{
	judge_play(needs_what_is_not_there, lwip, kernel);
	assert_int_equal(steps, 2);
	assert_int_equal(timeline_count(lab.timeline), 1);
	assert_fails("that is there");
}

static void needs_nothing(struct end *first, struct end *second)
{
	steps += first == kernel && second == lwip;
}

TEST(a_scenario_is_played_to_its_end_after_one_that_was_left)
{
	judge_play(needs_what_is_not_there, lwip, kernel);
	steps = 0;
	judge_play(needs_nothing, kernel, lwip);
	assert_int_equal(steps, 1);
	assert_int_equal(timeline_count(lab.timeline), 1);
}

/* -- What makes a transition, and which edges are walked */

static uint64_t bit_of(enum state from, enum state to, enum trigger by)
{
	const struct edge *edge = state_edge_by(from, to, by);

	assert_non_null(edge);
	return UINT64_C(1) << (edge - state_edges);
}

static struct event *from_established_to_closed(void)
{
	return story_state(lab.timeline, WHO_LWIP, "c1", ST_ESTABLISHED, ST_CLOSED);
}

TEST(a_call_that_aborts_is_an_abort)
{
	struct event *call = story_call(lab.timeline, WHO_LWIP, "c1", "whatever", "", NULL);

	call->call.abort = true;
	story_because(lab.timeline, call);
	story_state(lab.timeline, WHO_LWIP, "c1", ST_TIME_WAIT, ST_CLOSED);
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_TIME_WAIT, ST_CLOSED, BY_ABORT));
}

TEST(a_close_that_loses_data_is_an_abort_too)
{
	story_because(lab.timeline,
		      story_call(lab.timeline, WHO_LWIP, "c1", "tcp_close", "", NULL));
	from_established_to_closed();
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_ESTABLISHED, ST_CLOSED, BY_ABORT));
}

TEST(a_segment_with_rst_resets)
{
	story_because(lab.timeline,
		      story_frame(lab.timeline, WHO_KERNEL, "c1", SEG_RST | SEG_ACK, 1, 1, 0));
	from_established_to_closed();
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_ESTABLISHED, ST_CLOSED, BY_RST));
}

TEST(a_timer_times_out)
{
	timeline_set_cause(lab.timeline, (struct cause){ .timer = "lwip", .who = WHO_LWIP });
	from_established_to_closed();
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_ESTABLISHED, ST_CLOSED, BY_TIMEOUT));
}

TEST(a_segment_without_rst_is_no_reset)
{
	story_because(lab.timeline,
		      story_frame(lab.timeline, WHO_KERNEL, "c1", SEG_FIN | SEG_ACK, 1, 1, 0));
	story_state(lab.timeline, WHO_LWIP, "c1", ST_LAST_ACK, ST_CLOSED);
	/* FIN_WAIT_2 is never left for CLOSED by a segment without RST. */
	story_state(lab.timeline, WHO_LWIP, "c1", ST_FIN_WAIT_2, ST_CLOSED);
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_LAST_ACK, ST_CLOSED, BY_SEGMENT));
}

TEST(a_new_syn_between_the_same_endpoints_ends_time_wait)
{
	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 0);
	story_because(lab.timeline, story_frame(lab.timeline, WHO_LWIP, "c2", SEG_SYN, 0, 0, 0));
	story_state(lab.timeline, WHO_KERNEL, "c1", ST_TIME_WAIT, ST_CLOSED);
	assert_int_equal(judge_walked(lab.timeline, WHO_KERNEL),
			 bit_of(ST_TIME_WAIT, ST_CLOSED, BY_SYN));
}

TEST(a_syn_from_another_port_does_not)
{
	struct event *syn;

	story_frame(lab.timeline, WHO_LWIP, "c1", SEG_ACK, 1, 1, 0);
	syn = story_frame(lab.timeline, WHO_LWIP, "c2", SEG_SYN, 0, 0, 0);
	syn->frame.segment.src.port++;
	story_because(lab.timeline, syn);
	story_state(lab.timeline, WHO_KERNEL, "c1", ST_TIME_WAIT, ST_CLOSED);
	assert_int_equal(judge_walked(lab.timeline, WHO_KERNEL), 0);
}

TEST(what_the_guard_makes_of_a_segment_is_made_by_the_segment)
{
	story_guarded_handshake(lab.timeline);
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP),
			 bit_of(ST_LISTEN, ST_SYN_RCVD, BY_SEGMENT) |
				 bit_of(ST_SYN_RCVD, ST_ESTABLISHED, BY_SEGMENT));
}

TEST(the_guard_alone_makes_nothing)
{
	story_because(lab.timeline, story_guard(lab.timeline, "c1", "open", "valid cookie"));
	story_state(lab.timeline, WHO_LWIP, "c1", ST_LISTEN, ST_SYN_RCVD);
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP), 0);
}

TEST(a_transition_without_cause_walks_no_edge)
{
	from_established_to_closed();
	assert_int_equal(judge_walked(lab.timeline, WHO_LWIP), 0);
}

TEST(the_other_end_walks_its_own_edges)
{
	timeline_set_cause(lab.timeline, (struct cause){ .timer = "lwip", .who = WHO_LWIP });
	from_established_to_closed();
	assert_int_equal(judge_walked(lab.timeline, WHO_KERNEL), 0);
}

TEST(what_was_tried_and_not_walked_is_unreachable)
{
	established(lwip);
	expect_unreachable(lwip, ST_SYN_SENT, ST_SYN_RCVD, BY_SYN, "it is ignored");
	assert_holds();
	assert_words(last_event()->verdict.text, "lwip never goes SYN_SENT → SYN_RCVD",
		     "it is ignored");
	assert_int_equal(judge_unreachable(lab.timeline, WHO_LWIP),
			 bit_of(ST_SYN_SENT, ST_SYN_RCVD, BY_SYN));
	assert_int_equal(judge_unreachable(lab.timeline, WHO_KERNEL), 0);
}

TEST(what_was_walked_is_not_unreachable)
{
	established(lwip);
	timeline_set_cause(lab.timeline, (struct cause){ .timer = "lwip", .who = WHO_LWIP });
	from_established_to_closed();
	expect_unreachable(lwip, ST_ESTABLISHED, ST_CLOSED, BY_TIMEOUT, "it never ends");
	assert_fails("but it did");
	assert_int_equal(judge_unreachable(lab.timeline, WHO_LWIP), 0);
}

TEST(the_same_states_by_another_trigger_may_be)
{
	established(lwip);
	timeline_set_cause(lab.timeline, (struct cause){ .timer = "lwip", .who = WHO_LWIP });
	from_established_to_closed();
	expect_unreachable(lwip, ST_ESTABLISHED, ST_CLOSED, BY_RST, "it is ignored");
	assert_holds();
}

TEST(what_was_never_tried_is_not_unreachable)
{
	closed(lwip);
	expect_unreachable(lwip, ST_SYN_SENT, ST_SYN_RCVD, BY_SYN, "it is ignored");
	assert_fails("never asked to");
}

/* -- Times: of lwIP on its virtual clock, of the kernel on the real one */

static void sent_at(enum who who, double seconds)
{
	struct event *event = story_frame(lab.timeline, who, "c1", SEG_ACK, 1, 1, 0);

	event->v_ns = event->t_ns = (uint64_t)(seconds * 1e9);
	if (who == WHO_LWIP)
		event->t_ns = 0;
	else
		event->v_ns = 0;
}

TEST(segments_at_their_times_hold)
{
	struct conn *conn = established(lwip);

	sent_at(WHO_LWIP, 5);
	sent_at(WHO_KERNEL, 6);
	sent_at(WHO_LWIP, 7.9);
	sent_at(WHO_LWIP, 14.2);
	expect_times(conn, 0, 3, 9);
	assert_holds();
	assert_words(last_event()->verdict.text, "lwip sends after 0.0 2.9 9.2 s");
}

TEST(times_count_from_the_mark)
{
	struct conn *conn = established(kernel);

	sent_at(WHO_KERNEL, 2);
	expect_segments_from(conn);
	sent_at(WHO_KERNEL, 3.1);
	expect_times(conn, 1);
	assert_holds();
}

TEST(a_segment_too_early_fails)
{
	struct conn *conn = established(kernel);

	sent_at(WHO_KERNEL, 0);
	sent_at(WHO_KERNEL, 0.9);
	expect_times(conn, 0, 1);
	assert_fails("0.9 s: expected the last after 1 s");
}

TEST(a_segment_too_late_fails)
{
	struct conn *conn = established(lwip);

	sent_at(WHO_LWIP, 0);
	sent_at(WHO_LWIP, 3.6);
	expect_times(conn, 0, 3);
	assert_fails("expected the last after 3 s");
}

TEST(a_segment_too_few_fails)
{
	struct conn *conn = established(lwip);

	sent_at(WHO_LWIP, 0);
	expect_times(conn, 0, 3);
	assert_fails("expected one more, after 3 s");
}

TEST(a_segment_too_many_fails)
{
	struct conn *conn = established(lwip);

	sent_at(WHO_LWIP, 0);
	sent_at(WHO_LWIP, 3);
	expect_times(conn, 0);
	assert_fails("one more than expected");
}

static void stay(enum who who, double from, double to)
{
	story_state(lab.timeline, who, "c1", ST_FIN_WAIT_1, ST_FIN_WAIT_2);
	timeline_event(lab.timeline, timeline_count(lab.timeline))->v_ns = (uint64_t)(from * 1e9);
	timeline_event(lab.timeline, timeline_count(lab.timeline))->t_ns = (uint64_t)(from * 1e9);
	if (to < 0)
		return;
	story_state(lab.timeline, who, "c1", ST_FIN_WAIT_2, ST_CLOSED);
	timeline_event(lab.timeline, timeline_count(lab.timeline))->v_ns = (uint64_t)(to * 1e9);
	timeline_event(lab.timeline, timeline_count(lab.timeline))->t_ns = (uint64_t)(to * 1e9);
}

TEST(a_state_that_lasts_as_long_as_expected_holds)
{
	stay(WHO_LWIP, 1, 21.25);
	expect_lasted(closed(lwip), ST_FIN_WAIT_2, 20);
	assert_holds();
}

TEST(a_state_that_ends_too_soon_fails)
{
	stay(WHO_KERNEL, 1, 2);
	expect_lasted(closed(kernel), ST_FIN_WAIT_2, 2);
	assert_fails("kernel is in FIN_WAIT_2 for 1.00 s (expected: 2 s)");
}

TEST(a_state_that_has_not_ended_fails)
{
	stay(WHO_KERNEL, 1, -1);
	expect_lasted(closed(kernel), ST_FIN_WAIT_2, 2);
	assert_fails("it is still");
}

TEST(a_state_that_never_was_fails)
{
	expect_lasted(closed(kernel), ST_FIN_WAIT_2, 2);
	assert_fails("it was never");
}

/* -- What calls answer */

TEST(the_right_answer_of_a_call_holds)
{
	expect_result(kernel, "send", -EPIPE, EPIPE);
	assert_holds();
	expect_result(kernel, "connect", 0, 0);
	assert_holds();
}

TEST(another_answer_of_a_call_fails)
{
	expect_result(kernel, "send", 0, EPIPE);
	assert_fails("send returns EPIPE: it returned success");
	expect_result(kernel, "send", -ENOTCONN, 0);
	assert_fails("send returns success: it returned ENOTCONN");
}

TEST(the_right_refusal_holds)
{
	kernel->refusal = EADDRINUSE;
	expect_refused(kernel, NULL, EADDRINUSE);
	assert_holds();
}

TEST(another_refusal_fails)
{
	kernel->refusal = ENETUNREACH;
	expect_refused(kernel, NULL, EADDRINUSE);
	assert_fails("refuses with EADDRINUSE: it was ENETUNREACH");
}

TEST(no_refusal_fails)
{
	expect_refused(kernel, established(kernel), EADDRINUSE);
	assert_fails("it did not refuse");
}

int main(void)
{
#define JUDGE_TEST(test) cmocka_unit_test_setup_teardown(test, open_ends, close_ends)
	static const struct CMUnitTest tests[] = {
		JUDGE_TEST(the_exact_path_holds),
		JUDGE_TEST(a_passive_connection_comes_from_listen),
		JUDGE_TEST(staying_in_a_state_is_no_step),
		JUDGE_TEST(a_missing_state_fails),
		JUDGE_TEST(an_extra_state_fails),
		JUDGE_TEST(a_reordered_state_fails),
		JUDGE_TEST(another_state_fails),
		JUDGE_TEST(a_state_that_comes_again_fails),
		JUDGE_TEST(a_shorter_path_fails),
		JUDGE_TEST(a_longer_path_fails),
		JUDGE_TEST(another_beginning_fails),
		JUDGE_TEST(a_connection_that_went_nowhere_fails),
		JUDGE_TEST(a_path_on_an_empty_timeline_fails),
		JUDGE_TEST(the_path_of_a_connection_that_never_got_a_name_fails),
		JUDGE_TEST(each_end_has_its_own_path),
		JUDGE_TEST(an_entry_for_the_other_stack_does_not_count),
		JUDGE_TEST(an_end_that_sees_each_transition_must_have_gone_through),
		JUDGE_TEST(an_end_that_only_looks_may_have_gone_through),
		JUDGE_TEST(what_is_not_gone_through_is_required_of_every_end),
		JUDGE_TEST(going_through_can_be_asked_of_one_stack),
		JUDGE_TEST(three_frames_before_and_after_the_place_are_shown),
		JUDGE_TEST(frames_and_transitions_of_other_connections_are_not_shown),
		JUDGE_TEST(frames_of_other_connections_do_not_hide_those_of_this_one),
		JUDGE_TEST(a_verdict_that_gets_too_long_is_cut),
		JUDGE_TEST(a_path_is_told_in_words),
		JUDGE_TEST(a_path_in_words_is_cut_where_the_room_ends),
		JUDGE_TEST(the_right_segments_hold),
		JUDGE_TEST(the_other_end_sees_them_the_other_way_round),
		JUDGE_TEST(a_wrong_segment_fails),
		JUDGE_TEST(a_missing_segment_fails),
		JUDGE_TEST(an_extra_segment_fails),
		JUDGE_TEST(no_segment_at_all_fails),
		JUDGE_TEST(push_does_not_matter),
		JUDGE_TEST(segments_of_others_do_not_count),
		JUDGE_TEST(segments_count_from_the_mark),
		JUDGE_TEST(a_dropped_segment_was_sent),
		JUDGE_TEST(a_state_that_is_there_holds_at_once),
		JUDGE_TEST(a_state_that_does_not_come_fails),
		JUDGE_TEST(the_right_error_holds),
		JUDGE_TEST(another_error_fails),
		JUDGE_TEST(a_fin_instead_of_an_error_fails),
		JUDGE_TEST(a_fin_after_data_holds),
		JUDGE_TEST(an_error_instead_of_the_fin_fails),
		JUDGE_TEST(an_error_that_comes_later_is_waited_for),
		JUDGE_TEST(edges_of_the_diagram_hold),
		JUDGE_TEST(what_is_no_edge_of_the_diagram_fails),
		JUDGE_TEST(verdicts_are_counted),
		JUDGE_TEST(a_known_deviation_that_is_gone_fails),
		JUDGE_TEST(an_expectation_is_recorded_as_it_turned_out),
		JUDGE_TEST(what_is_required_and_not_there_ends_the_scenario),
		JUDGE_TEST(a_scenario_is_played_to_its_end_after_one_that_was_left),
		JUDGE_TEST(a_call_that_aborts_is_an_abort),
		JUDGE_TEST(a_close_that_loses_data_is_an_abort_too),
		JUDGE_TEST(a_segment_with_rst_resets),
		JUDGE_TEST(a_timer_times_out),
		JUDGE_TEST(a_segment_without_rst_is_no_reset),
		JUDGE_TEST(a_new_syn_between_the_same_endpoints_ends_time_wait),
		JUDGE_TEST(a_syn_from_another_port_does_not),
		JUDGE_TEST(what_the_guard_makes_of_a_segment_is_made_by_the_segment),
		JUDGE_TEST(the_guard_alone_makes_nothing),
		JUDGE_TEST(a_transition_without_cause_walks_no_edge),
		JUDGE_TEST(the_other_end_walks_its_own_edges),
		JUDGE_TEST(what_was_tried_and_not_walked_is_unreachable),
		JUDGE_TEST(what_was_walked_is_not_unreachable),
		JUDGE_TEST(the_same_states_by_another_trigger_may_be),
		JUDGE_TEST(what_was_never_tried_is_not_unreachable),
		JUDGE_TEST(segments_at_their_times_hold),
		JUDGE_TEST(times_count_from_the_mark),
		JUDGE_TEST(a_segment_too_early_fails),
		JUDGE_TEST(a_segment_too_late_fails),
		JUDGE_TEST(a_segment_too_few_fails),
		JUDGE_TEST(a_segment_too_many_fails),
		JUDGE_TEST(a_state_that_lasts_as_long_as_expected_holds),
		JUDGE_TEST(a_state_that_ends_too_soon_fails),
		JUDGE_TEST(a_state_that_has_not_ended_fails),
		JUDGE_TEST(a_state_that_never_was_fails),
		JUDGE_TEST(the_right_answer_of_a_call_holds),
		JUDGE_TEST(another_answer_of_a_call_fails),
		JUDGE_TEST(the_right_refusal_holds),
		JUDGE_TEST(another_refusal_fails),
		JUDGE_TEST(no_refusal_fails),
	};

	return cmocka_run_group_tests_name("judge", tests, start_lwip, NULL);
}
