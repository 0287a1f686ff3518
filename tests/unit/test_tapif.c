/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "frames.h"
#include "lab/namespace.h"
#include "linux/tapif.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/stats.h"

#define NAME           "t0"
#define ALL            1000   /* a budget that no test uses up */
#define TYPE           0x88b5 /* IEEE 802: for local experiments; no protocol answers */
#define TYPE_VLAN      0x8100
#define MAX_FRAME_SIZE (9000 + 18)

/* -- lwIP's side: an input function that keeps what arrives */

#define MAX_ARRIVALS 64

static struct {
	struct tapif tap;
	struct netif netif;
	uint8_t arrivals[MAX_ARRIVALS][MAX_FRAME_SIZE];
	size_t sizes[MAX_ARRIVALS];
	int count;
	err_t answer;
	int packet; /* the kernel's side: a packet(7) socket on the interface */
} side;

static err_t keep(struct pbuf *p, struct netif *netif)
{
	assert_ptr_equal(netif, &side.netif);
	assert_true(side.count < MAX_ARRIVALS);
	assert_true(p->tot_len <= MAX_FRAME_SIZE);
	side.sizes[side.count] = pbuf_copy_partial(p, side.arrivals[side.count], p->tot_len, 0);
	side.count++;
	if (side.answer == ERR_OK)
		pbuf_free(p);
	return side.answer;
}

static struct netif *add(struct netif *netif, struct tapif *tap, const char *name)
{
	static const uint8_t hwaddr[6] = { 0x02, 0, 0, 0, 0, 0x42 };

	memset(netif, 0, sizeof(*netif));
	memset(tap, 0xa5, sizeof(*tap));
	snprintf(tap->name, sizeof(tap->name), "%s", name);
	memcpy(tap->hwaddr, hwaddr, sizeof(hwaddr));
	return netif_add(netif, NULL, NULL, NULL, tap, tapif_init, keep);
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

static void set_up(const char *name, bool up)
{
	struct ifreq ifr = request_on(name);

	interface_ioctl(SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	interface_ioctl(SIOCSIFFLAGS, &ifr);
}

static void set_mtu(const char *name, int mtu)
{
	struct ifreq ifr = request_on(name);

	ifr.ifr_mtu = mtu;
	interface_ioctl(SIOCSIFMTU, &ifr);
}

static int open_packet_socket(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(TYPE),
				       .sll_ifindex = side.tap.ether.ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(TYPE));

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* A frame to lwIP or from it, the bytes of which differ with seed and place. */
static uint8_t *make_frame(size_t size, uint16_t type, unsigned int seed)
{
	static uint8_t frame[MAX_FRAME_SIZE];

	assert_true(size <= sizeof(frame));
	for (size_t i = 0; i < size; i++)
		frame[i] = (uint8_t)(i * 7 + i / 251 + (size_t)seed * 31);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, (const uint8_t[]){ 2, 0, 0, 0, 0, 1 }, 6);
	put16(frame + 12, type);
	return frame;
}

static void kernel_sends_type(size_t size, uint16_t type, unsigned int seed)
{
	assert_int_equal(send(side.packet, make_frame(size, type, seed), size, 0), size);
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

	assert_int_equal(recv(side.packet, got, sizeof(got), 0), size);
	assert_memory_equal(got, make_frame(size, TYPE, seed), size);
	assert_int_equal(recv(side.packet, got, sizeof(got), 0), -1);
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

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

/* A device whose interface is down, as the kernel makes it. */
FIXTURE(open_device)
{
	files_before = open_files();
	for (int i = 0; i < MEMP_MAX; i++)
		used_before[i] = (uint16_t)lwip_stats.memp[i]->used;
	memset(&side, 0, sizeof(side));
	side.packet = -1;
	if (add(&side.netif, &side.tap, NAME) == NULL)
		return -1;
	netif_set_up(&side.netif);
	return 0;
}

FIXTURE(close_device)
{
	if (side.packet >= 0)
		close(side.packet);
	netif_remove(&side.netif);
	tapif_close(&side.tap);
	assert_int_equal(open_files(), files_before);
	for (int i = 0; i < MEMP_MAX; i++)
		assert_int_equal(lwip_stats.memp[i]->used, used_before[i]);
	return 0;
}

/* A device whose interface is up, and a socket on it. */
static int open_running(void **unit_state)
{
	if (open_device(unit_state) != 0)
		return -1;
	set_up(NAME, true);
	tapif_poll(&side.netif, ALL);
	side.packet = open_packet_socket();
	return 0;
}

/* -- Opening and closing */

TEST(the_interface_has_the_name_it_was_asked_for)
{
	assert_string_equal(side.tap.name, NAME);
	assert_int_equal(side.tap.ether.ifindex, if_nametoindex(NAME));
	assert_null(side.tap.failed);
	assert_int_equal(tapif_fd(&side.netif), side.tap.fd);
	assert_int_equal(fcntl(side.tap.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(tapif_link_fd(&side.netif), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(without_a_name_the_kernel_chooses_one)
{
	struct netif netif;
	struct tapif tap;

	assert_ptr_equal(add(&netif, &tap, ""), &netif);
	assert_words(tap.name, "tap");
	assert_int_equal(tap.ether.ifindex, if_nametoindex(tap.name));
	netif_remove(&netif);
	tapif_close(&tap);
}

TEST(lwip_knows_what_it_needs_of_the_device)
{
	assert_memory_equal(side.netif.hwaddr, side.tap.hwaddr, 6);
	assert_int_equal(side.netif.hwaddr_len, 6);
	assert_true(side.netif.flags & NETIF_FLAG_BROADCAST);
	assert_true(side.netif.flags & NETIF_FLAG_ETHARP);
	assert_true(side.netif.flags & NETIF_FLAG_ETHERNET);
	assert_int_equal(side.netif.mtu, 1500);
	assert_non_null(side.netif.output);
	assert_non_null(side.netif.output_ip6);
	assert_non_null(side.netif.linkoutput);
}

TEST(closing_removes_the_interface)
{
	struct netif netif;
	struct tapif tap;
	int before = open_files(), fd;

	assert_non_null(add(&netif, &tap, "t1"));
	assert_int_not_equal(if_nametoindex("t1"), 0);
	tapif_poll(&netif, ALL);
	netif_remove(&netif);
	tapif_close(&tap);
	assert_int_equal(if_nametoindex("t1"), 0);
	assert_int_equal(open_files(), before);
	/* There is nothing left to close: not even what has got the descriptor's number since. */
	fd = dup(0);
	tapif_close(&tap);
	assert_int_equal(open_files(), before + 1);
	close(fd);
}

TEST(a_second_device_of_the_same_name_fails_and_leaves_nothing_open)
{
	struct netif netif;
	struct tapif tap;
	int before = open_files();

	errno = 0;
	assert_null(add(&netif, &tap, NAME));
	assert_int_equal(errno, EBUSY);
	assert_string_equal(tap.failed, "create a TAP device");
	assert_int_equal(open_files(), before);
	assert_int_equal(if_nametoindex(NAME), side.tap.ether.ifindex);
}

TEST(a_failure_is_lwips_interface_error)
{
	struct tapif tap = { .name = NAME };
	struct netif netif = { .state = &tap };

	assert_int_equal(tapif_init(&netif), ERR_IF);
	assert_int_equal(errno, EBUSY);
}

/* In a child: the device's directory is empty. */
static int open_without_dev_net_tun(void *context)
{
	struct netif netif;
	struct tapif tap;
	int before = open_files();

	(void)context;
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/dev/net", "tmpfs", 0, NULL) < 0)
		return 2;
	errno = 0;
	return add(&netif, &tap, "t1") != NULL || errno != ENOENT ||
	       strcmp(tap.failed, "open /dev/net/tun") != 0 || open_files() != before;
}

TEST(without_dev_net_tun_opening_it_fails)
{
	assert_int_equal(in_child(open_without_dev_net_tun, NULL), 0);
}

/* In a child: one more file can be opened, and the device is that one. */
static int open_with_one_file_left(void *context)
{
	struct netif netif;
	struct tapif tap;
	int *error = context, lowest = dup(0), before;
	struct rlimit limit;

	close(lowest);
	before = open_files();
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)lowest + 1;
	setrlimit(RLIMIT_NOFILE, &limit);
	errno = 0;
	if (add(&netif, &tap, "t1") != NULL || tap.failed == NULL)
		return 1;
	if (error != NULL)
		return errno != *error;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return if_nametoindex("t1") != 0 || open_files() != before;
}

TEST(a_device_that_is_half_open_is_closed_again)
{
	assert_int_equal(in_child(open_with_one_file_left, NULL), 0);
}

TEST(too_many_open_files_are_told_as_such)
{
	int error = EMFILE;

	assert_int_equal(in_child(open_with_one_file_left, &error), 0);
}

/* -- The link */

TEST(the_link_is_up_while_the_interface_is)
{
	assert_false(netif_is_link_up(&side.netif));
	for (int again = 0; again < 3; again++) {
		set_up(NAME, true);
		assert_false(netif_is_link_up(&side.netif)); /* nobody has looked yet */
		tapif_poll(&side.netif, ALL);
		assert_true(netif_is_link_up(&side.netif));
		set_up(NAME, false);
		tapif_poll(&side.netif, ALL);
		assert_false(netif_is_link_up(&side.netif));
	}
}

TEST(a_device_finds_out_how_its_interface_is)
{
	struct netif netif;
	struct tapif tap;
	struct ifreq ifr = request_on("t1");
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	/* An interface that is there already, up, with an MTU of its own. */
	assert_true(fd >= 0);
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	assert_int_equal(ioctl(fd, TUNSETIFF, &ifr), 0);
	assert_int_equal(ioctl(fd, TUNSETPERSIST, 1), 0);
	close(fd);
	set_mtu("t1", 1400);
	set_up("t1", true);
	assert_non_null(add(&netif, &tap, "t1"));
	assert_int_equal(netif.mtu, 1400);
	assert_true(netif_is_link_up(&netif));
	assert_int_equal(ioctl(tap.fd, TUNSETPERSIST, 0), 0);
	netif_remove(&netif);
	tapif_close(&tap);
	assert_int_equal(if_nametoindex("t1"), 0);
}

TEST(the_link_descriptor_becomes_readable_when_the_link_changes)
{
	struct pollfd pollfd = { .fd = tapif_link_fd(&side.netif), .events = POLLIN };

	tapif_poll(&side.netif, ALL);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	set_up(NAME, true);
	assert_int_equal(poll(&pollfd, 1, 1000), 1);
	tapif_poll(&side.netif, ALL);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
}

TEST(the_mtu_follows_the_interfaces)
{
	static const int mtus[] = { 576, 1500, 9000, 68, 65521 };

	for (int i = 0; i < 5; i++) {
		set_mtu(NAME, mtus[i]);
		tapif_poll(&side.netif, ALL);
		assert_int_equal(side.netif.mtu, mtus[i]);
		assert_int_equal(side.netif.mtu6, mtus[i]);
	}
}

TEST(other_interfaces_do_not_matter)
{
	struct netif netif;
	struct tapif tap;

	assert_non_null(add(&netif, &tap, "t1"));
	set_mtu("t1", 9000);
	set_up("t1", true);
	tapif_poll(&side.netif, ALL);
	tapif_poll(&netif, ALL);
	assert_int_equal(side.netif.mtu, 1500);
	assert_false(netif_is_link_up(&side.netif));
	assert_int_equal(netif.mtu, 9000);
	assert_true(netif_is_link_up(&netif));
	netif_remove(&netif);
	tapif_close(&tap);
	tapif_poll(&side.netif, ALL);
	assert_false(netif_is_link_up(&side.netif));
}

/* More news than the socket has room for: what is told last is not told at all. */
TEST(the_mtu_follows_the_interfaces_even_if_news_get_lost)
{
	int size = 1;

	set_up(NAME, true);
	tapif_poll(&side.netif, ALL);
	assert_int_equal(
		setsockopt(tapif_link_fd(&side.netif), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)),
		0);
	for (int mtu = 1000; mtu < 1200; mtu++)
		set_mtu(NAME, mtu);
	set_up(NAME, false);
	for (int i = 0; i < 10; i++)
		tapif_poll(&side.netif, ALL);
	assert_int_equal(side.netif.mtu, 1199);
	assert_false(netif_is_link_up(&side.netif));
}

/* rtnetlink(7): as `ip link delete` does. */
static void delete_interface(int ifindex)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct ifinfomsg *ifi;

	assert_non_null(socket);
	nlh->nlmsg_type = RTM_DELLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	assert_true(mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) >= 0);
	mnl_socket_close(socket);
}

TEST(the_link_goes_down_with_its_interface)
{
	delete_interface(side.tap.ether.ifindex);
	assert_int_equal(if_nametoindex(NAME), 0);
	errno = 0;
	assert_int_equal(tapif_poll(&side.netif, ALL), ERR_IF);
	assert_int_equal(errno, EBADFD);
	assert_false(netif_is_link_up(&side.netif));
	assert_int_equal(lwip_sends(pbuf_of(60, 1)), ERR_IF);
}

/* -- Frames from the kernel */

TEST(waiting_frames_are_read_in_one_poll_and_in_order)
{
	struct pollfd pollfd = { .fd = tapif_fd(&side.netif), .events = POLLIN };

	assert_int_equal(tapif_poll(&side.netif, ALL), 0);
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	for (unsigned int seed = 0; seed < 20; seed++)
		kernel_sends(60 + seed * 10, seed);
	assert_int_equal(poll(&pollfd, 1, 0), 1);
	assert_int_equal(tapif_poll(&side.netif, ALL), 20);
	assert_int_equal(side.count, 20);
	for (unsigned int seed = 0; seed < 20; seed++)
		assert_arrived((int)seed, 60 + seed * 10, TYPE, seed);
	assert_int_equal(tapif_poll(&side.netif, ALL), 0);
}

TEST(no_more_frames_are_read_than_the_budget_allows)
{
	for (unsigned int seed = 0; seed < 5; seed++)
		kernel_sends(60, seed);
	assert_int_equal(tapif_poll(&side.netif, 0), 0);
	assert_int_equal(side.count, 0);
	assert_int_equal(tapif_poll(&side.netif, 2), 2);
	assert_int_equal(side.count, 2);
	assert_int_equal(tapif_poll(&side.netif, 2), 2);
	assert_int_equal(tapif_poll(&side.netif, 2), 1);
	assert_int_equal(tapif_poll(&side.netif, 2), 0);
	for (int i = 0; i < 5; i++)
		assert_arrived(i, 60, TYPE, (unsigned int)i);
}

TEST(the_link_is_followed_without_any_budget)
{
	set_up(NAME, false);
	tapif_poll(&side.netif, 0);
	assert_false(netif_is_link_up(&side.netif));
}

TEST(a_frame_that_lwip_does_not_take_is_freed)
{
	side.answer = ERR_MEM;
	kernel_sends(60, 1);
	assert_int_equal(tapif_poll(&side.netif, ALL), 1);
	assert_int_equal(side.count, 1); /* close_device() looks at the pools */
}

/* -- Frames of every size */

static const int mtus[] = { 1500, 576, 9000, 1500, 68, 9000, 576 };
#define MTUS (sizeof(mtus) / sizeof(mtus[0]))

TEST(frames_as_large_as_the_mtu_arrive_at_lwip_whole)
{
	for (size_t i = 0; i < MTUS; i++) {
		size_t largest = (size_t)mtus[i] + 14;

		set_mtu(NAME, mtus[i]);
		tapif_poll(&side.netif, ALL);
		side.count = 0;
		kernel_sends(largest, 1);
		kernel_sends(largest - 1, 2);
		kernel_sends(15, 3);
		assert_int_equal(tapif_poll(&side.netif, ALL), 3);
		assert_arrived(0, largest, TYPE, 1);
		assert_arrived(1, largest - 1, TYPE, 2);
		assert_arrived(2, 15, TYPE, 3);
	}
}

TEST(frames_with_a_vlan_tag_may_be_four_bytes_larger)
{
	for (size_t i = 0; i < MTUS; i++) {
		set_mtu(NAME, mtus[i]);
		tapif_poll(&side.netif, ALL);
		side.count = 0;
		kernel_sends_type((size_t)mtus[i] + 18, TYPE_VLAN, 1);
		assert_int_equal(tapif_poll(&side.netif, ALL), 1);
		assert_arrived(0, (size_t)mtus[i] + 18, TYPE_VLAN, 1);
	}
}

TEST(frames_larger_than_a_lowered_mtu_are_dropped_and_counted)
{
	STAT_COUNTER before = lwip_stats.link.lenerr;

	set_mtu(NAME, 9000);
	tapif_poll(&side.netif, ALL);
	kernel_sends(9014, 1);
	kernel_sends(576 + 19, 2);
	kernel_sends(576 + 18, 3);
	set_mtu(NAME, 576);
	assert_int_equal(tapif_poll(&side.netif, ALL), 3);
	assert_int_equal(side.count, 1);
	assert_arrived(0, 576 + 18, TYPE, 3);
	assert_int_equal(lwip_stats.link.lenerr, before + 2);
}

TEST(a_larger_mtu_counts_for_the_next_frame_already)
{
	tapif_poll(&side.netif, ALL); /* there is a pbuf for the next frame now: a small one */
	set_mtu(NAME, 9000);
	kernel_sends(9014, 1);
	assert_int_equal(tapif_poll(&side.netif, ALL), 1);
	assert_arrived(0, 9014, TYPE, 1);
}

TEST(frames_as_large_as_the_mtu_arrive_at_the_kernel_whole)
{
	for (size_t i = 0; i < MTUS; i++) {
		size_t largest = (size_t)mtus[i] + 14;

		set_mtu(NAME, mtus[i]);
		tapif_poll(&side.netif, ALL);
		assert_int_equal(lwip_sends(pbuf_of(largest, 1)), ERR_OK);
		assert_kernel_got(largest, 1);
		assert_int_equal(lwip_sends(pbuf_of(15, 2)), ERR_OK);
		assert_kernel_got(15, 2);
	}
}

/* -- Frames to the kernel */

TEST(a_frame_is_with_the_kernel_when_the_call_returns)
{
	STAT_COUNTER before = lwip_stats.link.xmit;

	assert_int_equal(lwip_sends(pbuf_of(100, 1)), ERR_OK);
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

TEST(a_frame_in_256_pieces_is_sent_whole)
{
	assert_int_equal(lwip_sends(pbuf_in_pieces(2, 1)), ERR_OK);
	assert_kernel_got(61, 1);
	assert_int_equal(lwip_sends(pbuf_in_pieces(256, 2)), ERR_OK);
	assert_kernel_got(60 + 255, 2);
}

TEST(a_frame_in_more_pieces_is_refused_and_counted)
{
	STAT_COUNTER before = lwip_stats.link.lenerr;
	char byte;

	assert_int_equal(lwip_sends(pbuf_in_pieces(257, 1)), ERR_BUF);
	assert_int_equal(lwip_stats.link.lenerr, before + 1);
	assert_int_equal(recv(side.packet, &byte, 1, 0), -1);
}

TEST(only_the_first_frame_of_a_queue_is_sent)
{
	struct pbuf *first = pbuf_of(60, 1), *second = pbuf_of(70, 2);

	first->next = second; /* two packets: the first one's tot_len ends with itself */
	assert_int_equal(side.netif.linkoutput(&side.netif, first), ERR_OK);
	first->next = NULL;
	assert_kernel_got(60, 1);
	pbuf_free(first);
	pbuf_free(second);
}

TEST(while_the_interface_is_down_frames_are_dropped_and_counted)
{
	STAT_COUNTER before = lwip_stats.link.drop;

	/* Like a cable that is not plugged in: the sender learns nothing. */
	set_up(NAME, false);
	assert_int_equal(lwip_sends(pbuf_of(60, 1)), ERR_OK);
	assert_int_equal(lwip_stats.link.drop, before + 1);
	set_up(NAME, true);
	close(side.packet); /* it would tell of the time in which the interface was down */
	side.packet = open_packet_socket();
	assert_int_equal(lwip_sends(pbuf_of(60, 2)), ERR_OK);
	assert_kernel_got(60, 2);
	assert_int_equal(lwip_stats.link.drop, before + 1);
}

/* -- Without memory */

TEST(frames_that_find_the_pool_empty_wait_in_the_device)
{
	STAT_COUNTER before = lwip_stats.link.memerr;
	struct pbuf *all = NULL, *p;

	for (unsigned int seed = 0; seed < 5; seed++)
		kernel_sends(1000, seed);
	while ((p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)) != NULL) {
		p->next = all;
		all = p;
	}
	/* The one pbuf that the driver has already takes the first. */
	assert_int_equal(tapif_poll(&side.netif, 1), 1);
	assert_int_equal(lwip_stats.link.memerr, before);
	/* What that one leaves behind is taken, too, before the driver finds it. */
	assert_non_null(p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	p->next = all;
	all = p;
	while ((p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)) != NULL) {
		p->next = all;
		all = p;
	}
	assert_int_equal(tapif_poll(&side.netif, ALL), 0);
	assert_int_equal(tapif_poll(&side.netif, ALL), 0);
	assert_int_equal(side.count, 1);
	assert_int_equal(lwip_stats.link.memerr, before + 2);
	while (all != NULL) {
		p = all->next;
		all->next = NULL;
		pbuf_free(all);
		all = p;
	}
	assert_int_equal(tapif_poll(&side.netif, ALL), 4);
	for (int i = 0; i < 5; i++)
		assert_arrived(i, 1000, TYPE, (unsigned int)i);
}

int main(void)
{
#define DOWN_TEST(test)    cmocka_unit_test_setup_teardown(test, open_device, close_device)
#define RUNNING_TEST(test) cmocka_unit_test_setup_teardown(test, open_running, close_device)
	static const struct CMUnitTest tests[] = {
		DOWN_TEST(the_interface_has_the_name_it_was_asked_for),
		DOWN_TEST(without_a_name_the_kernel_chooses_one),
		DOWN_TEST(lwip_knows_what_it_needs_of_the_device),
		DOWN_TEST(closing_removes_the_interface),
		DOWN_TEST(a_second_device_of_the_same_name_fails_and_leaves_nothing_open),
		DOWN_TEST(a_failure_is_lwips_interface_error),
		DOWN_TEST(without_dev_net_tun_opening_it_fails),
		DOWN_TEST(a_device_that_is_half_open_is_closed_again),
		DOWN_TEST(too_many_open_files_are_told_as_such),
		DOWN_TEST(the_link_is_up_while_the_interface_is),
		DOWN_TEST(a_device_finds_out_how_its_interface_is),
		DOWN_TEST(the_link_descriptor_becomes_readable_when_the_link_changes),
		DOWN_TEST(the_mtu_follows_the_interfaces),
		DOWN_TEST(other_interfaces_do_not_matter),
		DOWN_TEST(the_mtu_follows_the_interfaces_even_if_news_get_lost),
		RUNNING_TEST(the_link_goes_down_with_its_interface),
		RUNNING_TEST(waiting_frames_are_read_in_one_poll_and_in_order),
		RUNNING_TEST(no_more_frames_are_read_than_the_budget_allows),
		RUNNING_TEST(the_link_is_followed_without_any_budget),
		RUNNING_TEST(a_frame_that_lwip_does_not_take_is_freed),
		RUNNING_TEST(frames_as_large_as_the_mtu_arrive_at_lwip_whole),
		RUNNING_TEST(frames_with_a_vlan_tag_may_be_four_bytes_larger),
		RUNNING_TEST(frames_larger_than_a_lowered_mtu_are_dropped_and_counted),
		RUNNING_TEST(a_larger_mtu_counts_for_the_next_frame_already),
		RUNNING_TEST(frames_as_large_as_the_mtu_arrive_at_the_kernel_whole),
		RUNNING_TEST(a_frame_is_with_the_kernel_when_the_call_returns),
		RUNNING_TEST(a_frame_in_256_pieces_is_sent_whole),
		RUNNING_TEST(a_frame_in_more_pieces_is_refused_and_counted),
		RUNNING_TEST(only_the_first_frame_of_a_queue_is_sent),
		RUNNING_TEST(while_the_interface_is_down_frames_are_dropped_and_counted),
		RUNNING_TEST(frames_that_find_the_pool_empty_wait_in_the_device),
	};
	struct why why;
	int tun;

	if (namespace_enter(&why) < 0)
		return skip_all(why.text);
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0)
		return skip_all("/dev/net/tun cannot be opened");
	close(tun);
	/* The kernel shall send nothing of its own accord. */
	namespace_sysctl("net/ipv6/conf/default/disable_ipv6", "1", &why);
	return cmocka_run_group_tests_name("tapif", tests, start_lwip, NULL);
}
