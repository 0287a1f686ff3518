/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/tapif_bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lwip/stats.h"

#define BUFFERS 4096 /* more than the window has, which may all wait for one that was lost */
/* With offload a frame has up to 64 KiB: lwIP's lengths have 16 bits. */
#define LARGE_BUFFERS 512
#define LARGE         0xffff
/* Of frames at once, at most. */
#ifndef READS
#define READS 32u
#endif

_Static_assert(OUTBOX_FRAMES <= FRAME_IO_MOST && READS <= FRAME_IO_MOST,
	       "a batch is more than is done at once");

static struct tapif_bulk *tapif_of(const struct netif *netif)
{
	return netif->state;
}

static unsigned int tapif_send(struct netif *netif, const struct bulkif_frame *frames,
			       unsigned int count)
{
	struct frame_io *io = &tapif_of(netif)->io;
	const struct frame_io_request *done;
	unsigned int sent = 0;

	for (unsigned int i = 0; i < count; i++)
		frame_io_write(io, frames[i].iov, frames[i].pieces);
	done = frame_io_perform(io);
	/* EIO: the kernel's interface is down. A cable does not tell that to the sender. */
	for (unsigned int i = 0; i < count; i++)
		sent += done[i].result >= 0 || done[i].result == -EIO;
	return sent;
}

/* -- Opening and closing */

/* So many frames may wait for lwIP. In its own queue of 1000 the kernel drops what a batch of lwIP's has it answer. */
static bool lengthen_queue(const struct tapif_bulk *tap)
{
	struct ifreq ifr = { .ifr_qlen = TAPIF_BULK_QUEUE };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return false;
	memcpy(ifr.ifr_name, tap->name, IFNAMSIZ);
	err = ioctl(fd, SIOCSIFTXQLEN, &ifr);
	close(fd);
	return err == 0;
}

static int open_device(struct tapif_bulk *tap)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	if (tap->offload)
		ifr.ifr_flags |= IFF_VNET_HDR;
	tap->failed = "open /dev/net/tun";
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return -1;
	tap->failed = "create a TAP device";
	memcpy(ifr.ifr_name, tap->name, IFNAMSIZ);
	if (ioctl(tap->fd, TUNSETIFF, &ifr) < 0)
		return -1;
	memcpy(tap->name, ifr.ifr_name, IFNAMSIZ);
	tap->long_queue = lengthen_queue(tap);
	tap->failed = "have the TAP device leave checksums and segments to lwIP";
	return tap->offload ? ioctl(tap->fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
			    : 0;
}

/* With room for one byte more than a frame may have, to know one that does not fit. */
static int open_buffers(struct tapif_bulk *tap, size_t largest)
{
	struct buffers *buffers = buffers_open(largest + 1, tap->offload ? LARGE_BUFFERS : BUFFERS);

	if (buffers == NULL)
		return -1;
	if (tap->buffers != NULL)
		buffers_close(tap->buffers);
	tap->buffers = buffers;
	tap->room = largest + 1;
	return 0;
}

static int open_rest(struct tapif_bulk *tap)
{
	tap->failed = "get memory for frames";
	if (open_buffers(tap, tap->offload ? LARGE : 1500 + ETHERIF_OVERHEAD) < 0)
		return -1;
	tap->failed = "open an rtnetlink socket";
	return etherif_open(&tap->bulk.ether);
}

err_t tapif_bulk_init(struct netif *netif)
{
	struct tapif_bulk *tap = tapif_of(netif);
	int error;

	tap->fd = -1;
	tap->buffers = NULL;
	tap->io.batched = false;
	tap->bulk = (struct bulkif){ .offload = tap->offload,
				     .headers = tap->offload,
				     .ether = { .name = tap->name,
						.up = IFF_UP,
						.claimed_mtu = tap->offload ? OFFLOAD_MTU : 0 },
				     .send = tapif_send };
	if (open_device(tap) < 0 || open_rest(tap) < 0) {
		error = errno;
		tapif_bulk_close(tap);
		errno = error;
		return ERR_IF;
	}
	tap->failed = NULL;
	frame_io_open(&tap->io, tap->fd, !tap->one_by_one);
	tap->expected = 1;
	bulkif_start(netif, "tb", tap->hwaddr);
	return ERR_OK;
}

void tapif_bulk_close(struct tapif_bulk *tap)
{
	bulkif_stop(&tap->bulk);
	frame_io_close(&tap->io);
	etherif_close(&tap->bulk.ether);
	if (tap->buffers != NULL)
		buffers_close(tap->buffers);
	if (tap->fd >= 0)
		close(tap->fd);
	tap->buffers = NULL;
	tap->fd = -1;
}

/* -- From the device */

static struct pbuf *make_pbuf(const struct tapif_bulk *tap, struct buffer *buffer, size_t length)
{
	return tap->offload ? bulkif_pbuf(buffer, length)
			    : buffers_hand_over(buffer, (uint16_t)length);
}

static size_t header_size(const struct tapif_bulk *tap)
{
	return tap->offload ? sizeof(struct virtio_net_hdr) : 0;
}

static void hand_on(struct netif *netif, struct buffer *buffer, size_t size)
{
	const struct tapif_bulk *tap = tapif_of(netif);
	const size_t length = size - header_size(tap);
	struct virtio_net_hdr header;

	memcpy(&header, buffer->bytes, sizeof(header));
	if (bulkif_has_legal_length(netif, length, tap->offload ? &header : NULL))
		bulkif_input(netif, make_pbuf(tap, buffer, length), tap->offload ? &header : NULL);
	else
		buffers_put_back(buffer);
}

/* Asks for frames, into as many buffers as there are, or as may be. Returns how many. */
static unsigned int ask_for_frames(struct tapif_bulk *tap, struct buffer **buffers,
				   struct iovec *iov, unsigned int most)
{
	const size_t before = header_size(tap);
	unsigned int count = 0;

	while (count < most && (buffers[count] = buffers_take(tap->buffers)) != NULL) {
		iov[count] = (struct iovec){ buffers[count]->bytes + BUFFERS_HEADROOM - before,
					     before + tap->room };
		frame_io_read(&tap->io, &iov[count], 1);
		count++;
	}
	return count;
}

/* Reads at most so many frames at once, and hands them on. Returns how many; -1 when the device is gone. */
static int read_frames(struct netif *netif, unsigned int most)
{
	struct tapif_bulk *tap = tapif_of(netif);
	struct buffer *buffers[READS];
	struct iovec iov[READS];
	int results[READS], frames = 0;
	const unsigned int count = ask_for_frames(tap, buffers, iov, most);
	const struct frame_io_request *done = frame_io_perform(&tap->io);

	if (count == 0) {
		LINK_STATS_INC(link.memerr);
		pbuf_free_ooseq();
		return 0;
	}
	/* What lwIP answers may be sent meanwhile, with requests in the place of these. */
	for (unsigned int i = count; i-- > 0;) {
		results[i] = done[i].result;
		if (results[i] <= 0)
			buffers_put_back(buffers[i]);
	}
	for (unsigned int i = 0; i < count; i++) {
		if (results[i] <= 0)
			continue;
		hand_on(netif, buffers[i], (size_t)results[i]);
		frames++;
	}
	errno = -results[0];
	return frames > 0 || results[0] == -EAGAIN ? frames : -1;
}

/* As many as the last time, and one more to see whether there are more. */
static unsigned int expect(unsigned int asked, int got)
{
	if (got == (int)asked)
		return LWIP_MIN(2 * asked, READS);
	return got > 0 ? (unsigned int)got + 1 : 1;
}

/* The MTU may have grown. */
static void fit_buffers(struct tapif_bulk *tap)
{
	size_t largest = (size_t)tap->bulk.ether.mtu + ETHERIF_OVERHEAD;

	if (!tap->offload && largest >= tap->room && open_buffers(tap, largest) < 0)
		LINK_STATS_INC(link.memerr);
}

int tapif_bulk_poll(struct netif *netif, int budget)
{
	struct tapif_bulk *tap = tapif_of(netif);
	unsigned int asked;
	int frames = 0, got = 0, error;
	bool more = true;

	if (bulkif_follow(netif))
		fit_buffers(tap);
	while (more && frames < budget) {
		asked = LWIP_MIN(tap->expected, (unsigned int)(budget - frames));
		got = read_frames(netif, asked);
		tap->expected = expect(asked, got);
		frames += got > 0 ? got : 0;
		more = got == (int)asked;
	}
	error = errno;
	bulkif_flush(netif);
	errno = error;
	return got < 0 && frames == 0 ? ERR_IF : frames;
}

int tapif_bulk_fd(const struct netif *netif)
{
	return tapif_of(netif)->fd;
}

int tapif_bulk_link_fd(const struct netif *netif)
{
	return mnl_socket_get_fd(tapif_of(netif)->bulk.ether.link);
}
