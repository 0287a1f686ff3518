/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "frames.h"
#include "record/flow.h"

static const struct endpoint client = LWIP_SIDE(49152), server = KERNEL_SIDE(80);

/* What flow_segment() made of one segment. */
struct seen {
	struct flow *flow;
	uint32_t seq, ack;
};

static struct seen pass(struct flows *flows, const struct endpoint *src, const struct endpoint *dst,
			uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct segment segment = {
		.src = *src, .dst = *dst, .flags = flags, .seq = seq, .ack = ack
	};
	struct seen seen = { .seq = 0xdeadbeef, .ack = 0xdeadbeef };

	seen.flow = flow_segment(flows, &segment, &seen.seq, &seen.ack);
	assert_non_null(seen.flow);
	return seen;
}

/* The client's initial sequence number is 1000, the server's 5000; the handshake is over. */
static struct flow *established(struct flows *flows)
{
	struct flow *flow = flow_open(flows, &client, &server);

	pass(flows, &client, &server, SEG_SYN, 1000, 0);
	pass(flows, &server, &client, SEG_SYN | SEG_ACK, 5000, 1001);
	pass(flows, &client, &server, SEG_ACK, 1001, 5001);
	return flow;
}

static struct flows flows;

FIXTURE(clear)
{
	flows_clear(&flows);
	assert_null(flows.newest);
	return 0;
}

/* -- Names */

TEST(flows_are_named_in_the_order_in_which_they_are_opened)
{
	struct endpoint other = LWIP_SIDE(49153);
	struct flow *first = flow_open(&flows, &client, &server);
	struct flow *second = flow_open(&flows, &other, &server);

	assert_string_equal(first->name, "c1");
	assert_string_equal(second->name, "c2");
	assert_int_equal(flows.count, 2);
}

TEST(listeners_are_counted_apart)
{
	struct endpoint other = LWIP_SIDE(49153);
	char name[12];

	flow_open(&flows, &client, &server);
	flow_name_listener(&flows, name);
	assert_string_equal(name, "l1");
	flow_name_listener(&flows, name);
	assert_string_equal(name, "l2");
	assert_string_equal(flow_open(&flows, &other, &server)->name, "c2");
}

TEST(names_begin_again_after_all_flows_are_forgotten)
{
	char name[12];

	flow_open(&flows, &client, &server);
	flow_name_listener(&flows, name);
	flows_clear(&flows);
	assert_null(flow_find(&flows, &client, &server));
	assert_string_equal(flow_open(&flows, &client, &server)->name, "c1");
	flow_name_listener(&flows, name);
	assert_string_equal(name, "l1");
}

/* -- Finding */

TEST(a_flow_is_found_from_either_side)
{
	struct flow *flow = flow_open(&flows, &client, &server);

	assert_ptr_equal(flow_find(&flows, &client, &server), flow);
	assert_ptr_equal(flow_find(&flows, &server, &client), flow);
}

TEST(a_flow_is_found_by_both_endpoints_only)
{
	struct endpoint other_port = server, other_address = client, six = client;

	flow_open(&flows, &client, &server);
	other_port.port++;
	other_address.addr[0]++;
	six.family = 6;
	assert_null(flow_find(&flows, &client, &other_port));
	assert_null(flow_find(&flows, &other_address, &server));
	assert_null(flow_find(&flows, &six, &server));
	assert_null(flow_find(&flows, &client, &client));
}

TEST(the_newest_of_two_flows_between_the_same_endpoints_is_found)
{
	struct flow *old = established(&flows);
	struct flow *fresh = flow_open(&flows, &client, &server);

	assert_ptr_not_equal(old, fresh);
	assert_ptr_equal(flow_find(&flows, &server, &client), fresh);
}

TEST(the_first_of_many_flows_is_still_found)
{
	struct flow *first = flow_open(&flows, &client, &server);
	struct endpoint other = client;

	for (int i = 0; i < 1000; i++) {
		other.port++;
		flow_open(&flows, &other, &server);
	}
	assert_ptr_equal(flow_find(&flows, &client, &server), first);
	assert_string_equal(flow_find(&flows, &other, &server)->name, "c1001");
}

/* -- Relative numbers */

TEST(numbers_are_relative_to_the_initial_ones_in_both_directions)
{
	struct flow *flow = established(&flows);
	struct seen seen = pass(&flows, &client, &server, SEG_ACK, 1011, 5021);

	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 11);
	assert_int_equal(seen.ack, 21);
	seen = pass(&flows, &server, &client, SEG_ACK, 5021, 1012);
	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 21);
	assert_int_equal(seen.ack, 12);
}

TEST(a_handshake_counts_from_0)
{
	struct seen seen = pass(&flows, &client, &server, SEG_SYN, 1000, 77);

	assert_string_equal(seen.flow->name, "c1");
	assert_int_equal(seen.seq, 0);
	assert_int_equal(seen.ack, 0); /* without the ACK bit the field says nothing */
	seen = pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 5000, 1001);
	assert_string_equal(seen.flow->name, "c1");
	assert_int_equal(seen.seq, 0);
	assert_int_equal(seen.ack, 1);
	seen = pass(&flows, &client, &server, SEG_ACK, 1001, 5001);
	assert_int_equal(seen.seq, 1);
	assert_int_equal(seen.ack, 1);
}

TEST(sequence_numbers_wrap_around)
{
	struct seen seen;

	pass(&flows, &client, &server, SEG_SYN, 0xffffffff, 0);
	seen = pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 0xfffffff0, 0);
	assert_int_equal(seen.ack, 1);
	seen = pass(&flows, &client, &server, SEG_ACK, 0x00000010, 0x00000000);
	assert_int_equal(seen.seq, 0x11);
	assert_int_equal(seen.ack, 0x10);
}

TEST(an_initial_sequence_number_of_0_is_one)
{
	struct seen seen = pass(&flows, &client, &server, SEG_SYN, 0, 0);

	assert_true(seen.flow->has_isn[0]);
	assert_ptr_equal(pass(&flows, &client, &server, SEG_SYN, 0, 0).flow, seen.flow);
	assert_ptr_not_equal(pass(&flows, &client, &server, SEG_SYN, 1, 0).flow, seen.flow);
}

TEST(a_number_before_the_initial_one_is_minus_one)
{
	established(&flows);
	/* A keepalive probe before any data: RFC 9293, 3.8.4. */
	assert_int_equal(pass(&flows, &client, &server, SEG_ACK, 999, 5001).seq, 0xffffffff);
}

/* -- Unknown connections */

TEST(a_segment_of_no_known_connection_makes_a_flow_with_absolute_numbers)
{
	struct seen seen = pass(&flows, &client, &server, SEG_ACK, 123456, 654321);

	assert_string_equal(seen.flow->name, "c1");
	assert_int_equal(seen.seq, 123456);
	assert_int_equal(seen.ack, 654321);
	seen = pass(&flows, &server, &client, SEG_RST, 654321, 5);
	assert_string_equal(seen.flow->name, "c1");
	assert_int_equal(seen.seq, 654321);
	assert_int_equal(seen.ack, 0);
}

TEST(an_acknowledgement_of_what_was_not_seen_is_absolute)
{
	struct seen seen;

	pass(&flows, &client, &server, SEG_SYN, 1000, 0);
	seen = pass(&flows, &server, &client, SEG_ACK, 5000, 1001);
	assert_int_equal(seen.seq, 5000);
	assert_int_equal(seen.ack, 1);
	seen = pass(&flows, &client, &server, SEG_ACK, 1001, 5000);
	assert_int_equal(seen.seq, 1);
	assert_int_equal(seen.ack, 5000);
}

/* -- One flow or two */

/* After a connection in TIME_WAIT, its client has sent the SYN of a new one. */
static struct flow *reopened(struct flow **old)
{
	*old = established(&flows);
	return pass(&flows, &client, &server, SEG_SYN, 9000, 0).flow;
}

TEST(what_the_server_still_says_of_the_old_connection_belongs_to_that)
{
	struct flow *old, *fresh = reopened(&old);
	struct seen seen = pass(&flows, &server, &client, SEG_ACK, 5002, 1002);

	assert_ptr_equal(seen.flow, old);
	assert_int_equal(seen.seq, 2);
	assert_int_equal(seen.ack, 2);
	/* Its answer to the new one begins the server's side of that. */
	assert_ptr_equal(pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 70000, 9001).flow,
			 fresh);
	seen = pass(&flows, &server, &client, SEG_ACK, 70001, 9002);
	assert_ptr_equal(seen.flow, fresh);
	assert_int_equal(seen.seq, 1);
	assert_int_equal(seen.ack, 2);
}

TEST(what_the_client_says_belongs_to_the_new_connection)
{
	struct flow *old, *fresh = reopened(&old);
	struct seen seen = pass(&flows, &client, &server, SEG_RST, 9001, 0);

	assert_ptr_equal(seen.flow, fresh);
	assert_int_equal(seen.seq, 1);
}

TEST(a_refusal_belongs_to_the_connection_that_is_refused)
{
	struct flow *flow = flow_open(&flows, &client, &server);

	pass(&flows, &client, &server, SEG_SYN, 1000, 0);
	assert_ptr_equal(pass(&flows, &server, &client, SEG_RST | SEG_ACK, 0, 1001).flow, flow);
}

TEST(a_retransmitted_syn_keeps_the_flow)
{
	struct flow *flow = flow_open(&flows, &client, &server);

	for (int i = 0; i < 3; i++) {
		struct seen seen = pass(&flows, &client, &server, SEG_SYN, 1000, 0);

		assert_ptr_equal(seen.flow, flow);
		assert_int_equal(seen.seq, 0);
	}
	assert_int_equal(flows.count, 1);
}

TEST(a_retransmitted_syn_ack_keeps_the_flow)
{
	struct flow *flow = established(&flows);
	struct seen seen = pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 5000, 1001);

	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 0);
}

/* Its server has forgotten the first one, and answers the retransmitted SYN anew. */
TEST(a_syn_ack_with_another_initial_number_keeps_the_flow)
{
	struct flow *flow = established(&flows);
	struct seen seen = pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 6000, 1001);

	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 0);
	assert_int_equal(pass(&flows, &client, &server, SEG_ACK, 1001, 6001).ack, 1);
}

TEST(a_syn_with_another_initial_number_makes_a_new_flow)
{
	struct flow *old = established(&flows);
	struct seen seen = pass(&flows, &client, &server, SEG_SYN, 9000, 0);

	assert_ptr_not_equal(seen.flow, old);
	assert_string_equal(seen.flow->name, "c2");
	assert_int_equal(seen.seq, 0);
	/* The old one's numbers are forgotten with it. */
	seen = pass(&flows, &server, &client, SEG_SYN | SEG_ACK, 70000, 9001);
	assert_string_equal(seen.flow->name, "c2");
	assert_int_equal(seen.seq, 0);
	assert_int_equal(seen.ack, 1);
	assert_int_equal(old->isn[0], 1000);
	assert_int_equal(old->isn[1], 5000);
}

TEST(the_server_may_open_the_next_connection_between_the_same_ports)
{
	struct flow *old = established(&flows);
	struct seen seen = pass(&flows, &server, &client, SEG_SYN, 9000, 0);

	assert_ptr_not_equal(seen.flow, old);
	assert_int_equal(seen.seq, 0);
	assert_true(endpoint_equal(&seen.flow->side[0], &server));
	assert_int_equal(pass(&flows, &client, &server, SEG_SYN | SEG_ACK, 7, 9001).ack, 1);
}

TEST(an_active_open_from_the_same_port_has_a_new_flow)
{
	struct flow *first = flow_open(&flows, &client, &server);

	assert_ptr_not_equal(flow_open(&flows, &client, &server), first);
	assert_int_equal(flows.count, 2);
}

TEST(simultaneous_open_shares_one_flow)
{
	struct flow *flow = flow_open(&flows, &client, &server);
	struct seen seen = pass(&flows, &client, &server, SEG_SYN, 1000, 0);

	assert_ptr_equal(seen.flow, flow);
	assert_ptr_equal(flow_open(&flows, &server, &client), flow);
	seen = pass(&flows, &server, &client, SEG_SYN, 5000, 0);
	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 0);
	seen = pass(&flows, &client, &server, SEG_SYN | SEG_ACK, 1000, 5001);
	assert_ptr_equal(seen.flow, flow);
	assert_int_equal(seen.seq, 0);
	assert_int_equal(seen.ack, 1);
	assert_int_equal(flows.count, 1);
}

TEST(an_active_open_by_who_has_answered_already_is_no_simultaneous_one)
{
	struct flow *old = established(&flows);

	assert_ptr_not_equal(flow_open(&flows, &server, &client), old);
}

int main(void)
{
#define FLOW_TEST(test) cmocka_unit_test_setup_teardown(test, clear, clear)
	static const struct CMUnitTest tests[] = {
		FLOW_TEST(flows_are_named_in_the_order_in_which_they_are_opened),
		FLOW_TEST(listeners_are_counted_apart),
		FLOW_TEST(names_begin_again_after_all_flows_are_forgotten),
		FLOW_TEST(a_flow_is_found_from_either_side),
		FLOW_TEST(a_flow_is_found_by_both_endpoints_only),
		FLOW_TEST(the_newest_of_two_flows_between_the_same_endpoints_is_found),
		FLOW_TEST(the_first_of_many_flows_is_still_found),
		FLOW_TEST(numbers_are_relative_to_the_initial_ones_in_both_directions),
		FLOW_TEST(a_handshake_counts_from_0),
		FLOW_TEST(sequence_numbers_wrap_around),
		FLOW_TEST(an_initial_sequence_number_of_0_is_one),
		FLOW_TEST(a_number_before_the_initial_one_is_minus_one),
		FLOW_TEST(a_segment_of_no_known_connection_makes_a_flow_with_absolute_numbers),
		FLOW_TEST(an_acknowledgement_of_what_was_not_seen_is_absolute),
		FLOW_TEST(what_the_server_still_says_of_the_old_connection_belongs_to_that),
		FLOW_TEST(what_the_client_says_belongs_to_the_new_connection),
		FLOW_TEST(a_refusal_belongs_to_the_connection_that_is_refused),
		FLOW_TEST(a_retransmitted_syn_keeps_the_flow),
		FLOW_TEST(a_retransmitted_syn_ack_keeps_the_flow),
		FLOW_TEST(a_syn_ack_with_another_initial_number_keeps_the_flow),
		FLOW_TEST(a_syn_with_another_initial_number_makes_a_new_flow),
		FLOW_TEST(the_server_may_open_the_next_connection_between_the_same_ports),
		FLOW_TEST(an_active_open_from_the_same_port_has_a_new_flow),
		FLOW_TEST(simultaneous_open_shares_one_flow),
		FLOW_TEST(an_active_open_by_who_has_answered_already_is_no_simultaneous_one),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
