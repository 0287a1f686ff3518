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
					 ST_FIN_WAIT_2, ST_CLOSE_WAIT,  ST_CLOSING };
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

TEST(each_synchronized_state_but_time_wait_can_be_reset)
{
	for (size_t i = 0; i < RESETTABLE; i++) {
		const struct edge *edge = state_edge(resettable[i], ST_CLOSED);

		assert_non_null(edge);
		assert_words(edge->event, "RST", "ABORT", "time-out");
	}
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
		assert_ptr_equal(state_edge(edge->from, edge->to), edge);
		assert_true(edge->event != NULL && edge->event[0] != '\0');
		assert_true(edge->rfc != NULL && edge->rfc[0] == '3');
	}
	assert_int_equal(edge - state_edges, FIGURE_5_EDGES + RESETTABLE + 1);
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
		cmocka_unit_test(each_synchronized_state_but_time_wait_can_be_reset),
		cmocka_unit_test(nothing_else_is_an_edge),
		cmocka_unit_test(staying_is_no_edge),
		cmocka_unit_test(each_edge_stands_once_with_its_event_and_place),
		cmocka_unit_test(every_state_is_reached_from_closed),
		cmocka_unit_test(every_state_leads_to_closed),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
