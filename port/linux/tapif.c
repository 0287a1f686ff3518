/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/tapif.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/snmp.h"
#include "lwip/stats.h"

/* The Ethernet header, with one VLAN tag: what a frame adds to the MTU. */
#define FRAME_OVERHEAD (14 + 4)
/* No frame needs more pieces: 65,535 bytes in the smallest PBUF_POOL buffers that make sense. */
#define MAX_PIECES 256

#if ETH_PAD_SIZE
#error "tapif hands frames over as they are on the wire: ETH_PAD_SIZE must be 0"
#endif

static struct tapif *tapif_of(const struct netif *netif)
{
	return netif->state;
}

/* The pieces of a pbuf chain as an iovec; returns their number, 0 if there are too many. */
static int pieces_of(const struct pbuf *p, struct iovec iov[MAX_PIECES])
{
	int n = 0;

	for (; p != NULL; p = p->next) {
		if (n == MAX_PIECES)
			return 0;
		iov[n].iov_base = p->payload;
		iov[n].iov_len = p->len;
		n++;
		if (p->len == p->tot_len)
			break;
	}
	return n;
}

static err_t tapif_linkoutput(struct netif *netif, struct pbuf *p)
{
	struct iovec iov[MAX_PIECES];
	int n = pieces_of(p, iov);
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

/* What rtnetlink tells of an interface, as far as it matters here. */
struct link_news {
	const char *name;
	uint32_t mtu; /* 0: not told */
};

static int on_link_attr(const struct nlattr *attr, void *data)
{
	struct link_news *news = data;

	if (mnl_attr_get_type(attr) == IFLA_MTU && mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
		news->mtu = mnl_attr_get_u32(attr);
	if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		news->name = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

static void set_mtu(struct netif *netif, uint32_t mtu)
{
	struct tapif *tap = tapif_of(netif);

	netif->mtu = (u16_t)LWIP_MIN(mtu, 0xffffu);
#if LWIP_IPV6 && LWIP_ND6_ALLOW_RA_UPDATES
	netif->mtu6 = netif->mtu; /* until a router advertises less */
#endif
	if (tap->spare != NULL)
		pbuf_free(tap->spare);
	tap->spare = NULL;
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	struct netif *netif = data;
	struct tapif *tap = tapif_of(netif);
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_news news = { 0 };

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*ifi), on_link_attr, &news);
	if (tap->ifindex == 0 && news.name != NULL && strcmp(news.name, tap->name) == 0)
		tap->ifindex = ifi->ifi_index;
	if (ifi->ifi_index != tap->ifindex)
		return MNL_CB_OK;
	if (news.mtu != 0 && netif->mtu != news.mtu)
		set_mtu(netif, news.mtu);
	if (ifi->ifi_flags & IFF_UP)
		netif_set_link_up(netif);
	else
		netif_set_link_down(netif);
	return MNL_CB_OK;
}

/* Asks rtnetlink for the interface as it is now; the answer comes to follow_link(). */
static int ask_link(struct tapif *tap)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = tap->ifindex;
	if (tap->ifindex == 0)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, tap->name);
	return mnl_socket_sendto(tap->link, nlh, nlh->nlmsg_len) < 0 ? -1 : 0;
}

/* Takes in what rtnetlink has told since the last call. */
static void follow_link(struct netif *netif)
{
	struct tapif *tap = tapif_of(netif);
	bool lost = false;
	char buf[8192];
	ssize_t len;

	for (;;) {
		len = recv(mnl_socket_get_fd(tap->link), buf, sizeof(buf), MSG_DONTWAIT);
		if (len > 0) {
			mnl_cb_run(buf, (size_t)len, 0, 0, on_link, netif);
		} else if (len < 0 && errno == ENOBUFS) {
			lost = true; /* more was told than there was room for */
		} else if (len == 0 || errno != EINTR) {
			/* Now there is room: ask how it is, once. */
			if (!lost || ask_link(tap) < 0)
				return;
			lost = false;
		}
	}
}

static int open_link(struct tapif *tap)
{
	tap->failed = "open an rtnetlink socket";
	tap->link = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (tap->link == NULL)
		return -1;
	if (mnl_socket_bind(tap->link, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0)
		return -1;
	return ask_link(tap);
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
	tap->ifindex = 0; /* rtnetlink will tell */
	return 0;
}

err_t tapif_init(struct netif *netif)
{
	struct tapif *tap = tapif_of(netif);
	int error;

	tap->fd = -1;
	tap->link = NULL;
	tap->spare = NULL;
	if (open_device(tap) < 0 || open_link(tap) < 0) {
		error = errno;
		tapif_close(tap);
		errno = error;
		return ERR_IF;
	}
	tap->failed = NULL;

	netif->name[0] = 't';
	netif->name[1] = 'p';
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = tapif_linkoutput;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, tap->hwaddr, ETH_HWADDR_LEN);
	netif->mtu = 1500; /* until rtnetlink answers */
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 0);
	follow_link(netif);
	return ERR_OK;
}

/*
 * Reads one frame into the spare pbuf and hands it on. Returns 1; 0 when none waits or no pbuf is
 * free; -1 when the device is gone.
 */
static int read_frame(struct netif *netif)
{
	struct tapif *tap = tapif_of(netif);
	size_t most = (size_t)netif->mtu + FRAME_OVERHEAD;
	struct iovec iov[MAX_PIECES];
	struct pbuf *p;
	ssize_t len;

	/* With room for one byte more, to know a frame that does not fit (the MTU was lowered). */
	if (tap->spare == NULL)
		tap->spare = pbuf_alloc(PBUF_RAW, (u16_t)LWIP_MIN(most + 1, 0xffff), PBUF_POOL);
	p = tap->spare;
	if (p == NULL) {
		LINK_STATS_INC(link.memerr);
		return 0;
	}
	do {
		len = readv(tap->fd, iov, pieces_of(p, iov));
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

	follow_link(netif);
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
	return mnl_socket_get_fd(tapif_of(netif)->link);
}

void tapif_close(struct tapif *tap)
{
	if (tap->spare != NULL)
		pbuf_free(tap->spare);
	if (tap->link != NULL)
		mnl_socket_close(tap->link);
	if (tap->fd >= 0)
		close(tap->fd);
	tap->spare = NULL;
	tap->link = NULL;
	tap->fd = -1;
}
