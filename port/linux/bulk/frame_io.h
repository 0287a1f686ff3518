/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads and writes of whole frames, many in one system call (io_uring(7)). A system call takes as long as the kernel's
 * part of a small frame, on a virtual machine often longer.
 *
 * One thread; nothing here blocks: the descriptor is non-blocking.
 */
#ifndef PORT_LINUX_BULK_FRAME_IO_H
#define PORT_LINUX_BULK_FRAME_IO_H

#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** So many reads and writes wait at most. */
#define FRAME_IO_MOST 64

struct frame_io {
	int fd;
	bool batched; /**< else each is a system call of its own: the kernel has no io_uring for us, or that failed */
	unsigned int count;
	struct frame_io_request {
		bool writes;
		struct iovec *iov;
		int pieces;
		int result; /**< after frame_io_perform(): bytes, or an error's number below 0 */
	} requests[FRAME_IO_MOST];
	struct io_uring ring;
};

/**
 * @param fd       stays the caller's, and open until frame_io_close()
 * @param batched  false: one system call each, whatever the kernel has
 */
void frame_io_open(struct frame_io *io, int fd, bool batched);
void frame_io_close(struct frame_io *io);

/**
 * Adds a request, of which there are fewer than FRAME_IO_MOST.
 *
 * @param iov  of the frame; it and what it tells of stay until frame_io_perform()
 */
void frame_io_read(struct frame_io *io, struct iovec *iov, int pieces);
void frame_io_write(struct frame_io *io, struct iovec *iov, int pieces);

/**
 * Does what was asked for, in that order.
 *
 * @return the requests, with their results, until the next is added
 */
const struct frame_io_request *frame_io_perform(struct frame_io *io);

#ifdef __cplusplus
}
#endif

#endif
