/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/tapif.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lwip/stats.h"

static struct tapif *tapif_of(const struct netif *netif)
{
	return netif->state;
}

static err_t tapif_linkoutput(struct netif *netif, struct pbuf *p)
{
	struct iovec iov[ETHERIF_PIECES];
	int n = etherif_pieces(p, iov);
	ssize_t written;

	if (n == 0) {
		LINK_STATS_INC(link.lenerr);
		return ERR_BUF;
	}
	do {
		written = writev(tapif_of(netif)->fd, iov, n);
	} while (written < 0 && errno == EINTR);
	if (written != p->tot_len) {
		LINK_STATS_INC(link.drop);
		/* EIO: the kernel's interface is down. A cable does not tell that to the sender. */
		return written < 0 && errno == EIO ? ERR_OK : ERR_IF;
	}
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

static int open_device(struct tapif *tap)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	tap->failed = "open /dev/net/tun";
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return -1;
	tap->failed = "create a TAP device";
	memcpy(ifr.ifr_name, tap->name, IFNAMSIZ);
	if (ioctl(tap->fd, TUNSETIFF, &ifr) < 0)
		return -1;
	memcpy(tap->name, ifr.ifr_name, IFNAMSIZ);
	return 0;
}

static int open_link(struct tapif *tap)
{
	tap->failed = "open an rtnetlink socket";
	return etherif_open(&tap->ether);
}

err_t tapif_init(struct netif *netif)
{
	struct tapif *tap = tapif_of(netif);
	int error;

	tap->fd = -1;
	tap->spare = NULL;
	tap->ether = (struct etherif){ .name = tap->name, .up = IFF_UP };
	if (open_device(tap) < 0 || open_link(tap) < 0) {
		error = errno;
		tapif_close(tap);
		errno = error;
		return ERR_IF;
	}
	tap->failed = NULL;
	etherif_start(netif, "tp", tap->hwaddr, tapif_linkoutput);
	etherif_follow(&tap->ether, netif);
	return ERR_OK;
}

/*
 * Reads one frame into the spare pbuf and hands it on. Returns 1; 0 when none waits or no pbuf is
 * free; -1 when the device is gone.
 */
static int read_frame(struct netif *netif)
{
	struct tapif *tap = tapif_of(netif);
	size_t most = (size_t)netif->mtu + ETHERIF_OVERHEAD;
	/* With room for one byte more, to know a frame that does not fit (the MTU was lowered). */
	const u16_t room = (u16_t)LWIP_MIN(most + 1, 0xffff);
	struct iovec iov[ETHERIF_PIECES];
	struct pbuf *p;
	ssize_t len;

	if (tap->spare != NULL && tap->spare->tot_len != room) { /* the MTU is another one now */
		pbuf_free(tap->spare);
		tap->spare = NULL;
	}
	if (tap->spare == NULL)
		tap->spare = pbuf_alloc(PBUF_RAW, room, PBUF_POOL);
	p = tap->spare;
	if (p == NULL) {
		LINK_STATS_INC(link.memerr);
		return 0;
	}
	do {
		len = readv(tap->fd, iov, etherif_pieces(p, iov));
	} while (len < 0 && errno == EINTR);
	if (len <= 0)
		return len < 0 && errno == EAGAIN ? 0 : -1;
	if ((size_t)len > most) {
		LINK_STATS_INC(link.lenerr);
		return 1;
	}
	tap->spare = NULL;
	pbuf_realloc(p, (u16_t)len);
	LINK_STATS_INC(link.recv);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	return 1;
}

int tapif_poll(struct netif *netif, int budget)
{
	int frames = 0, read = 1;

	etherif_follow(&tapif_of(netif)->ether, netif);
	while (frames < budget && read > 0) {
		read = read_frame(netif);
		frames += read > 0;
	}
	return read < 0 && frames == 0 ? ERR_IF : frames;
}

int tapif_fd(const struct netif *netif)
{
	return tapif_of(netif)->fd;
}

int tapif_link_fd(const struct netif *netif)
{
	return mnl_socket_get_fd(tapif_of(netif)->ether.link);
}

void tapif_close(struct tapif *tap)
{
	if (tap->spare != NULL)
		pbuf_free(tap->spare);
	etherif_close(&tap->ether);
	if (tap->fd >= 0)
		close(tap->fd);
	tap->spare = NULL;
	tap->fd = -1;
}
