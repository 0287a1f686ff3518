/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>

#include "end/flood_count.h"
#include "end/flood_segment.h"
#include "end/raw.h"
#include "end/sock_diag.h"
#include "lab/namespace.h"

/* -- The attacker's segments */

static const uint8_t from[6] = { 2, 0, 0, 9, 0, 3 }, to[6] = { 2, 0, 0, 9, 0, 1 };

static struct endpoint victim_side(void)
{
	return (struct endpoint){ .family = 4, .addr = { 10, 9, 0, 1 }, .port = 80 };
}

static struct flood_segments begin(enum flood_kind kind, uint64_t seed)
{
	struct flood_segments segments;
	struct endpoint victim = victim_side();

	flood_segments_init(&segments, kind, seed, from, to, &victim);
	return segments;
}

/* The sum of 16-bit words, one's complement (RFC 1071): written here once more, and plainly. */
static uint16_t sum_of(const uint8_t *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Both checksums are right if everything adds up to 0xffff. */
static bool checksums_are_right(const struct flood_segments *segments)
{
	const uint8_t *ip = segments->frame + 14;
	uint32_t tcp_size = segments->size - 34u;
	uint16_t pseudo = sum_of(ip + 12, 8, 6 + tcp_size);

	return sum_of(ip, 20, 0) == 0xffff && sum_of(ip + 20, tcp_size, pseudo) == 0xffff;
}

static void check_kind(enum flood_kind kind, uint8_t flags, uint16_t length, uint16_t mss)
{
	struct flood_segments segments = begin(kind, 1);
	struct endpoint victim = victim_side();
	struct segment segment;

	for (int i = 0; i < 1000; i++) {
		flood_segments_next(&segments);
		assert_int_equal(segment_parse(segments.frame, segments.size, &segment), 0);
		assert_false(segment.truncated);
		assert_int_equal(segment.flags, flags);
		assert_int_equal(segment.length, length);
		assert_int_equal(segment.mss, mss);
		assert_true(endpoint_equal(&segment.dst, &victim));
		assert_int_equal(segment.src.addr[0], 198);
		assert_int_equal(segment.src.addr[1] & ~1, 18);
		assert_int_not_equal(segment.src.port, 0);
		assert_true(flood_is_source(&segment.src));
		assert_true(checksums_are_right(&segments));
	}
}

TEST(a_syn_is_right)
{
	check_kind(FLOOD_SYN, SEG_SYN, 0, 1460);
}

TEST(an_ack_is_right)
{
	check_kind(FLOOD_ACK, SEG_ACK, 0, 0);
}

TEST(a_syn_with_data_is_right)
{
	check_kind(FLOOD_SYN_DATA, SEG_SYN, FLOOD_DATA, 1460);
}

TEST(a_frame_goes_from_the_attacker_to_its_victim)
{
	struct flood_segments segments = begin(FLOOD_SYN, 1);

	assert_memory_equal(segments.frame, to, 6);
	assert_memory_equal(segments.frame + 6, from, 6);
}

/* So many of 1000 that have a bit set: about half of them, whichever bit it is. */
static void check_spread(const int *set, int bits)
{
	for (int i = 0; i < bits; i++)
		assert_in_range(set[i], 400, 600);
}

TEST(what_varies_uses_all_of_its_range)
{
	struct flood_segments segments = begin(FLOOD_ACK, 1);
	int address[17] = { 0 }, port[16] = { 0 }, seq[32] = { 0 }, ack[32] = { 0 };
	struct segment segment;

	for (int n = 0; n < 1000; n++) {
		uint32_t source;

		flood_segments_next(&segments);
		segment_parse(segments.frame, segments.size, &segment);
		memcpy(&source, segment.src.addr, 4);
		for (int i = 0; i < 32; i++) {
			if (i < 17)
				address[i] += ntohl(source) >> i & 1;
			if (i < 16)
				port[i] += segment.src.port >> i & 1;
			seq[i] += segment.seq >> i & 1;
			ack[i] += segment.ack >> i & 1;
		}
	}
	check_spread(address, 17);
	check_spread(port, 16);
	check_spread(seq, 32);
	check_spread(ack, 32);
}

TEST(the_same_seed_makes_the_same_segments)
{
	struct flood_segments a = begin(FLOOD_SYN, 7), b = begin(FLOOD_SYN, 7);
	struct flood_segments other = begin(FLOOD_SYN, 8);
	int same = 0;

	for (int i = 0; i < 100; i++) {
		flood_segments_next(&a);
		flood_segments_next(&b);
		flood_segments_next(&other);
		assert_memory_equal(a.frame, b.frame, a.size);
		same += memcmp(a.frame, other.frame, a.size) == 0;
	}
	assert_int_equal(same, 0);
}

TEST(the_network_has_its_ends)
{
	static const struct {
		const char *address;
		bool inside;
	} cases[] = {
		{ "198.17.255.255", false }, { "198.18.0.0", true },  { "198.18.0.1", true },
		{ "198.19.255.255", true },  { "198.20.0.0", false }, { "10.9.0.1", false },
		{ "198.146.0.0", false },    { "18.198.0.0", false },
	};
	struct endpoint endpoint = { .family = 4 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(inet_pton(AF_INET, cases[i].address, endpoint.addr), 1);
		assert_int_equal(flood_is_source(&endpoint), cases[i].inside);
	}
	endpoint = flood_network();
	assert_true(flood_is_source(&endpoint));
	endpoint.family = 6;
	assert_false(flood_is_source(&endpoint));
}

/* -- The kernel's counters */

static const char planted[] = "TcpExt: SyncookiesSent SyncookiesRecv ListenDrops\n"
			      "TcpExt: 12 18446744073709551615 0\n"
			      "IpExt: InNoRoutes ListenDrops\n"
			      "IpExt: 5 77\n"
			      "Tcp: RtoAlgorithm MaxConn PassiveOpens\n"
			      "Tcp: 1 -1 42\n";

static void check_counter(const char *text, const char *group, const char *name, uint64_t wanted)
{
	uint64_t value = wanted + 1;

	assert_true(flood_count_find(text, group, name, &value));
	assert_int_equal(value, wanted);
}

TEST(a_counter_is_found_by_its_group_and_its_name)
{
	check_counter(planted, "TcpExt", "SyncookiesSent", 12);
	check_counter(planted, "TcpExt", "SyncookiesRecv", UINT64_MAX);
	check_counter(planted, "TcpExt", "ListenDrops", 0);
	check_counter(planted, "IpExt", "ListenDrops", 77);
	check_counter(planted, "Tcp", "PassiveOpens", 42);
}

TEST(a_counter_that_is_not_there_is_not_found)
{
	uint64_t value;

	assert_false(flood_count_find(planted, "TcpExt", "PassiveOpens", &value));
	assert_false(flood_count_find(planted, "TcpExt", "Syncookies", &value));
	assert_false(flood_count_find(planted, "TcpExt", "SyncookiesSentTwice", &value));
	assert_false(flood_count_find(planted, "Udp", "ListenDrops", &value));
	assert_false(flood_count_find("", "Tcp", "PassiveOpens", &value));
	assert_false(flood_count_find("Tcp: PassiveOpens\n", "Tcp", "PassiveOpens", &value));
	assert_false(flood_count_find("Tcp: A B\nTcp: 1\n", "Tcp", "B", &value));
	assert_false(flood_count_find("Tcp: A\nTcp: \n", "Tcp", "A", &value));
}

TEST(this_kernel_has_all_of_them)
{
	struct flood_counter counter[FLOOD_COUNTERS];
	struct why why;

	assert_int_equal(flood_count_begin(counter, &why), FLOOD_COUNTERS);
	assert_string_equal(counter[0].name, "SyncookiesSent");
	assert_int_equal(flood_count_end(counter, FLOOD_COUNTERS, &why), 0);
	for (int i = 0; i < FLOOD_COUNTERS; i++)
		assert_true(counter[i].after >= counter[i].before);
}

/* -- Where no flood may be */

TEST(outside_a_private_namespace_there_is_no_flood)
{
	static struct lab lab; /* in which nothing works */
	struct end_ops lwip = { .who = WHO_LWIP }, kernel = { .who = WHO_KERNEL };
	struct end victim = { .ops = &lwip, .lab = &lab }, clients = { .ops = &kernel };
	struct end raw = { .lab = &lab };
	struct flood_plan plan = { .count = 1 };
	struct flood_result *result = calloc(1, sizeof(*result));
	struct why why;

	assert_non_null(result);
	assert_false(namespace_is_private());
	assert_int_equal(flood_run(&victim, &clients, &raw, &plan, result, &why), -EPERM);
	assert_words(why.text, "no flood outside a private network namespace");
	free(result);
}

/* -- In a lab: strangers. Each test in a child, since a process has one lab */

static struct {
	struct lab lab;
	struct end *lwip, *kernel, *raw;
	struct flood_segments segments;
	int got;
	struct segment answer;
} world;

static void got_frame(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	world.got += segment_parse(frame, size, &world.answer) == 0;
}

/* Nobody asserts in a child: the line that is wrong is said, and its number is the exit status. */
#define CHECK(condition)                                                    \
	do {                                                                \
		if (!(condition)) {                                         \
			print_error("line %d: %s\n", __LINE__, #condition); \
			return 1;                                           \
		}                                                           \
	} while (0)

static int open_world(int family)
{
	struct lab_settings settings = { .seed = 1, .family = family };
	struct why why;

	if (lab_open(&world.lab, &settings, &why) < 0 ||
	    kernel_end_open(&world.kernel, &world.lab, &why) < 0 ||
	    raw_end_open(&world.raw, &world.lab, &why) < 0 ||
	    lwip_end_open(&world.lwip, &world.lab) < 0) {
		print_error("%s\n", why.text);
		return 1;
	}
	return 0;
}

static void close_world(void)
{
	end_close(world.lwip);
	end_close(world.kernel);
	end_close(world.raw);
	lab_close(&world.lab);
}

/* The victim listens, and SYNs come from strangers. */
static int open_flooded(struct end *victim, const uint8_t hwaddr[6])
{
	struct endpoint network = flood_network(), at = victim->address;
	struct why why;

	CHECK(lab_route_to_raw(&world.lab, &network, FLOOD_PREFIX, &why) == 0);
	CHECK(conn_listen(victim, 80, 300) != NULL);
	victim->is_stranger = flood_is_source;
	world.lab.wire.bulk_got_frame = got_frame;
	at.port = 80;
	flood_segments_init(&world.segments, FLOOD_SYN, 1, lab_raw_hwaddr, hwaddr, &at);
	return 0;
}

/* A stranger answers the SYN,ACK. */
static int shake_hands(enum who victim, const uint8_t hwaddr[6])
{
	struct segment ack = { .src = world.answer.dst,
			       .dst = world.answer.src,
			       .seq = world.answer.ack,
			       .ack = world.answer.seq + 1,
			       .flags = SEG_ACK,
			       .window = 1000,
			       .wscale = -1 };
	uint8_t frame[FRAME_HEADERS];
	size_t size = frame_build(&ack, lab_raw_hwaddr, hwaddr, NULL, frame, sizeof(frame));

	return wire_bulk(&world.lab.wire, victim, frame, (uint16_t)size);
}

static int flood_lwip(void *context)
{
	uint32_t events, in_state[ST_COUNT];
	char leaks[LEAKS_STRLEN];
	struct conn *conn;
	struct lwip_pool pool;

	(void)context;
	CHECK(open_world(4) == 0 && open_flooded(world.lwip, lab_lwip_hwaddr) == 0);
	lwip_end_watch_pool(world.lwip);
	events = timeline_count(world.lab.timeline);
	for (unsigned int i = 0; i < lwip_end_pcbs() + 5; i++) {
		flood_segments_next(&world.segments);
		CHECK(wire_bulk(&world.lab.wire, WHO_LWIP, world.segments.frame,
				world.segments.size) == 0);
	}
	pool = lwip_end_pool(world.lwip);
	lwip_end_states(in_state);
	CHECK((unsigned int)world.got == lwip_end_pcbs());
	CHECK(world.answer.flags == (SEG_SYN | SEG_ACK) && flood_is_source(&world.answer.dst));
	CHECK(pool.used == lwip_end_pcbs() && pool.most == pool.used && pool.refused == 5);
	CHECK(in_state[ST_SYN_RCVD] == pool.used && in_state[ST_LISTEN] == 1);
	CHECK(timeline_count(world.lab.timeline) == events);

	CHECK(shake_hands(WHO_LWIP, lab_lwip_hwaddr) == 0);
	conn = conn_accept_now(world.lwip->conns->next); /* the listener: the oldest */
	CHECK(conn != NULL && conn->state == ST_ESTABLISHED && flood_is_source(&conn->remote));
	CHECK(timeline_count(world.lab.timeline) > events);

	end_abort(world.lwip);
	CHECK(lwip_end_leaks(world.lwip, leaks, sizeof(leaks)) == 0);
	world.lab.wire.bulk_got_frame = NULL;
	close_world();
	return 0;
}

TEST(strangers_at_lwip_are_worth_no_event_before_they_are_established)
{
	assert_int_equal(in_child(flood_lwip, NULL), 0);
}

static int flood_kernel(void *context)
{
	uint32_t events, in_state[ST_COUNT];
	struct mnl_socket *diag;
	struct why why;

	(void)context;
	CHECK(open_world(4) == 0 && open_flooded(world.kernel, lab_kernel_hwaddr) == 0);
	CHECK(sock_diag_open(&diag, &why) == 0);
	events = timeline_count(world.lab.timeline);
	for (int i = 0; i < 50; i++) {
		flood_segments_next(&world.segments);
		CHECK(wire_bulk(&world.lab.wire, WHO_KERNEL, world.segments.frame,
				world.segments.size) == 0);
	}
	CHECK(world.got == 0);
	lab_take_frames(&world.lab);
	CHECK(world.got == 50);
	CHECK(sock_diag_count(diag, 4, 80, in_state) == 0);
	CHECK(in_state[ST_SYN_RCVD] == 50 && in_state[ST_LISTEN] == 1);
	CHECK(sock_diag_count(diag, 4, 81, in_state) == 0);
	CHECK(in_state[ST_SYN_RCVD] == 0 && in_state[ST_LISTEN] == 0);
	CHECK(timeline_count(world.lab.timeline) == events);
	sock_diag_close(diag);
	world.lab.wire.bulk_got_frame = NULL;
	close_world();
	return 0;
}

TEST(half_open_connections_of_the_kernel_are_counted)
{
	assert_int_equal(in_child(flood_kernel, NULL), 0);
}

static int flood_ipv6(void *context)
{
	struct flood_plan plan = { .count = 1 };
	struct flood_result *result = calloc(1, sizeof(*result));
	struct why why;

	(void)context;
	CHECK(open_world(6) == 0 && result != NULL);
	CHECK(flood_run(world.lwip, world.kernel, world.raw, &plan, result, &why) == -EAFNOSUPPORT);
	CHECK(strstr(why.text, "198.18.0.0/15") != NULL);
	free(result);
	close_world();
	return 0;
}

TEST(over_ipv6_there_is_no_flood)
{
	if (access("/proc/sys/net/ipv6/conf", F_OK) == 0)
		assert_int_equal(in_child(flood_ipv6, NULL), 0);
}

static int can_open(void *context)
{
	struct why why;

	(void)context;
	return namespace_enter(&why) < 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_right),
		cmocka_unit_test(an_ack_is_right),
		cmocka_unit_test(a_syn_with_data_is_right),
		cmocka_unit_test(a_frame_goes_from_the_attacker_to_its_victim),
		cmocka_unit_test(what_varies_uses_all_of_its_range),
		cmocka_unit_test(the_same_seed_makes_the_same_segments),
		cmocka_unit_test(the_network_has_its_ends),
		cmocka_unit_test(a_counter_is_found_by_its_group_and_its_name),
		cmocka_unit_test(a_counter_that_is_not_there_is_not_found),
		cmocka_unit_test(this_kernel_has_all_of_them),
		cmocka_unit_test(outside_a_private_namespace_there_is_no_flood),
		cmocka_unit_test(strangers_at_lwip_are_worth_no_event_before_they_are_established),
		cmocka_unit_test(half_open_connections_of_the_kernel_are_counted),
		cmocka_unit_test(over_ipv6_there_is_no_flood),
	};

	if (in_child(can_open, NULL) != 0)
		return skip_all("this user may not make a private network namespace");
	return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}
