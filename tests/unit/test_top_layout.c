/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage.h"

#include "live/top_layout.h"

#define S UINT64_C(1000000000)

static struct table table;
static struct table_line lines[64];
static struct top_view view;
static struct top_page page;

FIXTURE(begin)
{
	memset(lines, 0, sizeof(lines));
	table = (struct table){ .line = lines, .pcbs = 3, .pcbs_most = 12, .pcbs_room = 1024 };
	view = (struct top_view){ .table = &table, .width = 80, .height = 24 };
	return 0;
}

FIXTURE(finish)
{
	top_page_free(&page);
	return 0;
}

static void lay_out(void)
{
	top_page_free(&page);
	top_lay_out(&page, &view);
}

static struct table_side side(enum state state, uint64_t age_ns)
{
	return (struct table_side){
		.there = true, .row.state = state, .age_known = true, .age_ns = age_ns
	};
}

/* A connection from the kernel to lwIP's port, in its state for so long at either end. */
static struct table_line *add(const char *name, uint16_t port, enum state state, uint64_t age_ns)
{
	struct table_line *line = &lines[table.count++];

	line->name = name;
	line->lwip = host_address(HOST_LWIP, 4);
	line->kernel = host_address(HOST_KERNEL, 4);
	line->lwip.port = port;
	line->kernel.port = 50001;
	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		line->side[who] = side(state, age_ns);
		table.in_state[who][state]++;
	}
	return line;
}

/* The lines of connections begin with their names. */
static void assert_order(const char *names)
{
	char got[256] = "";

	for (size_t i = 6; i < page.count; i++) {
		size_t length = strlen(got);

		snprintf(got + length, sizeof(got) - length, "%.*s ",
			 (int)strcspn(page.line[i].text, " "), page.line[i].text);
	}
	assert_string_equal(got, names);
}

/* -- Columns */

TEST(at_80_columns_there_are_ports_and_when_a_timer_is_due)
{
	struct table_line *line = add("c12", 80, ST_ESTABLISHED, 12 * S);

	line->side[WHO_LWIP].row.recv_q = 9999;
	line->side[WHO_LWIP].row.send_q = 65535;
	line->side[WHO_LWIP].row.timer = "on";
	line->side[WHO_LWIP].row.timer_ms = 250;
	line->side[WHO_KERNEL].row.timer = "keepalive";
	line->side[WHO_KERNEL].row.timer_ms = 7200000;
	line->side[WHO_KERNEL].row.send_q = 4u << 20;
	lay_out();
	assert_string_equal(page.line[5].text, "      v  lwip  kern lwip        for rcvq sndq due "
					       "kernel      for rcvq sndq due");
	assert_string_equal(page.line[6].text, "c12   4    80 50001 ESTABLISHED 12s 9999  63k .2s "
					       "ESTABLISHED 12s    0   4M 2h");
}

TEST(at_120_columns_there_are_addresses_and_timers)
{
	struct table_line *line = add("c12", 80, ST_TIME_WAIT, 12 * S + S / 2);

	view.width = 120;
	line->side[WHO_LWIP].row.timer = "timewait";
	line->side[WHO_LWIP].row.timer_ms = 107500;
	line->side[WHO_KERNEL] = (struct table_side){ 0 };
	lay_out();
	assert_string_equal(
		page.line[5].text,
		"      lwip            kernel          lwip         for rcvq sndq timer     "
		"   kernel       for rcvq sndq timer");
	assert_string_equal(
		page.line[6].text,
		"c12   10.9.0.2:80     10.9.0.1:50001  TIME_WAIT    12s    0    0 timewait "
		"107s -");
}

TEST(no_line_is_wider_than_the_screen)
{
	static const unsigned int widths[] = { 1, 40, 80, 119, 120, 200 };

	for (int i = 0; i < 30; i++) {
		struct table_line *line = add("c99999", 65535, ST_ESTABLISHED, 9 * S);

		for (int who = WHO_LWIP; who <= WHO_KERNEL; who++) {
			line->side[who].row.timer = "keepalive";
			line->side[who].row.timer_ms = 35999000;
			line->side[who].row.recv_q = line->side[who].row.send_q = 999u << 10;
		}
	}
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		view.width = widths[w];
		lay_out();
		assert_int_equal(page.count, 24);
		for (size_t i = 0; i < page.count; i++)
			assert_true(strlen(page.line[i].text) <= view.width);
	}
}

TEST(all_columns_fit_into_80)
{
	struct table_line *line = add("c9999", 65535, ST_ESTABLISHED, 99 * S);

	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		line->side[who].row.timer = "on";
		line->side[who].row.timer_ms = 99000;
		line->side[who].row.recv_q = line->side[who].row.send_q = 999u << 10;
	}
	lay_out();
	assert_string_equal(page.line[6].text, "c9999 4 65535 50001 ESTABLISHED 99s 999k 999k 99s "
					       "ESTABLISHED 99s 999k 999k 99s");
}

TEST(times_fit_into_their_columns)
{
	static const struct {
		uint64_t s;
		const char *narrow, *wide;
	} times[] = { { 0, " .0s ", " 0.0s " },      { 9, "  9s ", " 9.0s " },
		      { 99, " 99s ", "  99s " },     { 100, "  1m ", " 100s " },
		      { 600, " 10m ", "  10m " },    { 5999, " 99m ", "  99m " },
		      { 6000, "  1h ", " 100m " },   { 36000, " 10h ", "  10h " },
		      { 359999, " 99h ", "  99h " }, { 360000, "  4d ", "   4d " } };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		table.count = 0;
		add("c1", 80, ST_CLOSE_WAIT, times[i].s * S);
		view.width = 80;
		lay_out();
		assert_words(page.line[6].text, "CLOSE_WAIT ", times[i].narrow);
		view.width = 120;
		lay_out();
		assert_words(page.line[6].text, "CLOSE_WAIT ", times[i].wide);
	}
}

TEST(what_the_lab_does_not_know_stays_empty)
{
	struct table_line *line = add(NULL, 80, ST_LISTEN, 0);

	line->kernel.port = 0;
	line->side[WHO_LWIP].age_known = false;
	line->side[WHO_LWIP].row.send_q = 255;
	line->side[WHO_KERNEL].there = line->side[WHO_KERNEL].age_known = false;
	lay_out();
	assert_string_equal(page.line[6].text,
			    "      4    80     * LISTEN             0  255     -");
	assert_int_equal(page.line[6].part, TOP_CONN);
}

/* -- Above them */

TEST(the_first_line_tells_how_busy_it_is)
{
	view.up_ns = (3600 * 27 + 62) * S;
	view.frames = 1234.4;
	view.transitions = 5.6;
	lay_out();
	assert_string_equal(page.line[0].text, "up 27:01:02  1234 frames/s  6 transitions/s  "
					       "lwIP: 3 of 1024 pcbs, most 12");
}

TEST(each_state_is_counted_for_each_stack)
{
	table.in_state[WHO_LWIP][ST_LISTEN] = 6;
	table.in_state[WHO_LWIP][ST_TIME_WAIT] = 500;
	table.in_state[WHO_KERNEL][ST_ESTABLISHED] = 12;
	lay_out();
	assert_string_equal(page.line[1].text,
			    "       LISTEN SYN_S SYN_R ESTAB FIN_1 FIN_2 CLOSE_W "
			    "CLOSING LAST_A TIME_W");
	assert_string_equal(page.line[2].text,
			    "lwip        6     0     0     0     0     0       0 "
			    "      0      0    500");
	assert_string_equal(page.line[3].text,
			    "kernel      0     0     0    12     0     0       0 "
			    "      0      0      0");
}

TEST(at_120_columns_states_have_their_names)
{
	view.width = 120;
	table.in_state[WHO_KERNEL][ST_CLOSE_WAIT] = 7;
	lay_out();
	for (int state = ST_LISTEN; state < ST_COUNT; state++)
		assert_non_null(strstr(page.line[1].text, state_name((enum state)state)));
	/* Right below its name. */
	assert_int_equal(strstr(page.line[3].text, "7") - page.line[3].text,
			 strstr(page.line[1].text, "CLOSE_WAIT") - page.line[1].text + 9);
}

TEST(help_lists_the_keys)
{
	view.help = true;
	lay_out();
	assert_words(page.line[4].text, "q quit", "PgDn", "s sort", "l also CLOSED", "h no help");
}

/* -- Which, and in which order */

TEST(the_latest_transition_comes_first)
{
	add("c1", 80, ST_ESTABLISHED, 9 * S);
	add("c2", 80, ST_ESTABLISHED, 7 * S)->side[WHO_KERNEL].age_ns = 2 * S;
	add("c3", 80, ST_ESTABLISHED, 5 * S);
	lines[0].side[WHO_KERNEL].age_known = false;
	lay_out();
	assert_order("c2 c3 c1 ");
}

TEST(states_are_in_the_order_of_a_connections_life)
{
	add("c1", 80, ST_TIME_WAIT, S);
	add("c2", 80, ST_ESTABLISHED, S);
	add("c3", 80, ST_ESTABLISHED, S)->side[WHO_KERNEL] = side(ST_SYN_SENT, S);
	add("c4", 80, ST_SYN_SENT, S)->side[WHO_LWIP].there = false;
	view.sort = TOP_BY_STATE;
	lay_out();
	assert_order("c3 c2 c1 c4 ");
}

TEST(the_longest_queues_come_first)
{
	add("l1", 80, ST_LISTEN, S)->side[WHO_LWIP].row.send_q = 255;
	add("c2", 80, ST_ESTABLISHED, S)->side[WHO_LWIP].row.recv_q = 10;
	add("c3", 80, ST_ESTABLISHED, S)->side[WHO_KERNEL].row.send_q = 20;
	view.sort = TOP_BY_QUEUE;
	lay_out();
	assert_order("c3 c2 l1 ");
}

TEST(new_and_closed_ones_look_different)
{
	add("c1", 80, ST_ESTABLISHED, S - 1);
	add("c2", 80, ST_ESTABLISHED, S);
	add("c3", 80, ST_CLOSED, 2 * S);
	for (int who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		lines[2].side[who].there = false;
		lines[2].side[who].closed = true;
	}
	lay_out();
	assert_order("c1 c2 c3 ");
	assert_int_equal(page.line[5].part, TOP_HEADING);
	assert_int_equal(page.line[6].part, TOP_NEW);
	assert_int_equal(page.line[7].part, TOP_CONN);
	assert_int_equal(page.line[8].part, TOP_CLOSED);
	assert_words(page.line[8].text, " CLOSED       2s ", " CLOSED       2s");
}

/* -- Scrolling */

static void add_some(int count)
{
	static char names[64][8];

	for (int i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		add(names[i], (uint16_t)(i + 1), ST_ESTABLISHED, (uint64_t)(i + 1) * S);
	}
}

TEST(a_page_is_what_fits)
{
	add_some(10);
	view.height = 9;
	view.first = 2;
	lay_out();
	assert_order("c2 c3 c4 ");
	assert_int_equal(page.room, 3);
	assert_string_equal(page.line[4].text, "3 to 5 of 10 connections and listeners, by age");
}

TEST(nobody_scrolls_past_the_end)
{
	add_some(10);
	view.height = 9;
	view.first = 100;
	lay_out();
	assert_int_equal(page.first, 7);
	assert_order("c7 c8 c9 ");
	view.height = 24;
	lay_out();
	assert_int_equal(page.first, 0);
	assert_int_equal(page.count, 16);
	assert_string_equal(page.line[4].text, "10 connections and listeners, by age");
}

TEST(a_screen_may_be_too_small)
{
	add_some(3);
	for (view.height = 1; view.height <= 7; view.height++) {
		lay_out();
		assert_int_equal(page.count, view.height);
		assert_int_equal(page.room, view.height == 7);
	}
}

TEST(without_a_height_all_are_shown)
{
	add_some(64);
	view.height = 0;
	lay_out();
	assert_int_equal(page.count, 70);
}

/* -- What is CLOSED */

static struct end *end_of(enum who who)
{
	return who == WHO_LWIP ? stage.lwip : stage.kernel;
}

static struct conn *add_conn(enum who who, const char *name, uint16_t port)
{
	struct endpoint lwip = host_address(HOST_LWIP, 4), kernel = host_address(HOST_KERNEL, 4);
	struct conn *conn;

	lwip.port = port;
	kernel.port = 50001;
	conn = who == WHO_LWIP ? end_add_conn(end_of(who), &lwip, &kernel, false)
			       : end_add_conn(end_of(who), &kernel, &lwip, false);
	conn->name = name;
	return conn;
}

static const struct table_line *line_of(const struct table *of, const char *name)
{
	for (size_t i = 0; i < of->count; i++)
		if (of->line[i].name != NULL && strcmp(of->line[i].name, name) == 0)
			return &of->line[i];
	return NULL;
}

TEST(closed_ends_join_their_connection_or_make_one)
{
	struct table some = { .count = 1, .room = 1 };
	const struct table_line *line;

	some.line = calloc(1, sizeof(some.line[0]));
	assert_non_null(some.line);
	add("c3", 80, ST_TIME_WAIT, S);
	some.line[0] = lines[0];
	some.line[0].side[WHO_KERNEL] = (struct table_side){ 0 };
	/* The same two ports, one connection after the other. */
	add_conn(WHO_LWIP, "c1", 80);
	add_conn(WHO_KERNEL, "c1", 80);
	add_conn(WHO_KERNEL, "c2", 80);
	add_conn(WHO_LWIP, "c3", 80)->state = ST_TIME_WAIT;
	add_conn(WHO_KERNEL, "c3", 80);
	table_add_closed(&some, &stage);
	assert_int_equal(some.count, 3);
	line = line_of(&some, "c1");
	assert_non_null(line);
	assert_true(line->side[WHO_LWIP].closed && line->side[WHO_KERNEL].closed);
	assert_int_equal(line->lwip.port, 80);
	assert_int_equal(line->kernel.port, 50001);
	line = line_of(&some, "c2");
	assert_non_null(line);
	assert_true(line->side[WHO_KERNEL].closed);
	assert_false(line->side[WHO_LWIP].closed);
	assert_int_equal(line->lwip.port, 80);
	line = line_of(&some, "c3");
	assert_non_null(line);
	assert_true(line->side[WHO_LWIP].there && !line->side[WHO_LWIP].closed);
	assert_int_equal(line->side[WHO_LWIP].row.state, ST_TIME_WAIT);
	assert_true(line->side[WHO_KERNEL].closed && !line->side[WHO_KERNEL].there);
	assert_int_equal(some.in_state[WHO_KERNEL][ST_CLOSED], 0);
	table_free(&some);
}

#define LAYOUT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

static int open_both(void **unit_state)
{
	begin(unit_state);
	return stage_open(unit_state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAYOUT_TEST(at_80_columns_there_are_ports_and_when_a_timer_is_due),
		LAYOUT_TEST(at_120_columns_there_are_addresses_and_timers),
		LAYOUT_TEST(no_line_is_wider_than_the_screen),
		LAYOUT_TEST(all_columns_fit_into_80),
		LAYOUT_TEST(times_fit_into_their_columns),
		LAYOUT_TEST(what_the_lab_does_not_know_stays_empty),
		LAYOUT_TEST(the_first_line_tells_how_busy_it_is),
		LAYOUT_TEST(each_state_is_counted_for_each_stack),
		LAYOUT_TEST(at_120_columns_states_have_their_names),
		LAYOUT_TEST(help_lists_the_keys),
		LAYOUT_TEST(the_latest_transition_comes_first),
		LAYOUT_TEST(states_are_in_the_order_of_a_connections_life),
		LAYOUT_TEST(the_longest_queues_come_first),
		LAYOUT_TEST(new_and_closed_ones_look_different),
		LAYOUT_TEST(a_page_is_what_fits),
		LAYOUT_TEST(nobody_scrolls_past_the_end),
		LAYOUT_TEST(a_screen_may_be_too_small),
		LAYOUT_TEST(without_a_height_all_are_shown),
		cmocka_unit_test_setup_teardown(closed_ends_join_their_connection_or_make_one,
						open_both, stage_shut),
	};

	return cmocka_run_group_tests_name("top_layout", tests, stage_begin, NULL);
}
