/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/etherif.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/snmp.h"

#if ETH_PAD_SIZE
#error "frames are handed over as they are on the wire: ETH_PAD_SIZE must be 0"
#endif

int etherif_pieces(const struct pbuf *p, struct iovec iov[ETHERIF_PIECES])
{
	int n = 0;

	for (; p != NULL; p = p->next) {
		if (n == ETHERIF_PIECES)
			return 0;
		iov[n].iov_base = p->payload;
		iov[n].iov_len = p->len;
		n++;
		if (p->len == p->tot_len)
			break;
	}
	return n;
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

static void set_mtu(struct etherif *ether, struct netif *netif, uint32_t mtu)
{
	ether->mtu = (uint16_t)LWIP_MIN(mtu, 0xffffu);
	netif->mtu = ether->claimed_mtu != 0 ? ether->claimed_mtu : ether->mtu;
#if LWIP_IPV6 && LWIP_ND6_ALLOW_RA_UPDATES
	netif->mtu6 = netif->mtu; /* until a router advertises less */
#endif
}

/* Who follows what. */
struct pair {
	struct etherif *ether;
	struct netif *netif;
};

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	struct etherif *ether = ((struct pair *)data)->ether;
	struct netif *netif = ((struct pair *)data)->netif;
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_news news = { 0 };

	/* A bridge, too, tells of links that come and go: of its own. */
	if (nlh->nlmsg_type == RTM_DELLINK && ifi->ifi_family == AF_UNSPEC &&
	    ifi->ifi_index == ether->ifindex) {
		ether->gone = true;
		netif_set_link_down(netif);
	}
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*ifi), on_link_attr, &news);
	if (ether->ifindex == 0 && news.name != NULL && strcmp(news.name, ether->name) == 0)
		ether->ifindex = ifi->ifi_index;
	if (ifi->ifi_index != ether->ifindex)
		return MNL_CB_OK;
	if (news.mtu != 0 && ether->mtu != news.mtu)
		set_mtu(ether, netif, news.mtu);
	if ((ifi->ifi_flags & ether->up) == ether->up)
		netif_set_link_up(netif);
	else
		netif_set_link_down(netif);
	return MNL_CB_OK;
}

int etherif_ask(struct etherif *ether)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ether->ifindex;
	if (ether->ifindex == 0)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, ether->name);
	return mnl_socket_sendto(ether->link, nlh, nlh->nlmsg_len) < 0 ? -1 : 0;
}

void etherif_follow(struct etherif *ether, struct netif *netif)
{
	struct pair pair = { ether, netif };
	bool lost = false;
	char buf[8192];
	ssize_t len;

	for (;;) {
		len = recv(mnl_socket_get_fd(ether->link), buf, sizeof(buf), MSG_DONTWAIT);
		if (len > 0) {
			if (mnl_cb_run(buf, (size_t)len, 0, 0, on_link, &pair) < 0 &&
			    errno == ENODEV)
				ether->gone = true;
		} else if (len < 0 && errno == ENOBUFS) {
			lost = true; /* more was told than there was room for */
		} else if (len == 0 || errno != EINTR) {
			/* Now there is room: ask how it is, once. */
			if (!lost || etherif_ask(ether) < 0)
				return;
			lost = false;
		}
	}
}

int etherif_open(struct etherif *ether)
{
	ether->link = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (ether->link == NULL)
		return -1;
	if (mnl_socket_bind(ether->link, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0)
		return -1;
	return etherif_ask(ether);
}

void etherif_close(struct etherif *ether)
{
	if (ether->link != NULL)
		mnl_socket_close(ether->link);
	ether->link = NULL;
}

void etherif_start(struct netif *netif, const char name[2], const uint8_t hwaddr[6],
		   netif_linkoutput_fn linkoutput)
{
	memcpy(netif->name, name, 2);
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = linkoutput;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, hwaddr, ETH_HWADDR_LEN);
	netif->mtu = 1500; /* until rtnetlink answers */
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
	MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 0);
}
