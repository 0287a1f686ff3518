/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/bulk/frame_io.h"

/* A descriptor that keeps frames apart, as a device does. */
static struct {
	int ends[2];
	struct frame_io io;
	bool batched;
} side;

static int open_side(bool batched)
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, side.ends), 0);
	frame_io_open(&side.io, side.ends[0], batched);
	side.batched = batched;
	return 0;
}

FIXTURE(batched)
{
	return open_side(true);
}

FIXTURE(one_by_one)
{
	return open_side(false);
}

FIXTURE(close_side)
{
	frame_io_close(&side.io);
	close(side.ends[0]);
	close(side.ends[1]);
	return 0;
}

static bool has_io_uring(void)
{
	struct io_uring ring;

	if (io_uring_queue_init(1, &ring, 0) < 0)
		return false;
	io_uring_queue_exit(&ring);
	return true;
}

TEST(it_is_as_was_asked_for)
{
	assert_int_equal(side.io.batched, side.batched && has_io_uring());
}

TEST(frames_are_written_in_their_order)
{
	struct iovec iov[FRAME_IO_MOST][2];
	uint8_t header[1] = "x", frames[FRAME_IO_MOST], got[2];
	const struct frame_io_request *done;
	/* As many as a socket of this kind keeps at least. */
	const unsigned int count = 8;

	for (unsigned int i = 0; i < count; i++) {
		frames[i] = (uint8_t)i;
		iov[i][0] = (struct iovec){ header, 1 };
		iov[i][1] = (struct iovec){ &frames[i], 1 };
		frame_io_write(&side.io, iov[i], 2);
	}
	done = frame_io_perform(&side.io);
	for (unsigned int i = 0; i < count; i++) {
		assert_int_equal(done[i].result, 2);
		assert_int_equal(read(side.ends[1], got, 2), 2);
		assert_int_equal(got[1], i);
	}
	assert_true(read(side.ends[1], got, 2) < 0);
}

TEST(frames_are_read_in_their_order_and_what_is_not_there_is_not_waited_for)
{
	struct iovec iov[FRAME_IO_MOST];
	uint8_t frames[FRAME_IO_MOST][4] = { 0 };
	const struct frame_io_request *done;

	for (uint8_t i = 0; i < 5; i++)
		assert_int_equal(write(side.ends[1], &i, 1), 1);
	for (unsigned int i = 0; i < FRAME_IO_MOST; i++) {
		iov[i] = (struct iovec){ frames[i], sizeof(frames[i]) };
		frame_io_read(&side.io, &iov[i], 1);
	}
	done = frame_io_perform(&side.io);
	for (unsigned int i = 0; i < FRAME_IO_MOST; i++) {
		assert_int_equal(done[i].result, i < 5 ? 1 : -EAGAIN);
		if (i < 5)
			assert_int_equal(frames[i][0], i);
	}
}

TEST(reads_and_writes_are_done_in_their_order)
{
	char answer[] = "answer", got[8];
	struct iovec out = { answer, 6 };
	struct iovec in[] = { { got, sizeof(got) }, { got, sizeof(got) } };
	const struct frame_io_request *done;

	assert_int_equal(write(side.ends[1], "asked", 5), 5);
	frame_io_read(&side.io, &in[0], 1);
	frame_io_write(&side.io, &out, 1);
	frame_io_read(&side.io, &in[1], 1);
	done = frame_io_perform(&side.io);
	assert_int_equal(done[0].result, 5);
	assert_int_equal(done[1].result, 6);
	assert_int_equal(done[2].result, -EAGAIN);
}

TEST(an_error_belongs_to_its_request)
{
	char frame[] = "frame";
	struct iovec out = { frame, 5 };
	const struct frame_io_request *done;

	close(side.ends[1]);
	side.ends[1] = -1;
	frame_io_write(&side.io, &out, 1);
	frame_io_write(&side.io, &out, 1);
	done = frame_io_perform(&side.io);
	assert_int_equal(done[0].result, -ECONNREFUSED);
	assert_int_equal(done[1].result, -ENOTCONN);
}

TEST(a_ring_that_fails_is_given_up_and_nothing_is_lost)
{
	char frame[] = "frame", got[8];
	struct iovec out = { frame, 5 };
	const struct frame_io_request *done;

	if (side.io.batched)
		close(side.io.ring.ring_fd);
	for (int times = 0; times < 2; times++) {
		frame_io_write(&side.io, &out, 1);
		frame_io_write(&side.io, &out, 1);
		done = frame_io_perform(&side.io);
		assert_false(side.io.batched);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(done[i].result, 5);
			assert_int_equal(read(side.ends[1], got, sizeof(got)), 5);
		}
	}
	assert_true(read(side.ends[1], got, sizeof(got)) < 0);
}

TEST(nothing_that_was_asked_for_is_nothing_done)
{
	frame_io_perform(&side.io);
	assert_int_equal(side.io.count, 0);
}

int main(void)
{
#define WITH(fixture, test) cmocka_unit_test_setup_teardown(test, fixture, close_side)
#define BOTH(test)          WITH(batched, test), WITH(one_by_one, test)
	static const struct CMUnitTest tests[] = {
		BOTH(it_is_as_was_asked_for),
		BOTH(frames_are_written_in_their_order),
		BOTH(frames_are_read_in_their_order_and_what_is_not_there_is_not_waited_for),
		BOTH(reads_and_writes_are_done_in_their_order),
		BOTH(an_error_belongs_to_its_request),
		BOTH(a_ring_that_fails_is_given_up_and_nothing_is_lost),
		BOTH(nothing_that_was_asked_for_is_nothing_done),
	};

	return cmocka_run_group_tests_name("bulk: frame_io", tests, NULL, NULL);
}
