/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * No TCP at all: large frames are written to a TAP device whose kernel has no use for them. What a TCP can send there is
 * less, on either side.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bulk.h"
#include "linux/bulk/frame_io.h"

#define AT_ONCE 16
#define LARGE   (14 + 40 + 44 * 1460)

static const uint8_t ethernet[14] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };

static int open_tap(const struct bulk *bulk)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	memcpy(ifr.ifr_name, bulk->device, IFNAMSIZ);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0)
		bulk_fail("cannot make a TAP device: %s", strerror(errno));
	return fd;
}

void bulk_run_bare(struct bulk *bulk)
{
	static struct frame_io io;
	static uint8_t frame[LARGE];
	struct virtio_net_hdr header = { .flags = 0 };
	struct iovec iov[] = { { &header, sizeof(header) }, { frame, sizeof(frame) } };
	const struct frame_io_request *done;

	if (bulk->plan.direction != BULK_TRANSMIT || bulk->plan.flows != 1 || bulk->plan.bytes > 0)
		bulk_fail("without a TCP there is one flow, to the kernel, without an end");
	memcpy(frame, ethernet, sizeof(ethernet));
	frame_io_open(&io, open_tap(bulk), !bulk->plan.one_by_one);
	bulk_plug_in(bulk);
	bulk->count->flows = 1;
	for (;;) {
		for (int i = 0; i < AT_ONCE; i++)
			frame_io_write(&io, iov, 2);
		done = frame_io_perform(&io);
		for (int i = 0; i < AT_ONCE; i++) {
			if (done[i].result < 0)
				bulk_fail("cannot write to the TAP device: %s",
					  strerror(-done[i].result));
			bulk->count->bytes[0] += (uint64_t)done[i].result;
		}
	}
}
