/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "frames.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "linux/packetif.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/stats.h"

/* A veth pair: the far end is the kernel's, the near one lwIP's. */
#define FAR            "k0"
#define NEAR           "p0"
#define ALL            1000   /* a budget that no test uses up */
#define TYPE           0x88b5 /* IEEE 802: for local experiments; no protocol answers */
#define TYPE_VLAN      0x8100
#define SLOTS          512 /* of the ring: packet_ring.c */
#define MAX_FRAME_SIZE 65535

static const uint8_t lwip_hwaddr[6] = { 0x02, 0, 0, 0, 0, 0x42 };
static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* -- lwIP's side: an input function that keeps what arrives */

#define MAX_ARRIVALS 64

static struct {
	struct packetif packet;
	struct netif netif;
	uint8_t arrivals[MAX_ARRIVALS][MAX_FRAME_SIZE];
	size_t sizes[MAX_ARRIVALS];
	int count; /* beyond MAX_ARRIVALS they are counted alone */
	err_t answer;
	int far; /* the kernel's side: a packet(7) socket on the other end */
} side;

static err_t keep(struct pbuf *p, struct netif *netif)
{
	int i = side.count++;

	assert_ptr_equal(netif, &side.netif);
	if (i < MAX_ARRIVALS)
		side.sizes[i] = pbuf_copy_partial(p, side.arrivals[i], p->tot_len, 0);
	if (side.answer == ERR_OK)
		pbuf_free(p);
	return side.answer;
}

static struct netif *add(struct netif *netif, struct packetif *packet, const char *name,
			 bool shared, bool bulk)
{
	memset(netif, 0, sizeof(*netif));
	memset(packet, 0xa5, sizeof(*packet));
	snprintf(packet->name, sizeof(packet->name), "%s", name);
	memcpy(packet->hwaddr, lwip_hwaddr, sizeof(lwip_hwaddr));
	packet->shared = shared;
	packet->bulk = bulk;
	return netif_add(netif, NULL, NULL, NULL, packet, packetif_init, keep);
}

/* -- The kernel's side */

static struct ifreq request_on(const char *name)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ifr;
}

static void interface_ioctl(unsigned long number, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, number, ifr), 0);
	close(fd);
}

static short flags_of(const char *name)
{
	struct ifreq ifr = request_on(name);

	interface_ioctl(SIOCGIFFLAGS, &ifr);
	return ifr.ifr_flags;
}

static void set_up(const char *name, bool up)
{
	struct ifreq ifr = request_on(name);

	ifr.ifr_flags = (short)(up ? flags_of(name) | IFF_UP : flags_of(name) & ~IFF_UP);
	interface_ioctl(SIOCSIFFLAGS, &ifr);
}

static void set_mtu(int mtu)
{
	struct ifreq ifr = request_on(FAR);

	ifr.ifr_mtu = mtu;
	interface_ioctl(SIOCSIFMTU, &ifr);
	ifr = request_on(NEAR);
	ifr.ifr_mtu = mtu;
	interface_ioctl(SIOCSIFMTU, &ifr);
}

/* As the interface is now, whether word of it has come or not. */
static void look_at_link(void)
{
	packetif_ask_link(&side.netif);
	packetif_poll(&side.netif, 0);
}

static int open_packet_socket(const char *name, uint16_t type, int options)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(type),
				       .sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)), 0);
	if (options != 0)
		assert_int_equal(setsockopt(fd, SOL_PACKET, options, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* A frame to a host, the bytes of which differ with seed and place. */
static uint8_t *make_frame_to(const uint8_t to[6], size_t size, uint16_t type, unsigned int seed)
{
	static uint8_t frame[MAX_FRAME_SIZE];

	assert_true(size <= sizeof(frame));
	for (size_t i = 0; i < size; i++)
		frame[i] = (uint8_t)(i * 7 + i / 251 + (size_t)seed * 31);
	memcpy(frame, to, 6);
	memcpy(frame + 6, (const uint8_t[]){ 2, 0, 0, 0, 0, 1 }, 6);
	put16(frame + 12, type);
	return frame;
}

static uint8_t *make_frame(size_t size, uint16_t type, unsigned int seed)
{
	return make_frame_to(everybody, size, type, seed);
}

static void kernel_sends_type(size_t size, uint16_t type, unsigned int seed)
{
	assert_int_equal(send(side.far, make_frame(size, type, seed), size, 0), size);
}

static void kernel_sends(size_t size, unsigned int seed)
{
	kernel_sends_type(size, TYPE, seed);
}

static void assert_arrived(int i, size_t size, uint16_t type, unsigned int seed)
{
	assert_true(i < side.count);
	assert_int_equal(side.sizes[i], size);
	assert_memory_equal(side.arrivals[i], make_frame(size, type, seed), size);
}

/* The kernel has got exactly this frame, and no other. */
static void assert_kernel_got(size_t size, unsigned int seed)
{
	static uint8_t got[MAX_FRAME_SIZE];

	assert_int_equal(recv(side.far, got, sizeof(got), 0), size);
	assert_memory_equal(got, make_frame(size, TYPE, seed), size);
	assert_int_equal(recv(side.far, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static struct pbuf *pbuf_of(size_t size, unsigned int seed)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);

	assert_non_null(p);
	pbuf_take(p, make_frame(size, TYPE, seed), (u16_t)size);
	return p;
}

/* Sends a frame, frees it, and gives the driver's answer. */
static err_t lwip_sends(struct pbuf *p)
{
	err_t err = side.netif.linkoutput(&side.netif, p);

	pbuf_free(p);
	return err;
}

/* -- What is open, and what is in use */

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static int files_before;
static uint16_t used_before[MEMP_MAX];

/* A pair with both ends up, and lwIP at the near one. */
static int open_pair(bool shared, bool bulk)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct why why;

	if (link_add_veth(FAR, NEAR, here, &why) < 0 || link_up_mute(NEAR, &why) < 0 ||
	    link_up(FAR, &why) < 0 || link_await_carrier(FAR, &why) < 0) {
		print_error("%s\n", why.text);
		return -1;
	}
	close(here);
	files_before = open_files();
	for (int i = 0; i < MEMP_MAX; i++)
		used_before[i] = (uint16_t)lwip_stats.memp[i]->used;
	memset(&side, 0, sizeof(side));
	side.far = -1;
	if (add(&side.netif, &side.packet, NEAR, shared, bulk) == NULL)
		return -1;
	netif_set_up(&side.netif);
	look_at_link();
	side.far = open_packet_socket(FAR, TYPE, 0);
	return 0;
}

FIXTURE(open_plain)
{
	return open_pair(false, false);
}

FIXTURE(open_shared)
{
	return open_pair(true, false);
}

FIXTURE(open_bulk)
{
	return open_pair(false, true);
}

/* rtnetlink(7): as `ip link delete` does. */
static void delete_interface(const char *name)
{
	char buf[256], answer[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct ifinfomsg *ifi;

	assert_non_null(socket);
	nlh->nlmsg_type = RTM_DELLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)if_nametoindex(name);
	assert_true(mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) >= 0);
	assert_true(mnl_socket_recvfrom(socket, answer, sizeof(answer)) >= 0);
	mnl_socket_close(socket);
}

FIXTURE(close_pair)
{
	if (side.far >= 0)
		close(side.far);
	netif_remove(&side.netif);
	packetif_close(&side.packet);
	if (if_nametoindex(FAR) != 0)
		delete_interface(FAR);
	assert_int_equal(open_files(), files_before);
	for (int i = 0; i < MEMP_MAX; i++)
		assert_int_equal(lwip_stats.memp[i]->used, used_before[i]);
	return 0;
}

/* -- Opening and closing */

TEST(lwip_knows_what_it_needs_of_the_interface)
{
	assert_memory_equal(side.netif.hwaddr, lwip_hwaddr, 6);
	assert_int_equal(side.netif.hwaddr_len, 6);
	assert_true(side.netif.flags & NETIF_FLAG_ETHARP);
	assert_true(side.netif.flags & NETIF_FLAG_ETHERNET);
	assert_int_equal(side.netif.mtu, 1500);
	assert_non_null(side.netif.output);
	assert_non_null(side.netif.output_ip6);
	assert_null(side.packet.failed);
	assert_int_equal(packetif_fd(&side.netif), side.packet.fd);
	assert_int_equal(fcntl(side.packet.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(packetif_link_fd(&side.netif), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(an_interface_that_is_not_there_cannot_be_opened)
{
	struct netif netif;
	struct packetif packet;
	int before = open_files();

	errno = 0;
	assert_null(add(&netif, &packet, "nobody", false, false));
	assert_int_equal(errno, ENODEV);
	assert_string_equal(packet.failed, "find the interface");
	assert_int_equal(open_files(), before);
}

/* In a child: so many more files can be opened. */
static int open_with_files_left(void *context)
{
	struct netif netif;
	struct packetif packet;
	int lowest = dup(0), before;
	struct rlimit limit;

	close(lowest);
	before = open_files();
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)lowest + (rlim_t) * (const int *)context;
	setrlimit(RLIMIT_NOFILE, &limit);
	errno = 0;
	if (add(&netif, &packet, NEAR, false, false) != NULL || errno != EMFILE ||
	    packet.failed == NULL)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return open_files() != before;
}

TEST(what_is_half_open_is_closed_again)
{
	for (int left = 0; left < 2; left++)
		assert_int_equal(in_child(open_with_files_left, &left), 0);
}

/* -- The link */

TEST(the_link_is_up_while_both_ends_are)
{
	assert_true(netif_is_link_up(&side.netif));
	for (int again = 0; again < 3; again++) {
		set_up(FAR, false);
		look_at_link();
		assert_false(netif_is_link_up(&side.netif));
		set_up(FAR, true);
		look_at_link();
		assert_true(netif_is_link_up(&side.netif));
		set_up(NEAR, false);
		look_at_link();
		assert_false(netif_is_link_up(&side.netif));
		set_up(NEAR, true);
		look_at_link();
		assert_true(netif_is_link_up(&side.netif));
	}
}

TEST(the_link_descriptor_becomes_readable_when_the_link_changes)
{
	struct pollfd pollfd = { .fd = packetif_link_fd(&side.netif), .events = POLLIN };

	packetif_poll(&side.netif, ALL);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	set_mtu(1400);
	assert_int_equal(poll(&pollfd, 1, 1000), 1);
	packetif_poll(&side.netif, ALL);
	assert_int_equal(side.netif.mtu, 1400);
	assert_int_equal(side.netif.mtu6, 1400);
}

TEST(an_interface_that_goes_away_is_told)
{
	delete_interface(FAR);
	errno = 0;
	assert_int_equal(packetif_poll(&side.netif, ALL), ERR_IF);
	assert_int_equal(errno, ENODEV);
	assert_false(netif_is_link_up(&side.netif));
	assert_int_equal(lwip_sends(pbuf_of(60, 1)), ERR_IF);
}

/* -- Frames from the kernel */

TEST(waiting_frames_are_read_in_one_poll_and_in_order)
{
	struct pollfd pollfd = { .fd = packetif_fd(&side.netif), .events = POLLIN };

	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	for (unsigned int seed = 0; seed < 20; seed++)
		kernel_sends(60 + seed * 10, seed);
	assert_int_equal(poll(&pollfd, 1, 0), 1);
	assert_int_equal(packetif_poll(&side.netif, ALL), 20);
	assert_int_equal(side.count, 20);
	for (unsigned int seed = 0; seed < 20; seed++)
		assert_arrived((int)seed, 60 + seed * 10, TYPE, seed);
	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
}

/* What lock-step needs of a ring: the frame is there when the call that sends it returns. */
TEST(each_frame_can_be_read_at_once)
{
	for (unsigned int seed = 0; seed < 3 * SLOTS; seed++) {
		side.count = 0;
		kernel_sends(100, seed);
		assert_int_equal(packetif_poll(&side.netif, ALL), 1);
		assert_arrived(0, 100, TYPE, seed);
	}
}

TEST(no_more_frames_are_read_than_the_budget_allows)
{
	for (unsigned int seed = 0; seed < 5; seed++)
		kernel_sends(60, seed);
	assert_int_equal(packetif_poll(&side.netif, 0), 0);
	assert_int_equal(packetif_poll(&side.netif, 2), 2);
	assert_int_equal(packetif_poll(&side.netif, 2), 2);
	assert_int_equal(packetif_poll(&side.netif, 2), 1);
	assert_int_equal(packetif_poll(&side.netif, 2), 0);
	for (int i = 0; i < 5; i++)
		assert_arrived(i, 60, TYPE, (unsigned int)i);
}

TEST(a_frame_that_lwip_does_not_take_is_freed)
{
	side.answer = ERR_MEM;
	kernel_sends(60, 1);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_int_equal(side.count, 1); /* close_pair() looks at the pools */
}

TEST(frames_for_which_the_ring_has_no_room_are_counted)
{
	STAT_COUNTER before = lwip_stats.link.drop;

	for (unsigned int seed = 0; seed < SLOTS + 88; seed++)
		kernel_sends(60, seed);
	assert_int_equal(packetif_poll(&side.netif, ALL), SLOTS);
	/* The kernel tells of it with the next frame. */
	kernel_sends(60, 1);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_int_equal(lwip_stats.link.drop, before + 88);
}

TEST(what_others_send_from_this_end_is_not_received)
{
	int other = open_packet_socket(NEAR, TYPE, 0);

	assert_int_equal(send(other, make_frame(60, TYPE, 1), 60, 0), 60);
	assert_kernel_got(60, 1);
	assert_int_equal(lwip_sends(pbuf_of(70, 2)), ERR_OK);
	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	assert_int_equal(side.count, 0);
	close(other);
}

/* -- Frames of every size */

static const int mtus[] = { 1500, 576, 9000, 1500, 68, 65500, 576 };
#define MTUS (sizeof(mtus) / sizeof(mtus[0]))

TEST(frames_as_large_as_the_mtu_arrive_at_lwip_whole)
{
	for (size_t i = 0; i < MTUS; i++) {
		size_t largest = (size_t)mtus[i] + 14;

		set_mtu(mtus[i]);
		packetif_poll(&side.netif, ALL);
		side.count = 0;
		kernel_sends(largest, 1);
		kernel_sends(largest - 1, 2);
		kernel_sends(15, 3);
		assert_int_equal(packetif_poll(&side.netif, ALL), 3);
		assert_arrived(0, largest, TYPE, 1);
		assert_arrived(1, largest - 1, TYPE, 2);
		assert_arrived(2, 15, TYPE, 3);
	}
}

TEST(a_vlan_tag_that_the_kernel_took_off_is_put_back)
{
	for (size_t i = 0; i < MTUS; i++) {
		set_mtu(mtus[i]);
		packetif_poll(&side.netif, ALL);
		side.count = 0;
		kernel_sends_type((size_t)mtus[i] + 18, TYPE_VLAN, 1);
		kernel_sends_type(60, TYPE_VLAN, 2);
		assert_int_equal(packetif_poll(&side.netif, ALL), 2);
		assert_arrived(0, (size_t)mtus[i] + 18, TYPE_VLAN, 1);
		assert_arrived(1, 60, TYPE_VLAN, 2);
	}
}

TEST(frames_larger_than_a_lowered_mtu_are_dropped_and_counted)
{
	STAT_COUNTER before = lwip_stats.link.lenerr;

	set_mtu(9000);
	packetif_poll(&side.netif, ALL);
	kernel_sends(9014, 1);
	kernel_sends(576 + 19, 2);
	kernel_sends(576 + 18, 3);
	kernel_sends(9014, 4);
	set_mtu(576);
	assert_int_equal(packetif_poll(&side.netif, ALL), 4);
	assert_int_equal(side.count, 1);
	assert_arrived(0, 576 + 18, TYPE, 3);
	assert_int_equal(lwip_stats.link.lenerr, before + 3);
	/* Of the large ones nothing is left to be taken for the next. */
	set_mtu(9000);
	kernel_sends(9000, 5);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_arrived(1, 9000, TYPE, 5);
}

TEST(frames_as_large_as_the_mtu_arrive_at_the_kernel_whole)
{
	for (size_t i = 0; i < MTUS; i++) {
		size_t largest = (size_t)mtus[i] + 14;

		set_mtu(mtus[i]);
		packetif_poll(&side.netif, ALL);
		assert_int_equal(lwip_sends(pbuf_of(largest, 1)), ERR_OK);
		assert_kernel_got(largest, 1);
		assert_int_equal(lwip_sends(pbuf_of(15, 2)), ERR_OK);
		assert_kernel_got(15, 2);
	}
}

/* -- What the kernel leaves to the hardware */

#define UDP_DATA 101

/* A UDP datagram with a pseudo header's sum in the place of its checksum, and what is left to do. */
struct offloaded {
	struct virtio_net_hdr header;
	uint8_t frame[14 + 20 + 20 + 4000];
};

static uint16_t sum16(const uint8_t *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t pseudo_sum(const uint8_t *frame, uint8_t protocol, size_t length)
{
	return sum16(frame + 26, 8, (uint32_t)(protocol + length));
}

/* IPv4 with so many bytes of a protocol's header and of data; the checksum's place is told. */
static struct offloaded *offload(uint8_t protocol, size_t header, size_t data, size_t field)
{
	static struct offloaded o;
	uint8_t *ip = o.frame + 14, *transport = ip + 20;

	memset(&o, 0, sizeof(o));
	memcpy(o.frame, make_frame(14 + 20 + header + data, 0x0800, 1), 14 + 20 + header + data);
	memcpy(ip, (const uint8_t[20]){ 0x45, [8] = 64, protocol, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2 },
	       20);
	put16(ip + 2, (uint16_t)(20 + header + data));
	put16(ip + 10, (uint16_t)~sum16(ip, 20, 0));
	put16(transport + field, pseudo_sum(o.frame, protocol, header + data));
	o.header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	o.header.csum_start = 34;
	o.header.csum_offset = (uint16_t)field;
	return &o;
}

static struct offloaded *offload_udp(void)
{
	struct offloaded *o = offload(17, 8, UDP_DATA, 6);

	put16(o->frame + 34 + 4, 8 + UDP_DATA);
	return o;
}

static struct offloaded *offload_tcp(size_t data)
{
	struct offloaded *o = offload(6, 20, data, 16);

	o->frame[34 + 12] = 0x50; /* no options */
	o->frame[34 + 13] = SEG_ACK;
	return o;
}

/* Sends it from the other end, as the kernel's own stack would. */
static void send_offloaded(const struct offloaded *o, size_t size)
{
	int fd = open_packet_socket(FAR, 0x0800, PACKET_VNET_HDR);

	assert_int_equal(send(fd, o, sizeof(o->header) + size, 0), sizeof(o->header) + size);
	close(fd);
}

/* The sum over pseudo header and segment, with its checksum, is 0xffff: RFC 1071. */
static void assert_checksum_is_right(int i, uint8_t protocol, size_t length)
{
	const uint8_t *frame = side.arrivals[i];

	assert_int_equal(side.sizes[i], 34 + length);
	assert_int_equal(sum16(frame + 34, length, pseudo_sum(frame, protocol, length)), 0xffff);
}

/* Whether a socket without a ring would have got it with the checksum to be computed. */
static bool is_left_to_do(int watcher)
{
	char control[256], bytes[8];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 256
	};
	struct tpacket_auxdata aux;
	struct cmsghdr *first;

	assert_true(recvmsg(watcher, &message, 0) > 0);
	first = CMSG_FIRSTHDR(&message);
	if (first == NULL)
		return false;
	memcpy(&aux, CMSG_DATA(first), sizeof(aux));
	return aux.tp_status & TP_STATUS_CSUMNOTREADY;
}

TEST(a_checksum_that_the_kernel_left_out_is_computed)
{
	int watcher = open_packet_socket(NEAR, 0x0800, PACKET_AUXDATA);

	send_offloaded(offload_udp(), 34 + 8 + UDP_DATA);
	assert_true(is_left_to_do(watcher)); /* else this would test nothing */
	close(watcher);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_checksum_is_right(0, 17, 8 + UDP_DATA);
}

/* What it is over is zero, and the checksum would be: in UDP that says that there is none. */
TEST(a_checksum_of_zero_is_sent_as_all_ones)
{
	struct offloaded *o = offload_udp();
	uint8_t *udp = o->frame + 34, *sum;

	put16(udp + 8, 0); /* makes the total 0xffff */
	put16(udp + 8, (uint16_t)~sum16(udp, 8 + UDP_DATA, 0));
	send_offloaded(o, 34 + 8 + UDP_DATA);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	sum = side.arrivals[0] + 34 + 6;
	assert_int_equal(sum[0] << 8 | sum[1], 0xffff);
}

TEST(what_the_kernels_own_stack_leaves_out_is_computed)
{
	struct endpoint kernel = KERNEL_SIDE(0), lwip = LWIP_SIDE(0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct why why;

	memcpy(&to.sin_addr, lwip.addr, 4);
	assert_int_equal(link_add_address(FAR, &kernel, 24, &why), 0);
	assert_int_equal(link_add_neighbour(FAR, &lwip, lwip_hwaddr, &why), 0);
	assert_int_equal(sendto(fd, make_frame(UDP_DATA, TYPE, 3), UDP_DATA, 0,
				(struct sockaddr *)&to, sizeof(to)),
			 UDP_DATA);
	close(fd);
	for (int i = packetif_poll(&side.netif, ALL) - 1; i >= 0; i--)
		if (side.arrivals[i][23] == 17) {
			assert_checksum_is_right(i, 17, 8 + UDP_DATA);
			return;
		}
	fail_msg("no datagram has arrived");
}

TEST(tcp_segments_that_are_not_cut_yet_arrive_as_one)
{
	struct offloaded *o = offload_tcp(3000);

	o->header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	o->header.gso_size = 1000;
	o->header.hdr_len = 54;
	send_offloaded(o, 54 + 3000);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_int_equal(side.count, 1);
	assert_checksum_is_right(0, 6, 20 + 3000);
	assert_memory_equal(side.arrivals[0] + 54, o->frame + 54, 3000);
}

/* Three datagrams in one frame: lwIP would take them for one. */
TEST(datagrams_that_are_not_cut_yet_are_dropped)
{
	struct offloaded *o = offload(17, 8, 3000, 6);

	put16(o->frame + 34 + 4, 8 + 3000);
	o->header.gso_type = 5; /* VIRTIO_NET_HDR_GSO_UDP_L4 */
	o->header.gso_size = 1000;
	o->header.hdr_len = 42;
	send_offloaded(o, 42 + 3000);
	kernel_sends(60, 1);
	packetif_poll(&side.netif, ALL);
	assert_int_equal(side.count, 1);
	assert_arrived(0, 60, TYPE, 1);
}

/* -- Frames to the kernel */

TEST(a_frame_is_with_the_kernel_when_the_call_returns)
{
	STAT_COUNTER before = lwip_stats.link.xmit;

	assert_int_equal(lwip_sends(pbuf_of(100, 1)), ERR_OK);
	assert_true(packetif_is_delivered(&side.netif));
	assert_kernel_got(100, 1);
	assert_int_equal(lwip_stats.link.xmit, before + 1);
}

/* A frame of so many pieces: all but the first have one byte. */
static struct pbuf *pbuf_in_pieces(int pieces, unsigned int seed)
{
	enum { FIRST = 60 };
	struct pbuf *whole = pbuf_of(FIRST, seed);
	const uint8_t *frame = make_frame(FIRST + (size_t)pieces, TYPE, seed);

	for (int i = 1; i < pieces; i++) {
		struct pbuf *p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);

		assert_non_null(p);
		pbuf_take(p, frame + FIRST + i - 1, 1);
		pbuf_cat(whole, p);
	}
	return whole;
}

TEST(a_frame_in_256_pieces_is_sent_whole_and_one_in_more_is_refused)
{
	STAT_COUNTER before = lwip_stats.link.lenerr;
	char byte;

	assert_int_equal(lwip_sends(pbuf_in_pieces(256, 2)), ERR_OK);
	assert_kernel_got(60 + 255, 2);
	assert_int_equal(lwip_sends(pbuf_in_pieces(257, 1)), ERR_BUF);
	assert_int_equal(lwip_stats.link.lenerr, before + 1);
	assert_int_equal(recv(side.far, &byte, 1, 0), -1);
}

static void assert_lost_while_down(const char *name)
{
	STAT_COUNTER before = lwip_stats.link.drop;

	/* Like a cable that is not plugged in: the sender learns nothing. */
	set_up(name, false);
	assert_int_equal(lwip_sends(pbuf_of(60, 1)), ERR_OK);
	assert_int_equal(lwip_stats.link.drop, before + 1);
	assert_true(packetif_is_delivered(&side.netif));
	set_up(name, true);
	packetif_poll(&side.netif, 0);
	close(side.far); /* it would tell of the time in which the interface was down */
	side.far = open_packet_socket(FAR, TYPE, 0);
	assert_int_equal(lwip_sends(pbuf_of(60, 2)), ERR_OK);
	assert_kernel_got(60, 2);
	assert_int_equal(lwip_stats.link.drop, before + 1);
	kernel_sends(60, 3);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
}

TEST(while_one_end_is_down_frames_are_dropped_and_counted)
{
	assert_lost_while_down(FAR);
	assert_lost_while_down(NEAR);
}

/* -- Without memory */

/* What is left in the pool, as a list. */
static struct pbuf *take_all(void)
{
	struct pbuf *all = NULL, *p;

	while ((p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)) != NULL) {
		p->next = all;
		all = p;
	}
	return all;
}

static void give_all(struct pbuf *all)
{
	while (all != NULL) {
		struct pbuf *next = all->next;

		all->next = NULL;
		pbuf_free(all);
		all = next;
	}
}

TEST(frames_that_find_the_pool_empty_wait_in_the_ring)
{
	STAT_COUNTER before = lwip_stats.link.memerr;
	struct pbuf *all;

	set_mtu(3000);
	for (unsigned int seed = 0; seed < 5; seed++)
		kernel_sends(1000 + seed * 500, seed); /* of which some lie beside the ring */
	all = take_all();
	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	assert_int_equal(lwip_stats.link.memerr, before + 2);
	give_all(all);
	assert_int_equal(packetif_poll(&side.netif, ALL), 5);
	for (int i = 0; i < 5; i++)
		assert_arrived(i, 1000 + (size_t)i * 500, TYPE, (unsigned int)i);
}

TEST(segments_that_are_one_do_not_wait_for_a_pool_that_may_be_too_small)
{
	struct offloaded *o = offload_tcp(3000);
	struct pbuf *all;

	o->header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	o->header.gso_size = 1000;
	o->header.hdr_len = 54;
	send_offloaded(o, 54 + 3000);
	kernel_sends(60, 1);
	all = take_all();
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	give_all(all);
	assert_int_equal(packetif_poll(&side.netif, ALL), 1);
	assert_int_equal(side.count, 1);
	assert_arrived(0, 60, TYPE, 1);
}

/* -- A segment that others use, too */

TEST(on_a_shared_segment_lwip_gets_what_is_for_it_and_for_groups)
{
	static const uint8_t neighbour[6] = { 0x02, 0, 0, 0, 0, 0x43 },
			     multicast[6] = { 0x01, 0, 0x5e };

	assert_int_equal(send(side.far, make_frame_to(neighbour, 60, TYPE, 1), 60, 0), 60);
	assert_int_equal(send(side.far, make_frame_to(lwip_hwaddr, 61, TYPE, 2), 61, 0), 61);
	assert_int_equal(send(side.far, make_frame_to(multicast, 62, TYPE, 3), 62, 0), 62);
	assert_int_equal(send(side.far, make_frame_to(everybody, 63, TYPE, 4), 63, 0), 63);
	assert_int_equal(packetif_poll(&side.netif, ALL), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(side.sizes[i], 61 + i);
}

static int on_promiscuity(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == IFLA_PROMISCUITY)
		*(uint32_t *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* How many want the interface to take all frames: rtnetlink(7). */
static uint32_t promiscuity(const char *name)
{
	char buf[256], answer[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct ifinfomsg *ifi;
	uint32_t count = 0;

	assert_non_null(socket);
	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)if_nametoindex(name);
	assert_true(mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) >= 0);
	assert_true(mnl_socket_recvfrom(socket, answer, sizeof(answer)) > 0);
	mnl_attr_parse((struct nlmsghdr *)(void *)answer, sizeof(*ifi), on_promiscuity, &count);
	mnl_socket_close(socket);
	return count;
}

TEST(on_a_shared_segment_the_interface_takes_frames_to_any_address)
{
	assert_int_equal(promiscuity(NEAR), 1);
}

TEST(on_a_cable_the_interface_is_left_as_it_is)
{
	assert_int_equal(promiscuity(NEAR), 0);
}

/* -- In bulk */

static int read_in_bulk(int frames)
{
	struct pollfd pollfd = { .fd = packetif_fd(&side.netif), .events = POLLIN };
	int got = 0;

	for (int looks = 0; got < frames && looks < 100 && poll(&pollfd, 1, 1000) == 1; looks++)
		got += packetif_poll(&side.netif, ALL);
	return got;
}

TEST(in_bulk_all_frames_arrive_in_order)
{
	set_mtu(9000);
	packetif_poll(&side.netif, ALL);
	for (unsigned int round = 0; round < 40; round++) {
		side.count = 0;
		for (unsigned int seed = 0; seed < 20; seed++)
			kernel_sends(seed % 5 == 0 ? 9014 : 60 + seed * 10, seed);
		assert_int_equal(read_in_bulk(20), 20);
		for (unsigned int seed = 0; seed < 20; seed++)
			assert_arrived((int)seed, seed % 5 == 0 ? 9014 : 60 + seed * 10, TYPE,
				       seed);
	}
}

TEST(in_bulk_tags_and_checksums_are_as_they_should_be)
{
	kernel_sends_type(1518, TYPE_VLAN, 1);
	send_offloaded(offload_udp(), 34 + 8 + UDP_DATA);
	assert_int_equal(read_in_bulk(2), 2);
	assert_arrived(0, 1518, TYPE_VLAN, 1);
	assert_checksum_is_right(1, 17, 8 + UDP_DATA);
}

TEST(in_bulk_frames_that_find_the_pool_empty_wait_in_the_ring)
{
	struct pbuf *all = take_all();

	for (unsigned int seed = 0; seed < 5; seed++)
		kernel_sends(1000, seed);
	assert_int_equal(poll(&(struct pollfd){ packetif_fd(&side.netif), POLLIN, 0 }, 1, 1000), 1);
	assert_int_equal(packetif_poll(&side.netif, ALL), 0);
	give_all(all);
	assert_int_equal(read_in_bulk(5), 5);
	for (int i = 0; i < 5; i++)
		assert_arrived(i, 1000, TYPE, (unsigned int)i);
}

int main(void)
{
#define PLAIN(test)  cmocka_unit_test_setup_teardown(test, open_plain, close_pair)
#define SHARED(test) cmocka_unit_test_setup_teardown(test, open_shared, close_pair)
#define BULK(test)   cmocka_unit_test_setup_teardown(test, open_bulk, close_pair)
	static const struct CMUnitTest tests[] = {
		PLAIN(lwip_knows_what_it_needs_of_the_interface),
		PLAIN(an_interface_that_is_not_there_cannot_be_opened),
		PLAIN(what_is_half_open_is_closed_again),
		PLAIN(the_link_is_up_while_both_ends_are),
		PLAIN(the_link_descriptor_becomes_readable_when_the_link_changes),
		PLAIN(an_interface_that_goes_away_is_told),
		PLAIN(waiting_frames_are_read_in_one_poll_and_in_order),
		PLAIN(each_frame_can_be_read_at_once),
		PLAIN(no_more_frames_are_read_than_the_budget_allows),
		PLAIN(a_frame_that_lwip_does_not_take_is_freed),
		PLAIN(frames_for_which_the_ring_has_no_room_are_counted),
		PLAIN(what_others_send_from_this_end_is_not_received),
		PLAIN(frames_as_large_as_the_mtu_arrive_at_lwip_whole),
		PLAIN(a_vlan_tag_that_the_kernel_took_off_is_put_back),
		PLAIN(frames_larger_than_a_lowered_mtu_are_dropped_and_counted),
		PLAIN(frames_as_large_as_the_mtu_arrive_at_the_kernel_whole),
		PLAIN(a_checksum_that_the_kernel_left_out_is_computed),
		PLAIN(a_checksum_of_zero_is_sent_as_all_ones),
		PLAIN(what_the_kernels_own_stack_leaves_out_is_computed),
		PLAIN(tcp_segments_that_are_not_cut_yet_arrive_as_one),
		PLAIN(datagrams_that_are_not_cut_yet_are_dropped),
		PLAIN(a_frame_is_with_the_kernel_when_the_call_returns),
		PLAIN(a_frame_in_256_pieces_is_sent_whole_and_one_in_more_is_refused),
		PLAIN(while_one_end_is_down_frames_are_dropped_and_counted),
		PLAIN(frames_that_find_the_pool_empty_wait_in_the_ring),
		PLAIN(segments_that_are_one_do_not_wait_for_a_pool_that_may_be_too_small),
		SHARED(on_a_shared_segment_lwip_gets_what_is_for_it_and_for_groups),
		SHARED(on_a_shared_segment_the_interface_takes_frames_to_any_address),
		PLAIN(on_a_cable_the_interface_is_left_as_it_is),
		BULK(in_bulk_all_frames_arrive_in_order),
		BULK(in_bulk_tags_and_checksums_are_as_they_should_be),
		BULK(in_bulk_frames_that_find_the_pool_empty_wait_in_the_ring),
	};
	struct why why;

	if (namespace_enter(&why) < 0)
		return skip_all(why.text);
	/* The kernel shall send nothing of its own accord. */
	namespace_sysctl("net/ipv6/conf/default/disable_ipv6", "1", &why);
	lwip_init();
	if (open_pair(false, false) < 0)
		return skip_all("no veth pair, or no packet socket");
	close_pair(NULL);
	return cmocka_run_group_tests_name("packetif", tests, NULL, NULL);
}
