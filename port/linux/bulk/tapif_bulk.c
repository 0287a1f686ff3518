/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/tapif_bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lwip/stats.h"

#define BUFFERS 1024 /* as many frames as a TAP device queues */
/* With offload a frame has up to 64 KiB: lwIP's lengths have 16 bits. */
#define LARGE_BUFFERS 512
#define LARGE         0xffff

static struct tapif_bulk *tapif_of(const struct netif *netif)
{
	return netif->state;
}

static err_t tapif_send(struct netif *netif, struct iovec *iov, int pieces)
{
	ssize_t written;

	do {
		written = writev(tapif_of(netif)->fd, iov, pieces);
	} while (written < 0 && errno == EINTR);
	/* EIO: the kernel's interface is down. A cable does not tell that to the sender. */
	return written >= 0 || errno == EIO ? ERR_OK : ERR_IF;
}

/* -- Opening and closing */

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
	bulkif_start(netif, "tb", tap->hwaddr);
	return ERR_OK;
}

void tapif_bulk_close(struct tapif_bulk *tap)
{
	bulkif_stop(&tap->bulk);
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

/* Hands one frame on. Returns 1; 0 when none waits or no buffer is free; -1 when the device is gone. */
static int read_frame(struct netif *netif)
{
	const struct tapif_bulk *tap = tapif_of(netif);
	const size_t before = tap->offload ? sizeof(struct virtio_net_hdr) : 0;
	struct buffer *buffer = buffers_peek(tap->buffers);
	struct virtio_net_hdr header;
	ssize_t size;

	if (buffer == NULL) {
		LINK_STATS_INC(link.memerr);
		pbuf_free_ooseq();
		return 0;
	}
	do {
		size = read(tap->fd, buffer->bytes + BUFFERS_HEADROOM - before, before + tap->room);
	} while (size < 0 && errno == EINTR);
	if (size <= 0)
		return size < 0 && errno == EAGAIN ? 0 : -1;
	memcpy(&header, buffer->bytes, sizeof(header));
	size -= (ssize_t)before;
	if (bulkif_has_legal_length(netif, (size_t)size, tap->offload ? &header : NULL))
		bulkif_input(netif, make_pbuf(tap, buffer, (size_t)size),
			     tap->offload ? &header : NULL);
	return 1;
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
	int frames = 0, read = 1;

	etherif_follow(&tapif_of(netif)->bulk.ether, netif);
	fit_buffers(tapif_of(netif));
	while (frames < budget && read > 0) {
		read = read_frame(netif);
		frames += read > 0;
	}
	bulkif_flush(netif);
	return read < 0 && frames == 0 ? ERR_IF : frames;
}

int tapif_bulk_fd(const struct netif *netif)
{
	return tapif_of(netif)->fd;
}

int tapif_bulk_link_fd(const struct netif *netif)
{
	return mnl_socket_get_fd(tapif_of(netif)->bulk.ether.link);
}
