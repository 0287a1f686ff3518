/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/link.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_SIZE 256

/* Sends one request and hands what it is answered to a function; without one, to nobody. */
static int ask(struct nlmsghdr *nlh, mnl_cb_t fn, void *data)
{
	char answer[1024]; /* an acknowledgement holds the request */
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	ssize_t length;
	int err = 0;

	if (socket == NULL)
		return -errno;
	nlh->nlmsg_flags |= NLM_F_REQUEST;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0) {
		err = -errno;
	} else {
		length = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		if (length < 0 || mnl_cb_run(answer, (size_t)length, 0, 0, fn, data) < 0)
			err = -errno;
	}
	mnl_socket_close(socket);
	return err;
}

/* Sends one request and reads its acknowledgement. */
static int request(struct nlmsghdr *nlh)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	return ask(nlh, NULL, NULL);
}

/* The beginning of a request to change an interface. */
static struct nlmsghdr *change_link(char buf[REQUEST_SIZE], const char *name,
				    struct ifinfomsg **ifi)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = RTM_NEWLINK;
	*ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(**ifi));
	(*ifi)->ifi_index = (int)if_nametoindex(name);
	return nlh;
}

int link_add_veth(const char *name, const char *far, int ns, struct why *why)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *info, *data, *peer;
	const char *remedy = "";
	int err;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, far);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)ns);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	err = request(nlh);
	if (err == -EOPNOTSUPP)
		remedy = "; load the veth module (modprobe veth)";
	if (err < 0)
		return why_set(why, -err, "cannot make a pair of veth interfaces, %s and %s: %s%s",
			       name, far, strerror(-err), remedy);
	return 0;
}

/* One request about an interface by ioctl(2): netdevice(7). Returns 0 or a negative errno. */
static int control(unsigned long number, struct ifreq *ifr, const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	err = ioctl(fd, number, ifr) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int link_compute_checksums(const char *name, struct why *why)
{
	struct ethtool_value off = { .cmd = ETHTOOL_STXCSUM, .data = 0 };
	struct ifreq ifr = { .ifr_data = (void *)&off };
	int err = control(SIOCETHTOOL, &ifr, name);

	if (err < 0)
		return why_set(why, -err,
			       "cannot make the kernel compute the checksums of interface %s: %s",
			       name, strerror(-err));
	return 0;
}

int link_cut_segments(const char *name, struct why *why)
{
	static const uint32_t switches[] = { ETHTOOL_STSO, ETHTOOL_SGSO };
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof(switches) / sizeof(switches[0]); i++) {
		struct ethtool_value off = { .cmd = switches[i], .data = 0 };
		struct ifreq ifr = { .ifr_data = (void *)&off };

		err = control(SIOCETHTOOL, &ifr, name);
	}
	if (err < 0)
		return why_set(why, -err,
			       "cannot make the kernel cut the segments of interface %s: %s", name,
			       strerror(-err));
	return 0;
}

#define PATIENCE_NS 2000000000
#define LOOK_NS     200000

/* Whether the kernel has taken note. To ask for the link makes it do so at once, from Linux 6.8 on. */
static int is_running(const char *name, bool *running)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ifreq ifr = { .ifr_data = (void *)&link };
	int err = control(SIOCETHTOOL, &ifr, name);

	if (err == 0)
		err = control(SIOCGIFFLAGS, &ifr, name);
	*running = err == 0 && (ifr.ifr_flags & IFF_RUNNING);
	return err;
}

int link_await_carrier(const char *name, struct why *why)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	bool running = false;
	int looks = 0, err;

	while ((err = is_running(name, &running)) == 0 && !running &&
	       looks++ < PATIENCE_NS / LOOK_NS)
		nanosleep(&pause, NULL);
	if (err == 0 && !running)
		err = -ETIMEDOUT;
	if (err < 0)
		return why_set(why, -err, "interface %s gets no carrier: %s", name, strerror(-err));
	return 0;
}

int link_look(const char *name, struct link_state *state, struct why *why)
{
	struct ifreq hwaddr = { .ifr_flags = 0 }, flags = { .ifr_flags = 0 };
	int err = control(SIOCGIFHWADDR, &hwaddr, name);

	if (err == 0)
		err = control(SIOCGIFFLAGS, &flags, name);
	if (err < 0)
		return why_set(why, -err, "cannot look at interface %s: %s", name, strerror(-err));
	state->ethernet = hwaddr.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	memcpy(state->hwaddr, hwaddr.ifr_hwaddr.sa_data, sizeof(state->hwaddr));
	state->up = flags.ifr_flags & IFF_UP;
	state->carrier = flags.ifr_flags & IFF_RUNNING;
	return 0;
}

static int bring_up(const char *name, unsigned int flags, struct why *why)
{
	char buf[REQUEST_SIZE];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = change_link(buf, name, &ifi);
	int err;

	ifi->ifi_flags = ifi->ifi_change = flags;
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot bring interface %s up: %s", name, strerror(-err));
	return 0;
}

int link_up(const char *name, struct why *why)
{
	return bring_up(name, IFF_UP, why);
}

int link_up_mute(const char *name, struct why *why)
{
	return bring_up(name, IFF_UP | IFF_NOARP, why);
}

int link_add_address(const char *name, const struct endpoint *address, uint8_t prefix,
		     struct why *why)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	size_t size = address->family == 6 ? 16 : 4;
	char text[ENDPOINT_STRLEN];
	struct ifaddrmsg *ifa;
	int err;

	nlh->nlmsg_type = RTM_NEWADDR;
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = address->family == 6 ? AF_INET6 : AF_INET;
	ifa->ifa_prefixlen = prefix;
	ifa->ifa_flags = address->family == 6 ? IFA_F_NODAD : 0;
	ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	ifa->ifa_index = if_nametoindex(name);
	mnl_attr_put(nlh, IFA_LOCAL, size, address->addr);
	mnl_attr_put(nlh, IFA_ADDRESS, size, address->addr);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot give interface %s the address %s/%u: %s", name,
			       address_format(address, text), prefix, strerror(-err));
	return 0;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	*(bool *)data = nlh->nlmsg_type == RTM_NEWROUTE && rtm->rtm_type == RTN_LOCAL;
	return MNL_CB_STOP;
}

/* Whether the way to an address ends here. Returns a negative errno when the kernel cannot tell. */
static int is_local(const struct endpoint *address, bool *local)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	size_t size = address->family == 6 ? 16 : 4;
	struct rtmsg *rtm;
	int err;

	nlh->nlmsg_type = RTM_GETROUTE;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = address->family == 6 ? AF_INET6 : AF_INET;
	rtm->rtm_dst_len = (unsigned char)(size * 8);
	mnl_attr_put(nlh, RTA_DST, size, address->addr);
	*local = false;
	err = ask(nlh, on_route, local);
	return err == -ENETUNREACH || err == -EHOSTUNREACH ? 0 : err;
}

int link_await_address(const struct endpoint *address, struct why *why)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	char text[ENDPOINT_STRLEN];
	bool local = false;
	int looks = 0, err;

	while ((err = is_local(address, &local)) == 0 && !local && looks++ < PATIENCE_NS / LOOK_NS)
		nanosleep(&pause, NULL);
	if (err == 0 && !local)
		err = -ETIMEDOUT;
	if (err < 0)
		return why_set(why, -err, "the kernel does not take up its address %s: %s",
			       address_format(address, text), strerror(-err));
	return 0;
}

int link_set_hwaddr(const char *name, const uint8_t hwaddr[6], struct why *why)
{
	char buf[REQUEST_SIZE];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = change_link(buf, name, &ifi);
	int err;

	mnl_attr_put(nlh, IFLA_ADDRESS, 6, hwaddr);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot give interface %s its Ethernet address: %s", name,
			       strerror(-err));
	return 0;
}

int link_set_gso_segments(const char *name, unsigned int segments, struct why *why)
{
	char buf[REQUEST_SIZE];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = change_link(buf, name, &ifi);
	int err;

	mnl_attr_put_u32(nlh, IFLA_GSO_MAX_SEGS, segments);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err,
			       "cannot set how many segments interface %s takes at a time: %s",
			       name, strerror(-err));
	return 0;
}

int link_add_neighbour(const char *name, const struct endpoint *address, const uint8_t hwaddr[6],
		       struct why *why)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	char text[ENDPOINT_STRLEN];
	struct ndmsg *ndm;
	int err;

	nlh->nlmsg_type = RTM_NEWNEIGH;
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = address->family == 6 ? AF_INET6 : AF_INET;
	ndm->ndm_ifindex = (int)if_nametoindex(name);
	ndm->ndm_state = NUD_PERMANENT;
	mnl_attr_put(nlh, NDA_DST, address->family == 6 ? 16 : 4, address->addr);
	mnl_attr_put(nlh, NDA_LLADDR, 6, hwaddr);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot tell interface %s of its neighbour %s: %s", name,
			       endpoint_format(address, text), strerror(-err));
	return 0;
}

int link_add_route(const char *name, const struct endpoint *network, uint8_t prefix,
		   const struct endpoint *gateway, struct why *why)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	size_t size = network->family == 6 ? 16 : 4;
	char to[ENDPOINT_STRLEN], by[ENDPOINT_STRLEN];
	unsigned int index = if_nametoindex(name);
	struct rtmsg *rtm;
	int err;

	nlh->nlmsg_type = RTM_NEWROUTE;
	nlh->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = network->family == 6 ? AF_INET6 : AF_INET;
	rtm->rtm_dst_len = prefix;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	mnl_attr_put(nlh, RTA_DST, size, network->addr);
	mnl_attr_put(nlh, RTA_GATEWAY, size, gateway->addr);
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	err = index == 0 ? -ENODEV : request(nlh); /* for index 0 the kernel would choose one */
	if (err < 0)
		return why_set(why, -err, "cannot add a route to %s/%u by %s at interface %s: %s",
			       address_format(network, to), prefix, address_format(gateway, by),
			       name, strerror(-err));
	return 0;
}

int link_set_mtu(const char *name, unsigned int mtu, struct why *why)
{
	char buf[REQUEST_SIZE];
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh = change_link(buf, name, &ifi);
	int err;

	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot give interface %s an MTU of %u bytes: %s", name,
			       mtu, strerror(-err));
	return 0;
}

int link_set_patience(const char *name, int family, unsigned int retrans_ms, unsigned int probes,
		      struct why *why)
{
	char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ndtmsg *ndt;
	struct nlattr *parms;
	int err;

	nlh->nlmsg_type = RTM_SETNEIGHTBL;
	ndt = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndt));
	ndt->ndtm_family = family == 6 ? AF_INET6 : AF_INET;
	mnl_attr_put_strz(nlh, NDTA_NAME, family == 6 ? "ndisc_cache" : "arp_cache");
	parms = mnl_attr_nest_start(nlh, NDTA_PARMS);
	mnl_attr_put_u32(nlh, NDTPA_IFINDEX, if_nametoindex(name));
	mnl_attr_put_u64(nlh, NDTPA_RETRANS_TIME, retrans_ms);
	mnl_attr_put_u32(nlh, NDTPA_MCAST_PROBES, probes);
	mnl_attr_nest_end(nlh, parms);
	err = request(nlh);
	if (err < 0)
		return why_set(why, -err, "cannot set how interface %s asks for addresses: %s",
			       name, strerror(-err));
	return 0;
}
