/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "frames.h"
#include "lab/lab.h"
#include "linux/clock.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"

/* -- A netif whose driver and whose lwIP only take note of what they get */

#define MAX_ARRIVALS 64

struct arrival {
	enum who to;
	uint8_t bytes[2048];
	size_t size;
	uint32_t cause; /* the timeline's, at that moment */
};

static struct {
	struct lab lab; /* of which there is a timeline and a wire */
	struct arrival arrivals[MAX_ARRIVALS];
	int count;
	uint32_t acted[MAX_ARRIVALS]; /* the causes with which the kernel is said to have acted */
	int acted_count;
	int expected_count; /* how often it was said that a frame comes to the kernel */
	err_t answer;       /* of both */
	void (*on_expected)(void);
	void (*on_acted)(void);
} world;

static struct wire *const wire = &world.lab.wire;

static void note_arrival(enum who to, const struct pbuf *p)
{
	struct arrival *arrival = &world.arrivals[world.count++];

	assert_true(world.count <= MAX_ARRIVALS);
	arrival->to = to;
	arrival->size = pbuf_copy_partial(p, arrival->bytes, sizeof(arrival->bytes), 0);
	arrival->cause = timeline_cause(world.lab.timeline).event;
	assert_int_equal(arrival->size, p->tot_len);
}

static err_t kernel_takes(struct netif *netif, struct pbuf *p)
{
	assert_ptr_equal(netif, &world.lab.netif);
	note_arrival(WHO_KERNEL, p);
	return world.answer;
}

static err_t lwip_takes(struct pbuf *p, struct netif *netif)
{
	assert_ptr_equal(netif, &world.lab.netif);
	note_arrival(WHO_LWIP, p);
	if (world.answer == ERR_OK)
		pbuf_free(p);
	return world.answer;
}

static void before_kernel(void *context)
{
	assert_ptr_equal(context, &world);
	assert_int_equal(world.expected_count, world.acted_count);
	assert_int_equal(timeline_cause(world.lab.timeline).event, 0);
	world.expected_count++;
	if (world.on_expected != NULL)
		world.on_expected();
}

static void after_kernel(void *context)
{
	assert_ptr_equal(context, &world);
	assert_int_equal(world.expected_count, world.acted_count + 1);
	world.acted[world.acted_count++] = timeline_cause(world.lab.timeline).event;
	if (world.on_acted != NULL)
		world.on_acted();
}

static uint16_t used_before[MEMP_MAX];
static mem_size_t heap_before;

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

/* A wire without rules, on which nothing is. */
FIXTURE(attach)
{
	memset(&world, 0, sizeof(world));
	for (int i = 0; i < MEMP_MAX; i++)
		used_before[i] = (uint16_t)lwip_stats.memp[i]->used;
	heap_before = lwip_stats.mem.used;
	world.lab.netif.linkoutput = kernel_takes;
	world.lab.netif.input = lwip_takes;
	world.lab.timeline = timeline_new(clock_now_ns);
	wire->before_kernel = before_kernel;
	wire->after_kernel = after_kernel;
	wire->context = &world;
	wire->random.state = 1;
	wire_attach(wire, &world.lab.netif, world.lab.timeline, &world.lab.flows);
	return 0;
}

FIXTURE(detach)
{
	wire_detach(wire);
	flows_clear(&world.lab.flows);
	timeline_free(world.lab.timeline);
	for (int i = 0; i < MEMP_MAX; i++)
		assert_int_equal(lwip_stats.memp[i]->used, used_before[i]);
	assert_int_equal(lwip_stats.mem.used, heap_before);
	return 0;
}

/* -- Who sends */

static struct pbuf *pbuf_of(const void *bytes, size_t size)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);

	assert_non_null(p);
	pbuf_take(p, bytes, (u16_t)size);
	return p;
}

static void lwip_sends(const void *bytes, size_t size)
{
	struct pbuf *p = pbuf_of(bytes, size);

	assert_int_equal(world.lab.netif.linkoutput(&world.lab.netif, p), ERR_OK);
	assert_int_equal(p->ref, 1);
	pbuf_free(p);
}

static void kernel_sends(const void *bytes, size_t size)
{
	assert_int_equal(world.lab.netif.input(pbuf_of(bytes, size), &world.lab.netif), ERR_OK);
}

/* A segment with as many bytes of data as tell it from others. */
static struct frame segment(enum who to, uint8_t flags, uint16_t length)
{
	struct segment segment = { .seq = 1000, .flags = flags, .length = length };

	segment.src = to == WHO_KERNEL ? LWIP_SIDE(1000) : KERNEL_SIDE(80);
	segment.dst = to == WHO_KERNEL ? KERNEL_SIDE(80) : LWIP_SIDE(1000);
	return frame_ipv4(&segment, NULL, 0);
}

static void send_segment(enum who to, uint8_t flags, uint16_t length)
{
	struct frame frame = segment(to, flags, length);

	if (to == WHO_KERNEL)
		lwip_sends(frame.bytes, frame.size);
	else
		kernel_sends(frame.bytes, frame.size);
}

static const uint8_t arp[42] = { [12] = 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1 };

static void deliver_all(void)
{
	while (wire_step(wire))
		continue;
}

static const struct event *event(uint32_t n)
{
	const struct event *found = timeline_event(world.lab.timeline, n);

	assert_non_null(found);
	return found;
}

/* The nth arrival, from 0, is the frame of this event, unchanged. */
static void assert_arrival(int i, enum who to, uint32_t n)
{
	const struct event *frame = event(n);

	assert_true(i < world.count);
	assert_int_equal(frame->kind, EV_FRAME);
	assert_int_equal(world.arrivals[i].to, to);
	assert_int_equal(world.arrivals[i].size, frame->frame.size);
	assert_memory_equal(world.arrivals[i].bytes, frame->frame.bytes, frame->frame.size);
	assert_int_equal(world.arrivals[i].cause, n);
}

static void add_rule(struct wire_rule rule)
{
	assert_int_equal(wire_add_rule(wire, &rule), 0);
}

#define RULE(...) add_rule((struct wire_rule){ __VA_ARGS__ })

/* What becomes of a segment to that host. */
static int judge(enum who to, uint8_t flags)
{
	struct segment segment = { .flags = flags };

	return wire_judge(wire, to == WHO_KERNEL ? WHO_LWIP : WHO_KERNEL, &segment);
}

/* -- Which frames a rule takes */

TEST(without_rules_nothing_is_taken)
{
	assert_int_equal(judge(WHO_KERNEL, SEG_SYN), -1);
	assert_int_equal(judge(WHO_LWIP, 0), -1);
}

TEST(a_rule_takes_its_direction)
{
	add_rule((struct wire_rule){ .from = WIRE_FROM(WHO_LWIP), .action = WIRE_HOLD });
	assert_int_equal(judge(WHO_KERNEL, SEG_ACK), WIRE_HOLD);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
	assert_int_equal(wire->rules[0].seen, 1);
	wire_clear_rules(wire);
	add_rule((struct wire_rule){ .from = WIRE_FROM(WHO_KERNEL), .action = WIRE_CORRUPT });
	assert_int_equal(judge(WHO_KERNEL, SEG_ACK), -1);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_CORRUPT);
	wire_clear_rules(wire);
	RULE(.action = WIRE_DUPLICATE);
	assert_int_equal(judge(WHO_KERNEL, SEG_ACK), WIRE_DUPLICATE);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DUPLICATE);
}

TEST(a_rule_without_conditions_takes_everything)
{
	RULE(.action = WIRE_DROP);
	for (int flags = 0; flags < 256; flags++)
		assert_int_equal(judge(WHO_LWIP, (uint8_t)flags), WIRE_DROP);
	assert_int_equal(wire->rules[0].seen, 256);
}

TEST(all_bits_of_set_must_be_set_and_none_of_clear)
{
	RULE(.action = WIRE_DROP, .set = SEG_SYN | SEG_ACK, .clear = SEG_FIN | SEG_RST);
	for (int flags = 0; flags < 256; flags++) {
		bool taken = (flags & SEG_SYN) && (flags & SEG_ACK) && !(flags & SEG_FIN) &&
			     !(flags & SEG_RST);

		assert_int_equal(judge(WHO_LWIP, (uint8_t)flags), taken ? WIRE_DROP : -1);
	}
	assert_int_equal(wire->rules[0].seen, 16);
}

TEST(only_the_nth_of_those_that_meet_the_rest_is_taken)
{
	add_rule((struct wire_rule){
		.from = WIRE_FROM(WHO_LWIP), .action = WIRE_DROP, .set = SEG_FIN, .nth = 2 });
	assert_int_equal(judge(WHO_KERNEL, SEG_ACK), -1);
	assert_int_equal(judge(WHO_KERNEL, SEG_FIN), -1);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), -1);
	assert_int_equal(judge(WHO_KERNEL, SEG_SYN), -1);
	assert_int_equal(judge(WHO_KERNEL, SEG_FIN | SEG_ACK), WIRE_DROP);
	assert_int_equal(judge(WHO_KERNEL, SEG_FIN | SEG_ACK), -1);
	assert_int_equal(wire->rules[0].seen, 3);
}

TEST(the_first_rule_that_takes_a_frame_decides_but_all_count)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	RULE(.action = WIRE_DROP);
	RULE(.action = WIRE_CORRUPT, .nth = 3);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_HOLD);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_HOLD);
	assert_int_equal(wire->rules[0].seen, 2);
	assert_int_equal(wire->rules[1].seen, 3);
	assert_int_equal(wire->rules[2].seen, 3);
}

TEST(a_rule_that_does_not_take_a_frame_leaves_it_to_the_next)
{
	RULE(.action = WIRE_DROP, .nth = 1);
	RULE(.action = WIRE_HOLD, .nth = 2);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_HOLD);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
}

TEST(there_is_room_for_so_many_rules_and_no_more)
{
	struct wire_rule rule = { .action = WIRE_DROP };

	assert_int_equal(WIRE_RULES, 16);
	rule.nth = 1000;
	for (int i = 0; i < WIRE_RULES; i++)
		assert_int_equal(wire_add_rule(wire, &rule), 0);
	rule.nth = 0;
	assert_int_equal(wire_add_rule(wire, &rule), -ENOSPC);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
	assert_int_equal(wire->rules[WIRE_RULES - 1].seen, 1);
	wire_clear_rules(wire);
	assert_int_equal(wire_add_rule(wire, &rule), 0);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
}

TEST(a_new_rule_has_seen_nothing)
{
	struct wire_rule rule = { .action = WIRE_DROP, .nth = 1, .seen = 5 };

	assert_int_equal(wire_add_rule(wire, &rule), 0);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
}

TEST(each_action_has_its_fate)
{
	assert_string_equal(wire_fate(WIRE_DROP), "dropped");
	assert_string_equal(wire_fate(WIRE_HOLD), "held");
	assert_string_equal(wire_fate(WIRE_DUPLICATE), "duplicated");
	assert_string_equal(wire_fate(WIRE_CORRUPT), "corrupted");
}

/* -- Probability */

#define DRAWS 100000

static bool taken[2][DRAWS];

static int draw(bool results[DRAWS], uint64_t seed, uint32_t per_million)
{
	int count = 0;

	wire->random.state = seed;
	wire_clear_rules(wire);
	RULE(.action = WIRE_DROP, .per_million = per_million);
	for (int i = 0; i < DRAWS; i++) {
		results[i] = judge(WHO_LWIP, SEG_ACK) >= 0;
		count += results[i];
	}
	return count;
}

TEST(a_probability_is_kept)
{
	/* Within five standard deviations: sqrt(n p (1 - p)). */
	assert_in_range(draw(taken[0], 1, 250000), 25000 - 685, 25000 + 685);
	assert_in_range(draw(taken[0], 2, 500000), 50000 - 791, 50000 + 791);
	assert_in_range(draw(taken[0], 3, 10000), 1000 - 158, 1000 + 158);
	assert_in_range(draw(taken[0], 4, 999000), 99900 - 50, 99900 + 50);
}

TEST(the_ends_of_probability_are_certain)
{
	assert_int_equal(draw(taken[0], 1, 0), DRAWS);
	assert_int_equal(draw(taken[0], 1, 1000000), DRAWS);
	assert_in_range(draw(taken[0], 1, 1), 0, 3);
}

TEST(the_same_seed_takes_the_same_frames)
{
	draw(taken[0], 7, 300000);
	draw(taken[1], 7, 300000);
	assert_memory_equal(taken[0], taken[1], sizeof(taken[0]));
	draw(taken[1], 8, 300000);
	assert_memory_not_equal(taken[0], taken[1], sizeof(taken[0]));
}

TEST(the_wires_own_randomness_decides)
{
	struct entropy random = { 1 };

	RULE(.action = WIRE_DROP, .per_million = 500000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(judge(WHO_LWIP, SEG_ACK),
				 entropy_next(&random) % 1000000 < 500000 ? WIRE_DROP : -1);
}

TEST(a_probability_is_the_number_of_draws_of_a_million_that_are_taken)
{
	struct entropy random = { 7 };
	uint32_t drawn = entropy_next(&random) % 1000000;

	RULE(.action = WIRE_DROP, .per_million = drawn);
	wire->random.state = 7;
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
	wire->rules[0].per_million = drawn + 1;
	wire->random.state = 7;
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
}

TEST(a_probable_rule_counts_what_it_does_not_take)
{
	assert_in_range(draw(taken[0], 1, 500000), 1, DRAWS - 1);
	assert_int_equal(wire->rules[0].seen, DRAWS);
}

/* -- Frames on their way */

TEST(frames_wait_until_they_are_delivered)
{
	assert_false(wire_step(wire));
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	assert_int_equal(world.count, 0);
	assert_true(wire_step(wire));
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_false(wire_step(wire));
}

TEST(frames_of_both_directions_arrive_in_the_order_in_which_they_were_sent)
{
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_LWIP, SEG_ACK, 2);
	send_segment(WHO_LWIP, SEG_ACK, 3);
	send_segment(WHO_KERNEL, SEG_ACK, 4);
	deliver_all();
	assert_int_equal(world.count, 4);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_LWIP, 2);
	assert_arrival(2, WHO_LWIP, 3);
	assert_arrival(3, WHO_KERNEL, 4);
}

TEST(the_queue_can_empty_and_fill_again)
{
	for (uint32_t n = 1; n <= 10; n++) {
		send_segment(WHO_KERNEL, SEG_ACK, (uint16_t)n);
		assert_true(wire_step(wire));
		assert_false(wire_step(wire));
		assert_arrival((int)n - 1, WHO_KERNEL, n);
	}
}

TEST(a_frame_is_recorded_when_it_is_sent)
{
	struct frame frame = segment(WHO_KERNEL, SEG_SYN, 5);

	timeline_set_cause(world.lab.timeline, (struct cause){ .event = 99 });
	lwip_sends(frame.bytes, frame.size);
	assert_int_equal(timeline_count(world.lab.timeline), 1);
	assert_int_equal(event(1)->kind, EV_FRAME);
	assert_int_equal(event(1)->who, WHO_LWIP);
	assert_int_equal(event(1)->cause, 99);
	assert_string_equal(event(1)->conn, "c1");
	assert_int_equal(event(1)->frame.size, frame.size);
	assert_memory_equal(event(1)->frame.bytes, frame.bytes, frame.size);
	assert_true(event(1)->frame.tcp);
	assert_int_equal(event(1)->frame.segment.seq, 1000);
	assert_int_equal(event(1)->frame.segment.length, 5);
	assert_int_equal(event(1)->frame.seq, 0);
	assert_null(event(1)->frame.fate);
	send_segment(WHO_LWIP, SEG_SYN | SEG_ACK, 0);
	assert_int_equal(event(2)->who, WHO_KERNEL);
	assert_string_equal(event(2)->conn, "c1");
}

TEST(a_frame_in_pieces_arrives_whole)
{
	struct frame frame = segment(WHO_KERNEL, SEG_ACK, 100);
	struct pbuf *p = pbuf_of(frame.bytes, 60);

	pbuf_cat(p, pbuf_of(frame.bytes + 60, 1));
	pbuf_cat(p, pbuf_of(frame.bytes + 61, frame.size - 61));
	world.lab.netif.linkoutput(&world.lab.netif, p);
	pbuf_free(p);
	deliver_all();
	assert_arrival(0, WHO_KERNEL, 1);
	assert_int_equal(world.arrivals[0].size, frame.size);
	assert_memory_equal(world.arrivals[0].bytes, frame.bytes, frame.size);
}

TEST(a_frame_larger_than_any_pbuf_of_the_pool_arrives_whole)
{
	uint8_t jumbo[9014] = { [12] = 0x08, 0x06 };

	jumbo[9013] = 77;
	kernel_sends(jumbo, 2000);
	deliver_all();
	assert_arrival(0, WHO_LWIP, 1);
	kernel_sends(jumbo, sizeof(jumbo));
	assert_int_equal(event(2)->frame.size, sizeof(jumbo));
	assert_memory_equal(event(2)->frame.bytes, jumbo, sizeof(jumbo));
	wire_detach(wire); /* note_arrival() has no room for that one */
}

TEST(the_kernel_acts_after_each_delivery_to_it_because_of_the_frame)
{
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	send_segment(WHO_LWIP, SEG_SYN | SEG_ACK, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 0);
	deliver_all();
	assert_int_equal(world.acted_count, 2);
	assert_int_equal(world.acted[0], 1);
	assert_int_equal(world.acted[1], 3);
}

static void kernel_timer_sends(void)
{
	assert_int_equal(world.count, 0); /* the frame has not come yet */
	send_segment(WHO_LWIP, SEG_ACK, 3);
}

TEST(what_the_kernel_did_before_a_frame_came_is_not_caused_by_it)
{
	world.on_expected = kernel_timer_sends;
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	assert_true(wire_step(wire));
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_int_equal(event(2)->cause, 0);
	assert_true(wire_step(wire));
	assert_arrival(1, WHO_LWIP, 2);
	assert_int_equal(world.expected_count, 1);
}

static void kernel_answers(void)
{
	assert_int_equal(world.count, world.acted_count); /* it has the frame by now */
	if (world.acted_count == 1)
		send_segment(WHO_LWIP, SEG_SYN | SEG_ACK, 0);
}

TEST(an_answer_is_caused_by_the_frame_and_waits_behind_the_others)
{
	world.on_acted = kernel_answers;
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	assert_true(wire_step(wire));
	assert_int_equal(world.count, 1);
	assert_int_equal(event(3)->cause, 1);
	deliver_all();
	assert_arrival(1, WHO_KERNEL, 2);
	assert_arrival(2, WHO_LWIP, 3);
}

TEST(after_a_delivery_the_cause_before_is_as_it_was)
{
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	send_segment(WHO_LWIP, SEG_ACK, 0);
	timeline_set_cause(world.lab.timeline, (struct cause){ .timer = "lwip" });
	wire_step(wire);
	assert_string_equal(timeline_cause(world.lab.timeline).timer, "lwip");
	assert_int_equal(timeline_cause(world.lab.timeline).event, 0);
	wire_step(wire);
	assert_string_equal(timeline_cause(world.lab.timeline).timer, "lwip");
}

static void lwip_timer_sends(void *context)
{
	(void)context;
	send_segment(WHO_KERNEL, SEG_ACK, 1);
}

TEST(a_warp_delivers_what_a_timer_sends_at_the_timers_time)
{
	uint64_t start = clock_now_ns();

	world.on_acted = kernel_answers;
	sys_timeout(20, lwip_timer_sends, NULL);
	lab_warp(&world.lab, 1000);
	assert_int_equal(world.count, 2);
	for (uint32_t n = 1; n <= timeline_count(world.lab.timeline); n++)
		if (event(n)->kind == EV_FRAME)
			assert_int_equal(event(n)->v_ns - start, 20000000);
	assert_int_equal(world.arrivals[0].to, WHO_KERNEL);
	assert_int_equal(world.arrivals[1].to, WHO_LWIP);
}

/* -- What rules do */

TEST(a_dropped_frame_is_recorded_and_does_not_arrive)
{
	RULE(.action = WIRE_DROP, .set = SEG_FIN);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	send_segment(WHO_LWIP, SEG_FIN, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 0);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 3);
	assert_string_equal(event(1)->frame.fate, "dropped");
	assert_string_equal(event(2)->frame.fate, "dropped");
	assert_null(event(3)->frame.fate);
	assert_int_equal(world.acted_count, 1);
}

TEST(a_duplicated_frame_arrives_twice)
{
	RULE(.action = WIRE_DUPLICATE, .nth = 1);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	deliver_all();
	assert_int_equal(world.count, 3);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_KERNEL, 1);
	assert_arrival(2, WHO_KERNEL, 2);
	assert_int_equal(timeline_count(world.lab.timeline), 2);
	assert_string_equal(event(1)->frame.fate, "duplicated");
	assert_int_equal(world.acted_count, 3);
}

TEST(a_corrupted_frame_arrives_with_its_last_byte_inverted)
{
	struct frame sent = segment(WHO_LWIP, SEG_ACK, 10);
	struct frame expected = sent;

	RULE(.action = WIRE_CORRUPT);
	expected.bytes[expected.size - 1] ^= 0xff;
	kernel_sends(sent.bytes, sent.size);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_int_equal(world.arrivals[0].size, expected.size);
	assert_memory_equal(world.arrivals[0].bytes, expected.bytes, expected.size);
	assert_string_equal(event(1)->frame.fate, "corrupted");
}

TEST(a_corrupted_frame_is_recorded_as_it_was_sent)
{
	struct frame sent = segment(WHO_KERNEL, SEG_ACK, 10);

	RULE(.action = WIRE_CORRUPT);
	lwip_sends(sent.bytes, sent.size);
	deliver_all();
	assert_memory_equal(event(1)->frame.bytes, sent.bytes, sent.size);
}

TEST(a_held_frame_waits_for_its_release)
{
	RULE(.action = WIRE_HOLD);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	assert_false(wire_step(wire));
	assert_string_equal(event(1)->frame.fate, "held");
	wire_clear_rules(wire);
	assert_false(wire_step(wire));
	wire_release(wire);
	assert_int_equal(world.count, 0);
	assert_true(wire_step(wire));
	assert_arrival(0, WHO_KERNEL, 1);
	assert_false(wire_step(wire));
}

TEST(held_frames_go_on_in_the_order_in_which_they_came)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	send_segment(WHO_KERNEL, SEG_FIN, 1);
	send_segment(WHO_LWIP, SEG_FIN, 2);
	send_segment(WHO_KERNEL, SEG_FIN, 3);
	wire_release(wire);
	deliver_all();
	assert_int_equal(world.count, 3);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_LWIP, 2);
	assert_arrival(2, WHO_KERNEL, 3);
}

TEST(held_frames_go_on_behind_those_on_their_way)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	send_segment(WHO_KERNEL, SEG_FIN, 1);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	wire_release(wire);
	deliver_all();
	assert_arrival(0, WHO_KERNEL, 2);
	assert_arrival(1, WHO_KERNEL, 1);
}

TEST(a_release_is_recorded_for_each_frame)
{
	RULE(.action = WIRE_HOLD);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	send_segment(WHO_LWIP, SEG_FIN, 0);
	wire_release(wire);
	assert_int_equal(timeline_count(world.lab.timeline), 4);
	for (uint32_t n = 3; n <= 4; n++) {
		assert_int_equal(event(n)->kind, EV_FAULT);
		assert_int_equal(event(n)->who, WHO_WIRE);
		assert_string_equal(event(n)->conn, "c1");
		assert_string_equal(event(n)->fault.action, "release");
		assert_int_equal(event(n)->fault.frame, n - 2);
	}
	wire_release(wire);
	assert_int_equal(timeline_count(world.lab.timeline), 4);
}

TEST(frames_can_be_held_again_after_a_release)
{
	RULE(.action = WIRE_HOLD);
	for (int again = 0; again < 3; again++) {
		send_segment(WHO_KERNEL, SEG_FIN, 0);
		assert_false(wire_step(wire));
		wire_release(wire);
		assert_true(wire_step(wire));
	}
	assert_int_equal(world.count, 3);
}

/* A rule for every frame, and frames that no rule may touch. */
static void check_untouched(enum wire_action action)
{
	struct frame udp = segment(WHO_LWIP, SEG_FIN, 8), broken = udp;

	RULE(.action = action);
	udp.bytes[FRAME_IP + 9] = 17;
	broken.bytes[FRAME_TCP_4 + 12] = 0;
	kernel_sends(arp, sizeof(arp));
	lwip_sends(arp, sizeof(arp));
	kernel_sends(udp.bytes, udp.size);
	kernel_sends(broken.bytes, broken.size);
	deliver_all();
	assert_int_equal(world.count, 4);
	assert_arrival(0, WHO_LWIP, 1);
	assert_arrival(1, WHO_KERNEL, 2);
	assert_arrival(2, WHO_LWIP, 3);
	assert_arrival(3, WHO_LWIP, 4);
	for (uint32_t n = 1; n <= 4; n++) {
		assert_false(event(n)->frame.tcp);
		assert_null(event(n)->frame.fate);
		assert_null(event(n)->conn);
	}
	assert_int_equal(wire->rules[0].seen, 0);
}

TEST(no_rule_drops_what_is_not_tcp)
{
	check_untouched(WIRE_DROP);
}

TEST(no_rule_holds_what_is_not_tcp)
{
	check_untouched(WIRE_HOLD);
}

TEST(no_rule_duplicates_what_is_not_tcp)
{
	check_untouched(WIRE_DUPLICATE);
}

TEST(no_rule_corrupts_what_is_not_tcp)
{
	check_untouched(WIRE_CORRUPT);
}

/* -- What gets lost by itself */

static void assert_lost(uint32_t fault, uint32_t frame, const char *words)
{
	assert_int_equal(event(fault)->kind, EV_FAULT);
	assert_int_equal(event(fault)->who, WHO_WIRE);
	assert_string_equal(event(fault)->fault.action, "lost");
	assert_int_equal(event(fault)->fault.frame, frame);
	assert_int_equal(event(fault)->cause, frame);
	assert_words(event(fault)->fault.text, words);
}

TEST(a_frame_that_the_device_does_not_take_is_lost)
{
	world.answer = ERR_IF;
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	assert_true(wire_step(wire));
	assert_lost(2, 1, "device");
}

TEST(a_frame_that_lwip_does_not_take_is_freed)
{
	world.answer = ERR_MEM;
	send_segment(WHO_LWIP, SEG_SYN, 0);
	assert_true(wire_step(wire));
	assert_int_equal(world.count, 1);
}

/* Takes all that is left of a pool of pbufs. */
static struct pbuf *exhaust(pbuf_type type)
{
	static uint8_t byte;
	struct pbuf *all = NULL, *p;

	while ((p = type == PBUF_POOL ? pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)
				      : pbuf_alloc_reference(&byte, 1, type)) != NULL) {
		p->next = all;
		all = p;
	}
	return all;
}

static void give_back(struct pbuf *all)
{
	while (all != NULL) {
		struct pbuf *next = all->next;

		all->next = NULL;
		pbuf_free(all);
		all = next;
	}
}

TEST(a_frame_to_lwip_that_finds_the_pool_empty_is_lost)
{
	struct pbuf *all;

	send_segment(WHO_LWIP, SEG_SYN, 0);
	all = exhaust(PBUF_POOL);
	assert_true(wire_step(wire));
	give_back(all);
	assert_int_equal(world.count, 0);
	assert_lost(2, 1, "pool");
}

TEST(a_frame_to_the_kernel_needs_no_pbuf_of_lwips)
{
	struct pbuf *pool, *references;

	send_segment(WHO_KERNEL, SEG_SYN, 0);
	pool = exhaust(PBUF_POOL);
	references = exhaust(PBUF_REF);
	assert_true(wire_step(wire));
	give_back(references);
	give_back(pool);
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_int_equal(timeline_count(world.lab.timeline), 1);
}

/* -- Attached and detached */

TEST(detached_the_netif_has_its_own_functions_again)
{
	assert_ptr_not_equal(world.lab.netif.linkoutput, kernel_takes);
	assert_ptr_not_equal(world.lab.netif.input, lwip_takes);
	wire_detach(wire);
	assert_ptr_equal(world.lab.netif.linkoutput, kernel_takes);
	assert_ptr_equal(world.lab.netif.input, lwip_takes);
	wire_detach(wire);
}

TEST(detaching_forgets_what_is_on_its_way_and_what_is_held)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 0);
	send_segment(WHO_LWIP, SEG_ACK, 0);
	wire_detach(wire);
	assert_false(wire_step(wire));
	wire_release(wire);
	assert_false(wire_step(wire));
	assert_int_equal(world.count, 0);
}

TEST(a_wire_can_be_attached_again)
{
	wire_detach(wire);
	wire_attach(wire, &world.lab.netif, world.lab.timeline, &world.lab.flows);
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	deliver_all();
	assert_arrival(0, WHO_KERNEL, 1);
}

/* -- The third host, and the cable */

static const uint8_t third[6] = { 2, 0, 0, 0, 0, 3 }, lwips[6] = { 2, 0, 0, 0, 0, 2 };

static void third_takes(void *context, const struct event *frame)
{
	struct arrival *arrival = &world.arrivals[world.count++];

	assert_ptr_equal(context, &world);
	arrival->to = WHO_RAW;
	arrival->size = frame->frame.size;
	memcpy(arrival->bytes, frame->frame.bytes, frame->frame.size);
	arrival->cause = timeline_cause(world.lab.timeline).event;
}

static void connect_third(void)
{
	memcpy(wire->raw_hwaddr, third, 6);
	memcpy(world.lab.netif.hwaddr, lwips, 6);
	wire->raw_context = &world;
	wire->raw_got_frame = third_takes;
}

/* A segment to an Ethernet address, whoever it is from. */
static struct frame addressed(const uint8_t hwaddr[6])
{
	struct frame frame = segment(WHO_KERNEL, SEG_ACK, 1);

	memcpy(frame.bytes, hwaddr, 6);
	return frame;
}

TEST(what_is_for_the_third_host_goes_there_alone)
{
	struct frame frame = addressed(third);

	connect_third();
	lwip_sends(frame.bytes, frame.size);
	kernel_sends(frame.bytes, frame.size);
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(0, WHO_RAW, 1);
	assert_arrival(1, WHO_RAW, 2);
	assert_int_equal(world.acted_count, 0);
}

TEST(what_is_for_all_goes_to_all_but_its_sender)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct frame frame = addressed(everybody);

	connect_third();
	lwip_sends(frame.bytes, frame.size);
	wire_send(wire, frame.bytes, frame.size);
	deliver_all();
	assert_int_equal(world.count, 4);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_RAW, 1);
	assert_arrival(2, WHO_LWIP, 2);
	assert_arrival(3, WHO_KERNEL, 2);
}

TEST(the_third_host_reaches_either_stack)
{
	static const uint8_t kernels[6] = { 2, 0, 0, 0, 0, 1 };
	struct frame to_lwip = addressed(lwips), to_kernel = addressed(kernels);

	connect_third();
	assert_int_equal(wire_send(wire, to_lwip.bytes, to_lwip.size)->who, WHO_RAW);
	wire_send(wire, to_kernel.bytes, to_kernel.size);
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(0, WHO_LWIP, 1);
	assert_arrival(1, WHO_KERNEL, 2);
}

TEST(without_a_third_host_nothing_is_kept_for_it)
{
	struct frame frame = addressed(third);

	lwip_sends(frame.bytes, frame.size);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 1);
}

TEST(a_cut_cable_loses_every_frame_until_it_is_mended)
{
	wire->cut = true;
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	lwip_sends(arp, sizeof(arp));
	deliver_all();
	assert_int_equal(world.count, 0);
	assert_string_equal(event(1)->frame.fate, "dropped");
	assert_string_equal(event(2)->frame.fate, "dropped");

	wire->cut = false;
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 3);
}

int main(void)
{
#define WIRE_TEST(test) cmocka_unit_test_setup_teardown(test, attach, detach)
	static const struct CMUnitTest tests[] = {
		WIRE_TEST(without_rules_nothing_is_taken),
		WIRE_TEST(a_rule_takes_its_direction),
		WIRE_TEST(a_rule_without_conditions_takes_everything),
		WIRE_TEST(all_bits_of_set_must_be_set_and_none_of_clear),
		WIRE_TEST(only_the_nth_of_those_that_meet_the_rest_is_taken),
		WIRE_TEST(the_first_rule_that_takes_a_frame_decides_but_all_count),
		WIRE_TEST(a_rule_that_does_not_take_a_frame_leaves_it_to_the_next),
		WIRE_TEST(there_is_room_for_so_many_rules_and_no_more),
		WIRE_TEST(a_new_rule_has_seen_nothing),
		WIRE_TEST(each_action_has_its_fate),
		WIRE_TEST(a_probability_is_kept),
		WIRE_TEST(the_ends_of_probability_are_certain),
		WIRE_TEST(the_same_seed_takes_the_same_frames),
		WIRE_TEST(the_wires_own_randomness_decides),
		WIRE_TEST(a_probability_is_the_number_of_draws_of_a_million_that_are_taken),
		WIRE_TEST(a_probable_rule_counts_what_it_does_not_take),
		WIRE_TEST(frames_wait_until_they_are_delivered),
		WIRE_TEST(frames_of_both_directions_arrive_in_the_order_in_which_they_were_sent),
		WIRE_TEST(the_queue_can_empty_and_fill_again),
		WIRE_TEST(a_frame_is_recorded_when_it_is_sent),
		WIRE_TEST(a_frame_in_pieces_arrives_whole),
		WIRE_TEST(a_frame_larger_than_any_pbuf_of_the_pool_arrives_whole),
		WIRE_TEST(the_kernel_acts_after_each_delivery_to_it_because_of_the_frame),
		WIRE_TEST(what_the_kernel_did_before_a_frame_came_is_not_caused_by_it),
		WIRE_TEST(an_answer_is_caused_by_the_frame_and_waits_behind_the_others),
		WIRE_TEST(after_a_delivery_the_cause_before_is_as_it_was),
		WIRE_TEST(a_warp_delivers_what_a_timer_sends_at_the_timers_time),
		WIRE_TEST(a_dropped_frame_is_recorded_and_does_not_arrive),
		WIRE_TEST(a_duplicated_frame_arrives_twice),
		WIRE_TEST(a_corrupted_frame_arrives_with_its_last_byte_inverted),
		WIRE_TEST(a_corrupted_frame_is_recorded_as_it_was_sent),
		WIRE_TEST(a_held_frame_waits_for_its_release),
		WIRE_TEST(held_frames_go_on_in_the_order_in_which_they_came),
		WIRE_TEST(held_frames_go_on_behind_those_on_their_way),
		WIRE_TEST(a_release_is_recorded_for_each_frame),
		WIRE_TEST(frames_can_be_held_again_after_a_release),
		WIRE_TEST(no_rule_drops_what_is_not_tcp),
		WIRE_TEST(no_rule_holds_what_is_not_tcp),
		WIRE_TEST(no_rule_duplicates_what_is_not_tcp),
		WIRE_TEST(no_rule_corrupts_what_is_not_tcp),
		WIRE_TEST(a_frame_that_the_device_does_not_take_is_lost),
		WIRE_TEST(a_frame_that_lwip_does_not_take_is_freed),
		WIRE_TEST(a_frame_to_lwip_that_finds_the_pool_empty_is_lost),
		WIRE_TEST(a_frame_to_the_kernel_needs_no_pbuf_of_lwips),
		WIRE_TEST(detached_the_netif_has_its_own_functions_again),
		WIRE_TEST(detaching_forgets_what_is_on_its_way_and_what_is_held),
		WIRE_TEST(a_wire_can_be_attached_again),
		WIRE_TEST(what_is_for_the_third_host_goes_there_alone),
		WIRE_TEST(what_is_for_all_goes_to_all_but_its_sender),
		WIRE_TEST(the_third_host_reaches_either_stack),
		WIRE_TEST(without_a_third_host_nothing_is_kept_for_it),
		WIRE_TEST(a_cut_cable_loses_every_frame_until_it_is_mended),
	};

	return cmocka_run_group_tests_name("wire", tests, start_lwip, NULL);
}
