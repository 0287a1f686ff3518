/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "tcp/state.h"

/* RFC 9293, 3.3.2: Figure 5 read arrow by arrow, from its top to its bottom, and its Note 2. */
static const enum state figure_5[][2] = {
	{ ST_CLOSED, ST_LISTEN },          { ST_CLOSED, ST_SYN_SENT },
	{ ST_LISTEN, ST_CLOSED },          { ST_SYN_SENT, ST_CLOSED },
	{ ST_SYN_RCVD, ST_LISTEN },        { ST_LISTEN, ST_SYN_RCVD },
	{ ST_LISTEN, ST_SYN_SENT },        { ST_SYN_SENT, ST_SYN_RCVD },
	{ ST_SYN_RCVD, ST_ESTABLISHED },   { ST_SYN_SENT, ST_ESTABLISHED },
	{ ST_SYN_RCVD, ST_FIN_WAIT_1 },    { ST_ESTABLISHED, ST_FIN_WAIT_1 },
	{ ST_ESTABLISHED, ST_CLOSE_WAIT }, { ST_FIN_WAIT_1, ST_FIN_WAIT_2 },
	{ ST_FIN_WAIT_1, ST_CLOSING },     { ST_FIN_WAIT_1, ST_TIME_WAIT },
	{ ST_CLOSE_WAIT, ST_LAST_ACK },    { ST_FIN_WAIT_2, ST_TIME_WAIT },
	{ ST_CLOSING, ST_TIME_WAIT },      { ST_LAST_ACK, ST_CLOSED },
	{ ST_TIME_WAIT, ST_CLOSED },
};
#define FIGURE_5_EDGES (sizeof(figure_5) / sizeof(figure_5[0]))

/* RST, ABORT and time-outs end a connection from these (3.10.7.4, 3.10.5, 3.8.3). */
static const enum state resettable[] = { ST_SYN_RCVD,   ST_ESTABLISHED, ST_FIN_WAIT_1,
					 ST_FIN_WAIT_2, ST_CLOSE_WAIT,  ST_CLOSING,
					 ST_LAST_ACK };
#define RESETTABLE (sizeof(resettable) / sizeof(resettable[0]))

TEST(states_have_the_names_of_the_rfc)
{
	static const char *const names[ST_COUNT] = {
		"CLOSED",     "LISTEN",     "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1",
		"FIN_WAIT_2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT",
	};

	assert_int_equal(ST_COUNT, 11);
	for (int i = 0; i < ST_COUNT; i++)
		assert_string_equal(state_name((enum state)i), names[i]);
}

TEST(what_is_no_state_has_a_name_too)
{
	assert_string_equal(state_name(ST_COUNT), "?");
	assert_string_equal(state_name((enum state) - 1), "?");
}

TEST(each_edge_of_figure_5_is_in_the_table)
{
	for (size_t i = 0; i < FIGURE_5_EDGES; i++) {
		const struct edge *edge = state_edge(figure_5[i][0], figure_5[i][1]);

		if (edge == NULL) {
			fail_msg("%s to %s is missing", state_name(figure_5[i][0]),
				 state_name(figure_5[i][1]));
			return;
		}
		assert_int_equal(edge->from, figure_5[i][0]);
		assert_int_equal(edge->to, figure_5[i][1]);
		assert_words(edge->rfc, "Figure 5");
	}
}

TEST(each_synchronized_state_is_ended_by_rst_by_abort_and_by_a_time_out)
{
	for (size_t i = 0; i < RESETTABLE; i++) {
		const struct edge *rst = state_edge_by(resettable[i], ST_CLOSED, BY_RST),
				  *abort = state_edge_by(resettable[i], ST_CLOSED, BY_ABORT),
				  *timeout = state_edge_by(resettable[i], ST_CLOSED, BY_TIMEOUT);

		assert_non_null(rst);
		assert_non_null(abort);
		assert_non_null(timeout);
		assert_words(rst->event, "RST");
		assert_words(abort->event, "ABORT");
		assert_words(timeout->event, "time-out");
		assert_ptr_not_equal(rst, abort);
		assert_ptr_not_equal(abort, timeout);
	}
}

TEST(time_wait_has_four_ends)
{
	static const enum trigger triggers[] = { BY_TIMEOUT, BY_ABORT, BY_RST, BY_SYN };

	for (size_t i = 0; i < 4; i++) {
		assert_non_null(state_edge_by(ST_TIME_WAIT, ST_CLOSED, triggers[i]));
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(state_edge_by(ST_TIME_WAIT, ST_CLOSED, triggers[i]),
					     state_edge_by(ST_TIME_WAIT, ST_CLOSED, triggers[j]));
	}
	/* A segment that is neither ends nothing, and neither does CLOSE. */
	assert_null(state_edge_by(ST_TIME_WAIT, ST_CLOSED, BY_SEGMENT));
	assert_null(state_edge_by(ST_TIME_WAIT, ST_CLOSED, BY_CALL));
}

TEST(an_edge_is_not_walked_by_what_does_not_make_it)
{
	assert_null(state_edge_by(ST_CLOSED, ST_SYN_SENT, BY_SEGMENT));
	assert_null(state_edge_by(ST_SYN_SENT, ST_ESTABLISHED, BY_TIMEOUT));
	assert_null(state_edge_by(ST_LAST_ACK, ST_CLOSED, BY_CALL));
	assert_null(state_edge_by(ST_SYN_RCVD, ST_LISTEN, BY_TIMEOUT));
	assert_null(state_edge_by(ST_ESTABLISHED, ST_TIME_WAIT, BY_SEGMENT));
}

static bool is_expected(enum state from, enum state to)
{
	for (size_t i = 0; i < FIGURE_5_EDGES; i++)
		if (figure_5[i][0] == from && figure_5[i][1] == to)
			return true;
	for (size_t i = 0; i < RESETTABLE; i++)
		if (resettable[i] == from && to == ST_CLOSED)
			return true;
	return from == ST_SYN_RCVD && to == ST_CLOSE_WAIT; /* 3.10.7.4, eighth: FIN */
}

TEST(nothing_else_is_an_edge)
{
	for (int from = 0; from < ST_COUNT; from++)
		for (int to = 0; to < ST_COUNT; to++)
			if ((state_edge((enum state)from, (enum state)to) != NULL) !=
			    is_expected((enum state)from, (enum state)to))
				fail_msg("%s to %s", state_name((enum state)from),
					 state_name((enum state)to));
}

TEST(staying_is_no_edge)
{
	for (int i = 0; i < ST_COUNT; i++)
		assert_null(state_edge((enum state)i, (enum state)i));
}

TEST(each_edge_stands_once_with_its_event_and_place)
{
	const struct edge *edge;

	for (edge = state_edges; edge->from != edge->to; edge++) {
		assert_true(edge->from < ST_COUNT && edge->to < ST_COUNT);
		assert_true(edge->event != NULL && edge->event[0] != '\0');
		assert_true(edge->rfc != NULL && edge->rfc[0] == '3');
		assert_int_not_equal(edge->by, 0);
		/* Whatever makes it makes no other edge between the same states. */
		for (const struct edge *other = state_edges; other != edge; other++)
			if (other->from == edge->from && other->to == edge->to)
				assert_int_equal(other->by & edge->by, 0);
	}
	/* Of Figure 5; three ends of each state above, where the figure has none but LAST_ACK's; three more
	   of TIME_WAIT, two of SYN_SENT; and SYN_RCVD to CLOSE_WAIT. */
	assert_int_equal(edge - state_edges, FIGURE_5_EDGES + 3 * RESETTABLE + 3 + 2 + 1);
	assert_true(edge - state_edges <= 64); /* judge_walked() has a bit for each */
}

/* The states that edges lead to, over any number of them; backwards: from which they lead here. */
static unsigned int reachable(enum state from, bool backwards)
{
	unsigned int reached = 1u << from, before;

	do {
		before = reached;
		for (const struct edge *edge = state_edges; edge->from != edge->to; edge++)
			if (reached & 1u << (backwards ? edge->to : edge->from))
				reached |= 1u << (backwards ? edge->from : edge->to);
	} while (reached != before);
	return reached;
}

TEST(every_state_is_reached_from_closed)
{
	assert_int_equal(reachable(ST_CLOSED, false), (1u << ST_COUNT) - 1);
}

TEST(every_state_leads_to_closed)
{
	assert_int_equal(reachable(ST_CLOSED, true), (1u << ST_COUNT) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_the_names_of_the_rfc),
		cmocka_unit_test(what_is_no_state_has_a_name_too),
		cmocka_unit_test(each_edge_of_figure_5_is_in_the_table),
		cmocka_unit_test(
			each_synchronized_state_is_ended_by_rst_by_abort_and_by_a_time_out),
		cmocka_unit_test(time_wait_has_four_ends),
		cmocka_unit_test(an_edge_is_not_walked_by_what_does_not_make_it),
		cmocka_unit_test(nothing_else_is_an_edge),
		cmocka_unit_test(staying_is_no_edge),
		cmocka_unit_test(each_edge_stands_once_with_its_event_and_place),
		cmocka_unit_test(every_state_is_reached_from_closed),
		cmocka_unit_test(every_state_leads_to_closed),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
