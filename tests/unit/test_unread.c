/* SPDX-License-Identifier: BSD-3-Clause */
/* What lwIP has brought and the application has not taken (end/unread.h); lwIP's errors. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "end/lwip_err.h"
#include "end/unread.h"
#include "lwip/init.h"
#include "lwip/stats.h"

static struct unread *queue;
static uint8_t next_written, next_read;

/* So many bytes of a sequence that goes on from one chain to the next. */
static void bring(u16_t size)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, size, PBUF_RAM);

	assert_non_null(p);
	for (u16_t i = 0; i < size; i++)
		pbuf_put_at(p, i, next_written++);
	unread_keep(&queue, p);
}

static size_t take(size_t size)
{
	static uint8_t bytes[200000];
	size_t taken = unread_take(&queue, bytes, size);

	for (size_t i = 0; i < taken; i++)
		assert_int_equal(bytes[i], next_read++);
	return taken;
}

FIXTURE(nothing_unread)
{
	queue = NULL;
	next_written = next_read = 0;
	return 0;
}

FIXTURE(nothing_leaked)
{
	return queue == NULL && lwip_stats.mem.used == 0 ? 0 : -1;
}

TEST(nothing_can_be_taken_from_nothing)
{
	assert_int_equal(take(10), 0);
}

TEST(bytes_are_taken_in_the_order_in_which_they_came)
{
	bring(3);
	bring(5);
	assert_int_equal(take(2), 2);
	assert_int_equal(take(4), 4);
	assert_int_equal(take(10), 2);
	assert_null(queue);
}

TEST(more_than_65535_bytes_can_wait)
{
	bring(40000);
	bring(40000);
	bring(40000);
	assert_int_equal(take(100000), 100000);
	assert_int_equal(take(100000), 20000);
}

TEST(what_is_left_is_freed)
{
	bring(100);
	bring(100);
	take(150);
	unread_drop(&queue);
	assert_null(queue);
}

TEST(every_error_of_lwip_has_its_name_and_an_errno)
{
	assert_string_equal(lwip_err_name(ERR_OK), "ERR_OK");
	assert_int_equal(lwip_err_errno(ERR_OK), 0);
	assert_string_equal(lwip_err_name(ERR_RST), "ERR_RST");
	assert_int_equal(lwip_err_errno(ERR_RST), ECONNRESET);
	for (int err = ERR_ARG; err < ERR_OK; err++) {
		assert_memory_equal(lwip_err_name((err_t)err), "ERR_", 4);
		assert_true(lwip_err_errno((err_t)err) > 0);
	}
}

TEST(what_is_no_error_of_lwip_is_named_so)
{
	assert_string_equal(lwip_err_name(ERR_ARG - 1), "?");
	assert_string_equal(lwip_err_name(1), "?");
	assert_int_equal(lwip_err_errno(1), EIO);
}

#define UNREAD_TEST(name) cmocka_unit_test_setup_teardown(name, nothing_unread, nothing_leaked)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNREAD_TEST(nothing_can_be_taken_from_nothing),
		UNREAD_TEST(bytes_are_taken_in_the_order_in_which_they_came),
		UNREAD_TEST(more_than_65535_bytes_can_wait),
		UNREAD_TEST(what_is_left_is_freed),
		cmocka_unit_test(every_error_of_lwip_has_its_name_and_an_errno),
		cmocka_unit_test(what_is_no_error_of_lwip_is_named_so),
	};

	lwip_init();
	return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
