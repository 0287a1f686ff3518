/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/eventfd.h>

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
	world.lab.stack = &stack_here;
	wire->before_kernel = before_kernel;
	wire->after_kernel = after_kernel;
	wire->context = &world;
	wire->seed = 1;
	wire->now_ns = clock_now_ns;
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

/* What becomes of a segment of a connection to that host; -1: nothing. */
static int judge_of(const char *conn, enum who to, uint8_t flags, uint16_t length)
{
	struct event frame = { .n = 1,
			       .kind = EV_FRAME,
			       .who = to == WHO_KERNEL ? WHO_LWIP : WHO_KERNEL,
			       .conn = conn };
	const struct wire_rule *rule;

	frame.frame.segment.flags = flags;
	frame.frame.segment.length = length;
	rule = wire_judge(wire, &frame);
	return rule == NULL ? -1 : (int)rule->action;
}

static int judge(enum who to, uint8_t flags)
{
	return judge_of("c1", to, flags, 0);
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
	assert_int_equal(wire->rules.rule[0].seen, 1);
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
	assert_int_equal(wire->rules.rule[0].seen, 256);
}

TEST(all_bits_of_set_must_be_set_and_none_of_clear)
{
	RULE(.action = WIRE_DROP, .set = SEG_SYN | SEG_ACK, .clear = SEG_FIN | SEG_RST);
	for (int flags = 0; flags < 256; flags++) {
		bool taken = (flags & SEG_SYN) && (flags & SEG_ACK) && !(flags & SEG_FIN) &&
			     !(flags & SEG_RST);

		assert_int_equal(judge(WHO_LWIP, (uint8_t)flags), taken ? WIRE_DROP : -1);
	}
	assert_int_equal(wire->rules.rule[0].seen, 16);
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
	assert_int_equal(wire->rules.rule[0].seen, 3);
}

TEST(the_first_rule_that_takes_a_frame_decides_but_all_count)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	RULE(.action = WIRE_DROP);
	RULE(.action = WIRE_CORRUPT, .nth = 3);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_HOLD);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_HOLD);
	assert_int_equal(wire->rules.rule[0].seen, 2);
	assert_int_equal(wire->rules.rule[1].seen, 3);
	assert_int_equal(wire->rules.rule[2].seen, 3);
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
	assert_int_equal(wire->rules.rule[WIRE_RULES - 1].seen, 1);
	wire_clear_rules(wire);
	assert_int_equal(wire_add_rule(wire, &rule), 0);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
}

TEST(a_range_takes_from_its_first_to_its_last)
{
	RULE(.action = WIRE_DROP, .nth = 2, .last = 4);
	RULE(.action = WIRE_HOLD, .nth = 6, .last = UINT32_MAX);
	for (int i = 1; i <= 20; i++)
		assert_int_equal(judge(WHO_LWIP, SEG_ACK), i >= 2 && i <= 4 ? WIRE_DROP
							   : i >= 6         ? WIRE_HOLD
									    : -1);
}

TEST(a_rule_takes_its_connection)
{
	RULE(.action = WIRE_DROP, .conn = "c2", .nth = 2);
	assert_int_equal(judge_of("c1", WHO_LWIP, SEG_ACK, 0), -1);
	assert_int_equal(judge_of("c2", WHO_LWIP, SEG_ACK, 0), -1);
	assert_int_equal(judge_of("c22", WHO_LWIP, SEG_ACK, 0), -1);
	assert_int_equal(judge_of(NULL, WHO_LWIP, SEG_ACK, 0), -1);
	assert_int_equal(judge_of("c2", WHO_KERNEL, SEG_ACK, 0), WIRE_DROP);
}

TEST(a_rule_takes_what_has_data_or_what_has_none)
{
	RULE(.action = WIRE_DROP, .data = WIRE_WITH_DATA);
	RULE(.action = WIRE_HOLD, .data = WIRE_WITHOUT_DATA);
	assert_int_equal(judge_of("c1", WHO_LWIP, SEG_ACK, 1), WIRE_DROP);
	assert_int_equal(judge_of("c1", WHO_LWIP, SEG_ACK, 0), WIRE_HOLD);
	assert_int_equal(wire->rules.rule[0].seen, 1);
	assert_int_equal(wire->rules.rule[1].seen, 1);
}

TEST(the_command_lines_rules_come_first_and_stay)
{
	struct wire_rule standing = { .action = WIRE_DROP, .set = SEG_FIN };

	RULE(.action = WIRE_HOLD);
	assert_int_equal(wire_add_standing_rule(wire, &standing), 0);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_DROP);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_HOLD);
	assert_int_equal(wire->rules.rule[0].seen, 2);
	wire_clear_rules(wire);
	assert_int_equal(judge(WHO_LWIP, SEG_FIN), WIRE_DROP);
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
}

TEST(the_command_lines_rules_leave_the_scenario_its_room)
{
	struct wire_rule rule = { .action = WIRE_DROP };

	for (int i = 0; i < WIRE_RULES; i++)
		assert_int_equal(wire_add_standing_rule(wire, &rule), 0);
	assert_int_equal(wire_add_standing_rule(wire, &rule), -ENOSPC);
	assert_int_equal(wire_add_rule(wire, &rule), 0);
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
	assert_string_equal(wire_fate(WIRE_DELAY), "delayed");
	assert_string_equal(wire_fate(WIRE_REORDER), "reordered");
}

/* -- Probability */

#define DRAWS 100000

static bool taken[2][DRAWS];

static int draw(bool results[DRAWS], uint64_t seed, uint32_t per_million)
{
	int count = 0;

	wire->seed = seed;
	wire_clear_rules(wire);
	wire->added = 0;
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

TEST(a_probability_is_the_number_of_draws_of_a_million_that_are_taken)
{
	struct entropy random;
	uint32_t drawn;

	RULE(.action = WIRE_DROP, .per_million = 1);
	random = wire->rules.rule[0].random;
	drawn = entropy_next(&random) % 1000000;
	random = wire->rules.rule[0].random;
	wire->rules.rule[0].per_million = drawn;
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), -1);
	wire->rules.rule[0].per_million = drawn + 1;
	wire->rules.rule[0].random = random;
	assert_int_equal(judge(WHO_LWIP, SEG_ACK), WIRE_DROP);
}

/* So many segments, one after the other, and which of them a rule of one's own alone would drop. */
#define SOME 1000

static void draw_some(bool results[SOME])
{
	for (int i = 0; i < SOME; i++)
		results[i] = judge(WHO_LWIP, SEG_ACK) == WIRE_DROP;
}

static void start_over(void)
{
	wire->added = 0;
	wire->standing.count = 0;
	wire_clear_rules(wire);
}

TEST(a_rule_draws_the_same_whatever_other_rules_there_are)
{
	struct wire_rule dup = { .action = WIRE_DUPLICATE, .per_million = 300000 };
	struct wire_rule drop = { .action = WIRE_DROP, .per_million = 300000 };
	bool taken_first;

	add_rule(drop);
	draw_some(taken[0]);

	/* One of the command line's that takes some of them before, and one more behind. */
	start_over();
	assert_int_equal(wire_add_standing_rule(wire, &dup), 0);
	add_rule(drop);
	add_rule(dup);
	for (int i = 0; i < SOME; i++) {
		int action = judge(WHO_LWIP, SEG_ACK);

		taken_first = action == WIRE_DUPLICATE;
		if (!taken_first)
			assert_int_equal(action == WIRE_DROP, taken[0][i]);
	}

	/* And the command line's first draws the same with a second one. */
	start_over();
	assert_int_equal(wire_add_standing_rule(wire, &drop), 0);
	draw_some(taken[0]);
	start_over();
	assert_int_equal(wire_add_standing_rule(wire, &drop), 0);
	assert_int_equal(wire_add_standing_rule(wire, &dup), 0);
	draw_some(taken[1]);
	assert_memory_equal(taken[0], taken[1], SOME);
}

TEST(two_rules_draw_differently)
{
	struct wire_rule drop = { .action = WIRE_DROP, .per_million = 500000 };

	add_rule(drop);
	draw_some(taken[0]);
	wire_clear_rules(wire);
	add_rule(drop); /* the scenario's second */
	draw_some(taken[1]);
	assert_memory_not_equal(taken[0], taken[1], SOME);
	start_over();
	assert_int_equal(wire_add_standing_rule(wire, &drop), 0);
	draw_some(taken[1]);
	assert_memory_not_equal(taken[0], taken[1], SOME);
}

TEST(other_segments_do_not_change_what_a_rule_draws)
{
	RULE(.action = WIRE_DROP, .from = WIRE_FROM(WHO_KERNEL), .per_million = 300000);
	draw_some(taken[0]);
	start_over();
	RULE(.action = WIRE_DROP, .from = WIRE_FROM(WHO_KERNEL), .per_million = 300000);
	for (int i = 0; i < SOME; i++) {
		assert_int_equal(judge(WHO_KERNEL, SEG_ACK), -1);
		taken[1][i] = judge(WHO_LWIP, SEG_ACK) == WIRE_DROP;
	}
	assert_memory_equal(taken[0], taken[1], SOME);
}

TEST(a_probable_rule_counts_what_it_does_not_take)
{
	assert_in_range(draw(taken[0], 1, 500000), 1, DRAWS - 1);
	assert_int_equal(wire->rules.rule[0].seen, DRAWS);
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

/* -- Frames that wait */

#define MS UINT64_C(1000000)

static void assert_release(uint32_t n, uint32_t frame, const char *words)
{
	assert_int_equal(event(n)->kind, EV_FAULT);
	assert_int_equal(event(n)->who, WHO_WIRE);
	assert_string_equal(event(n)->conn, "c1");
	assert_string_equal(event(n)->fault.action, "release");
	assert_int_equal(event(n)->fault.frame, frame);
	assert_string_equal(event(n)->fault.text, words);
}

TEST(a_delayed_frame_goes_on_when_its_time_has_come)
{
	RULE(.action = WIRE_DELAY, .nth = 1, .time_ns = 300 * MS);
	assert_true(wire_due_ns(wire) == PACKET_NEVER);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	assert_string_equal(event(1)->frame.fate, "delayed");
	assert_int_equal(wire_due_ns(wire) - clock_now_ns(), 300 * MS);
	clock_advance(299);
	assert_false(wire_step(wire));
	clock_advance(1);
	assert_true(wire_step(wire));
	assert_release(2, 1, "a delayed frame goes on");
	assert_arrival(0, WHO_KERNEL, 1);
	assert_true(wire_due_ns(wire) == PACKET_NEVER);
	assert_false(wire_step(wire));
}

TEST(nothing_but_time_is_the_cause_of_what_is_due)
{
	RULE(.action = WIRE_DELAY, .time_ns = 1 * MS);
	send_segment(WHO_LWIP, SEG_ACK, 1);
	clock_advance(1);
	timeline_set_cause(world.lab.timeline, (struct cause){ .event = 1 });
	assert_true(wire_step(wire));
	assert_int_equal(event(2)->cause, 0);
	assert_int_equal(timeline_cause(world.lab.timeline).event, 1);
}

TEST(delayed_frames_go_on_by_due_time_and_then_as_they_came)
{
	RULE(.action = WIRE_DELAY, .nth = 1, .time_ns = 30 * MS);
	RULE(.action = WIRE_DELAY, .nth = 3, .time_ns = 10 * MS);
	RULE(.action = WIRE_DELAY, .time_ns = 20 * MS);
	for (uint16_t length = 1; length <= 4; length++)
		send_segment(WHO_KERNEL, SEG_ACK, length);
	clock_advance(10);
	send_segment(WHO_LWIP, SEG_ACK, 5); /* due together with the first */
	clock_advance(100);
	deliver_all();
	assert_int_equal(world.count, 5);
	assert_arrival(0, WHO_KERNEL, 3);
	assert_arrival(1, WHO_KERNEL, 2);
	assert_arrival(2, WHO_KERNEL, 4);
	assert_arrival(3, WHO_KERNEL, 1);
	assert_arrival(4, WHO_LWIP, 5);
}

TEST(a_delayed_frame_is_overtaken)
{
	RULE(.action = WIRE_DELAY, .nth = 1, .time_ns = 1 * MS);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	deliver_all();
	clock_advance(1);
	deliver_all();
	assert_arrival(0, WHO_KERNEL, 2);
	assert_arrival(1, WHO_KERNEL, 1);
}

TEST(a_reordered_frame_lets_the_next_of_its_sender_pass)
{
	RULE(.action = WIRE_REORDER, .nth = 1);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_LWIP, SEG_ACK, 2);
	assert_string_equal(event(1)->frame.fate, "reordered");
	deliver_all();
	assert_int_equal(world.count, 1);
	send_segment(WHO_KERNEL, SEG_ACK, 3);
	deliver_all();
	assert_int_equal(world.count, 3);
	assert_arrival(0, WHO_LWIP, 2);
	assert_arrival(1, WHO_KERNEL, 3);
	assert_arrival(2, WHO_KERNEL, 1);
	assert_release(4, 1, "a reordered frame goes on");
}

TEST(frames_that_are_reordered_together_let_the_same_frame_pass)
{
	RULE(.action = WIRE_REORDER, .nth = 1, .last = 2);
	for (uint16_t length = 1; length <= 4; length++)
		send_segment(WHO_KERNEL, SEG_ACK, length);
	deliver_all();
	assert_int_equal(world.count, 4);
	assert_arrival(0, WHO_KERNEL, 3);
	assert_arrival(1, WHO_KERNEL, 1);
	assert_arrival(2, WHO_KERNEL, 2);
	assert_arrival(3, WHO_KERNEL, 6); /* behind the releases */
}

TEST(what_is_lost_or_waits_does_not_pass_a_reordered_frame)
{
	RULE(.action = WIRE_REORDER, .nth = 1);
	RULE(.action = WIRE_DROP, .nth = 2);
	RULE(.action = WIRE_HOLD, .nth = 3);
	for (uint16_t length = 1; length <= 3; length++)
		send_segment(WHO_KERNEL, SEG_ACK, length);
	deliver_all();
	assert_int_equal(world.count, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 4);
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(0, WHO_KERNEL, 4);
	assert_arrival(1, WHO_KERNEL, 1);
}

TEST(a_reordered_frame_that_nothing_passes_goes_on_by_itself)
{
	RULE(.action = WIRE_REORDER, .nth = 1);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	clock_advance(99);
	assert_false(wire_step(wire));
	clock_advance(1);
	assert_true(wire_step(wire));
	assert_arrival(0, WHO_KERNEL, 1);
}

TEST(a_hold_can_have_its_time)
{
	RULE(.action = WIRE_HOLD, .nth = 1, .time_ns = 5 * MS);
	RULE(.action = WIRE_HOLD, .nth = 2);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	clock_advance(5);
	assert_true(wire_step(wire));
	assert_release(3, 1, "a held frame goes on");
	assert_arrival(0, WHO_KERNEL, 1);
	assert_false(wire_step(wire));
	assert_true(wire_due_ns(wire) == PACKET_NEVER);
}

TEST(a_release_is_of_what_the_scenario_holds_alone)
{
	struct wire_rule standing = { .action = WIRE_HOLD, .set = SEG_FIN };

	assert_int_equal(wire_add_standing_rule(wire, &standing), 0);
	RULE(.action = WIRE_HOLD, .set = SEG_SYN);
	RULE(.action = WIRE_DELAY, .set = SEG_RST, .time_ns = 1 * MS);
	send_segment(WHO_KERNEL, SEG_FIN, 1);
	send_segment(WHO_KERNEL, SEG_RST, 2);
	send_segment(WHO_KERNEL, SEG_SYN, 3);
	wire_clear_rules(wire);
	wire_release(wire);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 3);
	clock_advance(1);
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(1, WHO_KERNEL, 2);
}

TEST(at_the_end_what_waits_still_is_lost_and_named)
{
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	RULE(.action = WIRE_DELAY, .time_ns = 1 * MS);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	send_segment(WHO_LWIP, SEG_ACK, 0);
	wire_finish(wire);
	assert_int_equal(timeline_count(world.lab.timeline), 4);
	assert_string_equal(event(3)->fault.action, "lost");
	assert_int_equal(event(3)->fault.frame, 2);
	assert_words(event(3)->fault.text, "ACK seq=", "of kernel is still delayed at the end");
	assert_int_equal(event(4)->fault.frame, 1);
	assert_words(event(4)->fault.text, "FIN seq=", "of lwip is still held at the end");
	clock_advance(1);
	wire_release(wire);
	assert_false(wire_step(wire));
	assert_int_equal(world.count, 0);
}

/* Whether the frame of an event has come, when a warp looks. */
static bool has_arrived(void *context)
{
	(void)context;
	return world.count > 0;
}

TEST(a_warp_stops_at_the_moment_at_which_a_frame_is_due)
{
	uint64_t start = clock_now_ns();

	RULE(.action = WIRE_DELAY, .nth = 1, .time_ns = 123 * MS);
	send_segment(WHO_LWIP, SEG_ACK, 1);
	assert_true(lab_warp_until(&world.lab, 1000, has_arrived, NULL));
	assert_int_equal(clock_now_ns() - start, 123 * MS);
	assert_release(3, 1, "a delayed frame goes on"); /* 2 is the warp */
	assert_int_equal(event(3)->v_ns - start, 123 * MS);
	assert_string_equal(event(2)->call.result, "123 ms");
}

TEST(a_warp_goes_on_past_what_was_due)
{
	uint64_t start = clock_now_ns();

	RULE(.action = WIRE_DELAY, .nth = 1, .time_ns = 400 * MS);
	RULE(.action = WIRE_DELAY, .nth = 2, .time_ns = 7 * MS);
	RULE(.action = WIRE_DELAY, .nth = 3, .time_ns = 600 * MS);
	for (uint16_t length = 1; length <= 3; length++)
		send_segment(WHO_LWIP, SEG_ACK, length);
	lab_warp(&world.lab, 500);
	assert_int_equal(clock_now_ns() - start, 500 * MS);
	assert_int_equal(world.count, 2);
	assert_release(5, 2, "a delayed frame goes on");
	assert_int_equal(event(5)->v_ns - start, 7 * MS);
	assert_release(6, 1, "a delayed frame goes on");
	assert_int_equal(event(6)->v_ns - start, 400 * MS);
}

TEST(a_wait_does_not_miss_the_moment_by_more_than_a_look)
{
	struct lab *lab = &world.lab;
	uint64_t start = clock_now_ns(), late;

	/* A device without frames, which lab_wait() looks at. */
	lab->netif.state = &lab->device.tap;
	lab->netif.mtu = 1500;
	lab->device.tap.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	lab->device.tap.ether.link = mnl_socket_open(NETLINK_ROUTE);
	assert_non_null(lab->device.tap.ether.link);
	RULE(.action = WIRE_DELAY, .time_ns = 42 * MS);
	send_segment(WHO_LWIP, SEG_ACK, 1);
	assert_true(lab_wait(lab, has_arrived, NULL, 5000));
	late = event(2)->v_ns - start - 42 * MS;
	assert_release(2, 1, "a delayed frame goes on");
	assert_true(late < 1000 * MS); /* before its time it would be a very large number */
	tapif_close(&lab->device.tap);
}

/* -- A cable that rules pull */

static void assert_cable(uint32_t n, const char *name, uint32_t cause)
{
	assert_int_equal(event(n)->kind, EV_CALL);
	assert_int_equal(event(n)->who, WHO_LAB);
	assert_string_equal(event(n)->call.name, name);
	assert_int_equal(event(n)->cause, cause);
}

TEST(a_cable_is_pulled_after_a_frame_which_still_passes)
{
	RULE(.action = WIRE_CUT, .set = SEG_FIN, .nth = 1);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	send_segment(WHO_KERNEL, SEG_FIN, 2);
	assert_cable(3, "cut", 2);
	send_segment(WHO_LWIP, SEG_ACK, 3);
	kernel_sends(arp, sizeof(arp));
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_KERNEL, 2);
	assert_string_equal(event(4)->frame.fate, "dropped");
	assert_string_equal(event(5)->frame.fate, "dropped");
	clock_advance(1000000);
	assert_false(wire_step(wire));
	assert_int_equal(timeline_count(world.lab.timeline), 5);
}

TEST(a_cable_is_mended_when_its_time_has_come)
{
	RULE(.action = WIRE_CUT, .nth = 1, .time_ns = 10 * MS);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	assert_int_equal(wire_due_ns(wire) - clock_now_ns(), 10 * MS);
	deliver_all();
	clock_advance(9);
	wire_step(wire);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	clock_advance(1);
	wire_step(wire);
	assert_cable(4, "mend", 0);
	send_segment(WHO_KERNEL, SEG_ACK, 3);
	deliver_all();
	assert_int_equal(world.count, 2);
	assert_arrival(1, WHO_KERNEL, 5);
}

TEST(a_cable_is_pulled_at_a_moment)
{
	uint64_t start = clock_now_ns();

	RULE(.action = WIRE_CUT, .at = true, .at_ns = start + 5 * MS, .time_ns = 20 * MS);
	lab_warp(&world.lab, 100);
	assert_cable(2, "cut", 0);
	assert_int_equal(event(2)->v_ns - start, 5 * MS);
	assert_cable(3, "mend", 0);
	assert_int_equal(event(3)->v_ns - start, 25 * MS);
	assert_true(wire_due_ns(wire) == PACKET_NEVER);
}

TEST(a_rule_that_cuts_leaves_a_frame_to_the_others)
{
	RULE(.action = WIRE_CUT, .nth = 1);
	RULE(.action = WIRE_DUPLICATE);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	deliver_all();
	assert_int_equal(world.count, 2);
}

TEST(the_scenario_mends_what_it_has_cut_and_no_more)
{
	struct wire_rule standing = { .action = WIRE_CUT, .nth = 2 };

	assert_int_equal(wire_add_standing_rule(wire, &standing), 0);
	RULE(.action = WIRE_CUT, .nth = 1);
	send_segment(WHO_KERNEL, SEG_ACK, 1);
	wire_clear_rules(wire);
	assert_cable(3, "mend", 0);
	send_segment(WHO_KERNEL, SEG_ACK, 2);
	assert_null(event(4)->frame.fate);
	wire_cut(wire, true);
	wire_cut(wire, false);
	wire_clear_rules(wire);
	send_segment(WHO_KERNEL, SEG_ACK, 3);
	assert_int_equal(timeline_count(world.lab.timeline), 8);
	assert_string_equal(event(8)->frame.fate, "dropped");
}

/* A rule for every frame, and frames that no rule may touch. */
static void check_untouched(enum wire_action action)
{
	struct frame udp = segment(WHO_LWIP, SEG_FIN, 8), broken = udp;

	RULE(.action = action, .time_ns = MS);
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
	assert_int_equal(wire->rules.rule[0].seen, 0);
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

TEST(no_rule_delays_what_is_not_tcp)
{
	check_untouched(WIRE_DELAY);
}

TEST(no_rule_reorders_what_is_not_tcp)
{
	check_untouched(WIRE_REORDER);
}

TEST(nothing_but_tcp_has_the_cable_pulled)
{
	check_untouched(WIRE_CUT);
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

TEST(detaching_forgets_what_is_on_its_way_and_what_waits)
{
	RULE(.action = WIRE_DELAY, .set = SEG_RST, .time_ns = 1 * MS);
	RULE(.action = WIRE_HOLD, .set = SEG_FIN);
	send_segment(WHO_KERNEL, SEG_FIN, 0);
	send_segment(WHO_KERNEL, SEG_ACK, 0);
	send_segment(WHO_LWIP, SEG_ACK, 0);
	send_segment(WHO_LWIP, SEG_RST, 0);
	wire_detach(wire);
	clock_advance(1);
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
	wire_send(wire, WHO_RAW, frame.bytes, frame.size);
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
	assert_int_equal(wire_send(wire, WHO_RAW, to_lwip.bytes, to_lwip.size)->who, WHO_RAW);
	wire_send(wire, WHO_RAW, to_kernel.bytes, to_kernel.size);
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
	wire_cut(wire, true);
	assert_cable(1, "cut", 0);
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	lwip_sends(arp, sizeof(arp));
	deliver_all();
	assert_int_equal(world.count, 0);
	assert_string_equal(event(2)->frame.fate, "dropped");
	assert_string_equal(event(3)->frame.fate, "dropped");

	wire_cut(wire, false);
	assert_cable(4, "mend", 0);
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	deliver_all();
	assert_int_equal(world.count, 1);
	assert_arrival(0, WHO_KERNEL, 5);
}

/* -- On an Ethernet segment */

TEST(on_a_segment_others_are_at_the_far_end)
{
	wire->on_segment = true;
	assert_int_equal(wire_far_end(wire), WHO_OTHERS);
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	send_segment(WHO_LWIP, SEG_ACK, 1);
	lwip_sends(arp, sizeof(arp));
	assert_int_equal(event(1)->who, WHO_LWIP);
	assert_int_equal(event(2)->who, WHO_OTHERS);
	deliver_all();
	assert_int_equal(world.count, 3);
	assert_arrival(0, WHO_KERNEL, 1);
	assert_arrival(1, WHO_LWIP, 2);
	assert_arrival(2, WHO_KERNEL, 3);
}

static int add_from(unsigned int from)
{
	struct wire_rule rule = { .action = WIRE_DROP, .from = from };
	int standing = wire_add_standing_rule(wire, &rule), err = wire_add_rule(wire, &rule);

	assert_int_equal(standing, err);
	return err;
}

TEST(a_rule_is_about_who_is_on_the_wire)
{
	assert_int_equal(add_from(WIRE_FROM(WHO_RAW)), 0);
	assert_int_equal(add_from(WIRE_FROM(WHO_OTHERS)), -EHOSTUNREACH);
	wire_clear_rules(wire);
	wire->standing.count = 0;
	wire->on_segment = true;
	assert_int_equal(add_from(WIRE_FROM(WHO_KERNEL)), -EHOSTUNREACH);
	assert_int_equal(add_from(WIRE_FROM(WHO_RAW)), -EHOSTUNREACH);
	assert_int_equal(wire->rules.count, 0);
	assert_int_equal(add_from(WIRE_FROM(WHO_OTHERS)), 0);
	send_segment(WHO_LWIP, SEG_ACK, 1);
	assert_string_equal(event(1)->frame.fate, "dropped");
}

/* -- In bulk */

static struct {
	uint8_t bytes[128];
	size_t size;
	int count;
} in_bulk;

static void note_bulk(void *context, const uint8_t *frame, size_t size)
{
	assert_ptr_equal(context, &in_bulk);
	assert_true(size <= sizeof(in_bulk.bytes));
	memcpy(in_bulk.bytes, frame, size);
	in_bulk.size = size;
	in_bulk.count++;
}

static void speak_in_bulk(void)
{
	memset(&in_bulk, 0, sizeof(in_bulk));
	memcpy(wire->raw_hwaddr, lab_raw_hwaddr, 6);
	wire->bulk_got_frame = note_bulk;
	wire->bulk_context = &in_bulk;
}

TEST(a_frame_in_bulk_arrives_at_once_and_is_not_recorded)
{
	uint8_t frame[60] = { 2, 0, 0, 9, 0, 2, [59] = 7 };

	speak_in_bulk();
	assert_int_equal(wire_bulk(wire, WHO_LWIP, frame, sizeof(frame)), 0);
	assert_int_equal(wire_bulk(wire, WHO_KERNEL, frame, sizeof(frame)), 0);
	assert_int_equal(world.count, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(world.arrivals[i].to, i == 0 ? WHO_LWIP : WHO_KERNEL);
		assert_int_equal(world.arrivals[i].size, sizeof(frame));
		assert_memory_equal(world.arrivals[i].bytes, frame, sizeof(frame));
	}
	assert_int_equal(world.acted_count, 0);
	assert_int_equal(timeline_count(world.lab.timeline), 0);
	assert_false(wire_step(wire));
}

TEST(what_is_for_the_third_host_is_not_recorded_in_bulk)
{
	uint8_t frame[60] = { [59] = 9 };

	speak_in_bulk();
	memcpy(frame, lab_raw_hwaddr, 6);
	lwip_sends(frame, sizeof(frame));
	assert_int_equal(in_bulk.count, 1);
	assert_int_equal(in_bulk.size, sizeof(frame));
	assert_memory_equal(in_bulk.bytes, frame, sizeof(frame));
	kernel_sends(frame, sizeof(frame));
	assert_int_equal(in_bulk.count, 2);
	assert_int_equal(timeline_count(world.lab.timeline), 0);
	assert_false(wire_step(wire));
}

TEST(what_is_for_others_is_recorded_in_bulk_as_ever)
{
	speak_in_bulk();
	lwip_sends(arp, sizeof(arp));
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	assert_int_equal(in_bulk.count, 0);
	assert_int_equal(timeline_count(world.lab.timeline), 2);
	deliver_all();
	assert_int_equal(world.count, 2);
}

TEST(a_frame_in_bulk_that_finds_no_room_is_told_of)
{
	uint8_t frame[60] = { 0 };
	struct pbuf *pool;

	speak_in_bulk();
	world.answer = ERR_IF;
	assert_int_equal(wire_bulk(wire, WHO_KERNEL, frame, sizeof(frame)), -ENOBUFS);
	assert_int_equal(wire_bulk(wire, WHO_LWIP, frame, sizeof(frame)), 0);
	pool = exhaust(PBUF_POOL);
	assert_int_equal(wire_bulk(wire, WHO_LWIP, frame, sizeof(frame)), -ENOBUFS);
	pbuf_free(pool);
	assert_int_equal(timeline_count(world.lab.timeline), 0);
}

/* -- A full timeline */

static void fill(void)
{
	timeline_limit(world.lab.timeline, 1);
	timeline_room(world.lab.timeline, 16);
	assert_true(timeline_is_full(world.lab.timeline));
	assert_int_equal(timeline_count(world.lab.timeline), 1);
}

TEST(a_full_timeline_has_no_plain_segments_and_they_arrive_all_the_same)
{
	struct frame frame = segment(WHO_KERNEL, SEG_ACK, 10);

	fill();
	send_segment(WHO_KERNEL, SEG_ACK, 10);
	send_segment(WHO_LWIP, SEG_ACK, 0);
	assert_true(wire_is_busy(wire));
	deliver_all();
	assert_false(wire_is_busy(wire));
	assert_int_equal(world.count, 2);
	assert_int_equal(world.arrivals[0].to, WHO_KERNEL);
	assert_memory_equal(world.arrivals[0].bytes, frame.bytes, frame.size);
	assert_int_equal(world.arrivals[1].to, WHO_LWIP);
	assert_int_equal(timeline_count(world.lab.timeline), 1);
	assert_int_equal(timeline_left_out(world.lab.timeline).frames, 2);
	assert_int_equal(timeline_left_out(world.lab.timeline).data, 10);
}

TEST(a_full_timeline_has_what_opens_and_closes)
{
	fill();
	send_segment(WHO_KERNEL, SEG_SYN, 0);
	send_segment(WHO_LWIP, SEG_FIN | SEG_ACK, 0);
	send_segment(WHO_LWIP, SEG_RST, 0);
	deliver_all();
	assert_int_equal(timeline_count(world.lab.timeline), 4);
	assert_arrival(0, WHO_KERNEL, 2);
	assert_arrival(1, WHO_LWIP, 3);
	assert_arrival(2, WHO_LWIP, 4);
}

TEST(a_full_timeline_has_what_a_rule_may_take)
{
	fill();
	RULE(.action = WIRE_DROP, .nth = 2);
	send_segment(WHO_KERNEL, SEG_ACK, 10);
	send_segment(WHO_KERNEL, SEG_ACK, 10);
	deliver_all();
	assert_int_equal(timeline_count(world.lab.timeline), 3);
	assert_string_equal(event(3)->frame.fate, "dropped");
	assert_int_equal(world.count, 1);
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
		WIRE_TEST(a_range_takes_from_its_first_to_its_last),
		WIRE_TEST(a_rule_takes_its_connection),
		WIRE_TEST(a_rule_takes_what_has_data_or_what_has_none),
		WIRE_TEST(the_command_lines_rules_come_first_and_stay),
		WIRE_TEST(the_command_lines_rules_leave_the_scenario_its_room),
		WIRE_TEST(a_new_rule_has_seen_nothing),
		WIRE_TEST(each_action_has_its_fate),
		WIRE_TEST(a_probability_is_kept),
		WIRE_TEST(the_ends_of_probability_are_certain),
		WIRE_TEST(the_same_seed_takes_the_same_frames),
		WIRE_TEST(a_probability_is_the_number_of_draws_of_a_million_that_are_taken),
		WIRE_TEST(a_rule_draws_the_same_whatever_other_rules_there_are),
		WIRE_TEST(two_rules_draw_differently),
		WIRE_TEST(other_segments_do_not_change_what_a_rule_draws),
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
		WIRE_TEST(a_delayed_frame_goes_on_when_its_time_has_come),
		WIRE_TEST(nothing_but_time_is_the_cause_of_what_is_due),
		WIRE_TEST(delayed_frames_go_on_by_due_time_and_then_as_they_came),
		WIRE_TEST(a_delayed_frame_is_overtaken),
		WIRE_TEST(a_reordered_frame_lets_the_next_of_its_sender_pass),
		WIRE_TEST(frames_that_are_reordered_together_let_the_same_frame_pass),
		WIRE_TEST(what_is_lost_or_waits_does_not_pass_a_reordered_frame),
		WIRE_TEST(a_reordered_frame_that_nothing_passes_goes_on_by_itself),
		WIRE_TEST(a_hold_can_have_its_time),
		WIRE_TEST(a_release_is_of_what_the_scenario_holds_alone),
		WIRE_TEST(at_the_end_what_waits_still_is_lost_and_named),
		WIRE_TEST(a_warp_stops_at_the_moment_at_which_a_frame_is_due),
		WIRE_TEST(a_warp_goes_on_past_what_was_due),
		WIRE_TEST(a_wait_does_not_miss_the_moment_by_more_than_a_look),
		WIRE_TEST(a_cable_is_pulled_after_a_frame_which_still_passes),
		WIRE_TEST(a_cable_is_mended_when_its_time_has_come),
		WIRE_TEST(a_cable_is_pulled_at_a_moment),
		WIRE_TEST(a_rule_that_cuts_leaves_a_frame_to_the_others),
		WIRE_TEST(the_scenario_mends_what_it_has_cut_and_no_more),
		WIRE_TEST(no_rule_drops_what_is_not_tcp),
		WIRE_TEST(no_rule_holds_what_is_not_tcp),
		WIRE_TEST(no_rule_duplicates_what_is_not_tcp),
		WIRE_TEST(no_rule_delays_what_is_not_tcp),
		WIRE_TEST(no_rule_reorders_what_is_not_tcp),
		WIRE_TEST(nothing_but_tcp_has_the_cable_pulled),
		WIRE_TEST(no_rule_corrupts_what_is_not_tcp),
		WIRE_TEST(a_frame_that_the_device_does_not_take_is_lost),
		WIRE_TEST(a_frame_that_lwip_does_not_take_is_freed),
		WIRE_TEST(a_frame_to_lwip_that_finds_the_pool_empty_is_lost),
		WIRE_TEST(a_frame_to_the_kernel_needs_no_pbuf_of_lwips),
		WIRE_TEST(detached_the_netif_has_its_own_functions_again),
		WIRE_TEST(detaching_forgets_what_is_on_its_way_and_what_waits),
		WIRE_TEST(a_wire_can_be_attached_again),
		WIRE_TEST(what_is_for_the_third_host_goes_there_alone),
		WIRE_TEST(what_is_for_all_goes_to_all_but_its_sender),
		WIRE_TEST(the_third_host_reaches_either_stack),
		WIRE_TEST(without_a_third_host_nothing_is_kept_for_it),
		WIRE_TEST(a_cut_cable_loses_every_frame_until_it_is_mended),
		WIRE_TEST(on_a_segment_others_are_at_the_far_end),
		WIRE_TEST(a_rule_is_about_who_is_on_the_wire),
		WIRE_TEST(a_frame_in_bulk_arrives_at_once_and_is_not_recorded),
		WIRE_TEST(what_is_for_the_third_host_is_not_recorded_in_bulk),
		WIRE_TEST(what_is_for_others_is_recorded_in_bulk_as_ever),
		WIRE_TEST(a_frame_in_bulk_that_finds_no_room_is_told_of),
		WIRE_TEST(a_full_timeline_has_no_plain_segments_and_they_arrive_all_the_same),
		WIRE_TEST(a_full_timeline_has_what_opens_and_closes),
		WIRE_TEST(a_full_timeline_has_what_a_rule_may_take),
	};

	return cmocka_run_group_tests_name("wire", tests, start_lwip, NULL);
}
