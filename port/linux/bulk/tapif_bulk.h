/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An lwIP network interface on a Linux TAP device, for bulk: as linux/tapif.h, but with many frames at a time.
 *
 *     static struct tapif_bulk tap = { .hwaddr = { 2, 0, 0, 0, 0, 2 }, .offload = true };
 *     static struct netif netif;
 *
 *     netif_add(&netif, &ip, &mask, &gateway, &tap, tapif_bulk_init, netif_input);
 *     netif_set_up(&netif);
 *     for (;;) {
 *             poll() for tapif_bulk_fd() and tapif_bulk_link_fd(), at most sys_timeouts_sleeptime();
 *             tapif_bulk_poll(&netif, 64);
 *             sys_check_timeouts();
 *             bulkif_flush(&netif);
 *     }
 *
 * With offload a frame of TCP's may be many: what the kernel sends comes as it left its TCP, up to 64 KiB, and
 * what lwIP sends goes there so. Many frames are read and written in one system call where the kernel has io_uring(7)
 * for us (io.batched says whether). One thread; nothing here blocks.
 */
#ifndef PORT_LINUX_BULK_TAPIF_BULK_H
#define PORT_LINUX_BULK_TAPIF_BULK_H

#include <net/if.h>

#include "linux/bulk/buffers.h"
#include "linux/bulk/bulkif.h"
#include "linux/bulk/frame_io.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * So many frames may wait for lwIP. A batch of lwIP's is answered by as many acknowledgements as all its windows allow
 * for before it reads again, and of a lost one that was the connection's last lwIP takes note by its time-out. With more
 * (16384) a sender of many connections is slower: what waits does not stay in the processor's cache.
 */
#define TAPIF_BULK_QUEUE 4096

struct tapif_bulk {
	struct bulkif bulk; /**< first: the netif's state is both */

	/* Filled in by the caller before netif_add(). */
	char name[IFNAMSIZ]; /**< the kernel's name for its end; empty: the kernel picks "tapN" */
	uint8_t hwaddr[6];   /**< lwIP's Ethernet address */
	bool offload;        /**< checksums and cutting are left to the kernel */
	bool one_by_one; /**< a system call for each frame, even where the kernel has io_uring(7) */

	/* Owned by the driver from tapif_bulk_init() to tapif_bulk_close(). */
	int fd; /**< /dev/net/tun, attached, non-blocking */
	struct frame_io io;
	/** The device's queue has TAPIF_BULK_QUEUE frames; else its own length: the interface is somebody else's. */
	bool long_queue;
	unsigned int expected; /**< frames, as the last time; so many are read at once */
	struct buffers *buffers;
	size_t room;        /**< for a frame in each of them, in bytes */
	const char *failed; /**< after tapif_bulk_init() failed: the step that errno is about */
};

/** As tapif_init(), with a struct tapif_bulk. */
err_t tapif_bulk_init(struct netif *netif);

/**
 * Reads waiting frames and gives each to netif->input; then sends what lwIP has put in the outbox. Follows the
 * state of the link.
 *
 * A frame that finds all buffers in use stays in the device's queue; lwIP then gives up segments that it keeps
 * out of order.
 *
 * @param budget  the most frames to read
 * @return frames read; below budget: no more are waiting (or no buffer was free); ERR_IF when the
 *         device is gone, with errno set
 */
int tapif_bulk_poll(struct netif *netif, int budget);

/** @return the descriptor that is readable when frames are waiting */
int tapif_bulk_fd(const struct netif *netif);

/** @return the descriptor that is readable when the link's state may have changed */
int tapif_bulk_link_fd(const struct netif *netif);

/** Destroys the TAP device. The netif must have been removed (netif_remove()) before. */
void tapif_bulk_close(struct tapif_bulk *tap);

#ifdef __cplusplus
}
#endif

#endif
