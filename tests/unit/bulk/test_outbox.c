/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "frames.h"
#include "linux/bulk/buffers.h"
#include "linux/bulk/outbox.h"
#include "lwip/init.h"
#include "tcp/frame.h"

static struct outbox outbox;

static void put(uint16_t port, uint32_t ack, uint8_t flags, uint16_t length, bool timestamps)
{
	static const uint8_t mac[6], data[100];
	const struct segment segment = { .src = LWIP_SIDE(80),
					 .dst = KERNEL_SIDE(port),
					 .ack = ack,
					 .flags = flags,
					 .window = 1000,
					 .length = length,
					 .wscale = -1,
					 .timestamps = timestamps };
	uint8_t frame[200];
	size_t size = frame_build(&segment, mac, mac, data, frame, sizeof(frame));
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);

	assert_non_null(p);
	pbuf_take(p, frame, (u16_t)size);
	outbox_put(&outbox, p);
	pbuf_free(p); /* the outbox has its own reference */
}

static void put_ack(uint16_t port, uint32_t ack)
{
	put(port, ack, SEG_ACK, 0, false);
}

static bool is_left_out(unsigned int i)
{
	assert_true(i < outbox.count);
	return outbox.frames[i].p == NULL;
}

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

FIXTURE(empty)
{
	outbox_empty(&outbox);
	assert_int_equal(outbox.count, 0);
	return 0;
}

TEST(an_acknowledgement_makes_an_earlier_one_superfluous)
{
	put_ack(1, 1000);
	put_ack(1, 2000);
	put_ack(1, 3000);
	assert_true(is_left_out(0));
	assert_true(is_left_out(1));
	assert_false(is_left_out(2));
}

TEST(numbers_go_round)
{
	put_ack(1, 0xfffffff0);
	put_ack(1, 0x10);
	assert_true(is_left_out(0));
	put_ack(1, 0xfffffff8);
	assert_false(is_left_out(1));
}

TEST(a_repeated_acknowledgement_stays)
{
	put_ack(1, 1000);
	put_ack(1, 1000);
	put_ack(1, 1000);
	for (unsigned int i = 0; i < 3; i++)
		assert_false(is_left_out(i));
}

TEST(other_connections_are_others)
{
	put_ack(1, 1000);
	put_ack(2, 2000);
	put_ack(1, 3000);
	assert_true(is_left_out(0));
	assert_false(is_left_out(1));
}

TEST(what_says_more_stays)
{
	put(1, 1000, SEG_ACK, 10, false);
	put(1, 1000, SEG_ACK | SEG_FIN, 0, false);
	put(1, 1000, SEG_ACK, 0, true);
	put_ack(1, 2000);
	for (unsigned int i = 0; i < 4; i++)
		assert_false(is_left_out(i));
}

TEST(data_do_not_make_an_acknowledgement_superfluous)
{
	put_ack(1, 1000);
	put(1, 2000, SEG_ACK, 10, false);
	assert_false(is_left_out(0));
}

/* -- Buffers */

TEST(buffers_are_used_again_the_latest_first)
{
	struct buffers *buffers = buffers_open(1518, 2);
	struct buffer *first = buffers_take(buffers), *second;
	struct pbuf *p, *q;

	assert_non_null(first);
	memcpy(first->bytes + BUFFERS_HEADROOM, "frame", 5);
	p = buffers_hand_over(first, 5);
	assert_memory_equal(p->payload, "frame", 5);
	assert_int_equal(p->tot_len, 5);
	second = buffers_take(buffers);
	assert_ptr_not_equal(first, second);
	q = buffers_hand_over(second, 1518);
	assert_null(buffers_take(buffers));
	pbuf_free(p);
	pbuf_free(q);
	assert_ptr_equal(buffers_take(buffers), second);
	assert_ptr_equal(buffers_take(buffers), first);
	buffers_put_back(first);
	assert_ptr_equal(buffers_take(buffers), first);
	buffers_put_back(first);
	buffers_put_back(second);
	buffers_close(buffers);
}

TEST(ip_s_header_is_aligned)
{
	struct buffers *buffers = buffers_open(1518, 3);

	struct pbuf *p[3];

	for (int i = 0; i < 3; i++) {
		p[i] = buffers_hand_over(buffers_take(buffers), 100);
		assert_int_equal(((uintptr_t)p[i]->payload + 14) % 8, 0);
	}
	for (int i = 0; i < 3; i++)
		pbuf_free(p[i]);
	buffers_close(buffers);
}

TEST(what_lwip_holds_outlives_the_buffers)
{
	struct buffers *buffers = buffers_open(1518, 2);
	struct pbuf *p = buffers_hand_over(buffers_take(buffers), 100);
	struct pbuf *q = buffers_hand_over(buffers_take(buffers), 100);

	buffers_close(buffers);
	memset(p->payload, 1, 100);
	pbuf_free(p);
	memset(q->payload, 1, 100);
	pbuf_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_acknowledgement_makes_an_earlier_one_superfluous,
					  empty),
		cmocka_unit_test_teardown(numbers_go_round, empty),
		cmocka_unit_test_teardown(a_repeated_acknowledgement_stays, empty),
		cmocka_unit_test_teardown(other_connections_are_others, empty),
		cmocka_unit_test_teardown(what_says_more_stays, empty),
		cmocka_unit_test_teardown(data_do_not_make_an_acknowledgement_superfluous, empty),
		cmocka_unit_test(buffers_are_used_again_the_latest_first),
		cmocka_unit_test(ip_s_header_is_aligned),
		cmocka_unit_test(what_lwip_holds_outlives_the_buffers),
	};

	return cmocka_run_group_tests_name("bulk: outbox, buffers", tests, start_lwip, NULL);
}
