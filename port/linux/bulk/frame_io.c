/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/frame_io.h"

#include <errno.h>
#include <limits.h>

/* The kernel's since Linux 6.0 and 6.1; liburing's own copy of its header may be older. */
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

#define NO_RESULT INT_MIN

/* -- Opening and closing */

/* The kernel need not wake anybody for us, since we wait for all results where we ask (Linux 6.1). */
static int open_ring(struct io_uring *ring)
{
	int err = io_uring_queue_init(FRAME_IO_MOST, ring,
				      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);

	return err == -EINVAL ? io_uring_queue_init(FRAME_IO_MOST, ring, 0) : err;
}

void frame_io_open(struct frame_io *io, int fd, bool batched)
{
	io->fd = fd;
	io->count = 0;
	io->batched = batched && open_ring(&io->ring) == 0;
}

void frame_io_close(struct frame_io *io)
{
	if (io->batched)
		io_uring_queue_exit(&io->ring);
	io->batched = false;
}

/* -- Requests */

static void add(struct frame_io *io, bool writes, struct iovec *iov, int pieces)
{
	io->requests[io->count++] = (struct frame_io_request){ writes, iov, pieces, NO_RESULT };
}

void frame_io_read(struct frame_io *io, struct iovec *iov, int pieces)
{
	add(io, false, iov, pieces);
}

void frame_io_write(struct frame_io *io, struct iovec *iov, int pieces)
{
	add(io, true, iov, pieces);
}

static void perform_one(int fd, struct frame_io_request *request)
{
	ssize_t size;

	do {
		size = request->writes ? writev(fd, request->iov, request->pieces)
				       : readv(fd, request->iov, request->pieces);
	} while (size < 0 && errno == EINTR);
	request->result = size < 0 ? -errno : (int)size;
}

/* The descriptor is not registered with the ring: that would keep the device for a while after its end. */
static void submit(struct io_uring *ring, int fd, struct frame_io_request *request)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (request->writes)
		io_uring_prep_writev(sqe, fd, request->iov, (unsigned int)request->pieces, 0);
	else
		io_uring_prep_readv(sqe, fd, request->iov, (unsigned int)request->pieces, 0);
	/* Else the kernel would keep a request that cannot be done now, even for a non-blocking descriptor. */
	sqe->rw_flags = RWF_NOWAIT;
	io_uring_sqe_set_data(sqe, request);
}

/* Returns how many requests have a result now that had none. */
static unsigned int take_results(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned int head, taken = 0;

	io_uring_for_each_cqe(ring, head, cqe)
	{
		struct frame_io_request *request = io_uring_cqe_get_data(cqe);

		request->result = cqe->res;
		taken++;
	}
	io_uring_cq_advance(ring, taken);
	return taken;
}

/* What the kernel has not taken is done without it, and all from now on. */
static void give_up_ring(struct frame_io *io, unsigned int count)
{
	frame_io_close(io);
	for (unsigned int i = 0; i < count; i++)
		if (io->requests[i].result == NO_RESULT)
			perform_one(io->fd, &io->requests[i]);
}

/* A signal ends the wait before; what the kernel had no memory for is tried again. */
static bool is_passing(int err)
{
	return err >= 0 || err == -EINTR || err == -EAGAIN || err == -EBUSY;
}

static void perform_batch(struct frame_io *io, unsigned int count)
{
	unsigned int done = 0;
	int err = 0;

	for (unsigned int i = 0; i < count; i++)
		submit(&io->ring, io->fd, &io->requests[i]);
	while (done < count && is_passing(err)) {
		err = io_uring_submit_and_wait(&io->ring, count - done);
		done += take_results(&io->ring);
	}
	if (done < count)
		give_up_ring(io, count);
}

const struct frame_io_request *frame_io_perform(struct frame_io *io)
{
	const unsigned int count = io->count;

	io->count = 0;
	if (io->batched && count > 1)
		perform_batch(io, count);
	else
		for (unsigned int i = 0; i < count; i++)
			perform_one(io->fd, &io->requests[i]);
	return io->requests;
}
