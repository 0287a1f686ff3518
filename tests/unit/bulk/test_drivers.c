/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both drivers, with offload and without: the same tests. The kernel's side is a packet(7) socket at the other end.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "frames.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "linux/bulk/packetif_bulk.h"
#include "linux/bulk/tapif_bulk.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/stats.h"
#include "lwip/udp.h"
#include "tcp/frame.h"

#define ALL  1000  /* a budget that no test uses up */
#define MANY 64240 /* bytes, 44 segments of the link's size */
#define HELD 1100  /* more than a driver has buffers */

static const uint8_t lwip_mac[6] = { 2, 0, 0, 0, 0, 2 }, kernel_mac[6] = { 2, 0, 0, 0, 0, 1 };

static struct {
	bool is_packet;
	union {
		struct tapif_bulk tap;
		struct packetif_bulk packet;
	} driver;
	struct netif netif;
	struct pbuf *arrived[HELD];
	unsigned int count;
	unsigned int flags[HELD]; /* of the netif's checksums, when it arrived */
	int socket;
	int files;
} side;

/* lwIP's input: keeps what comes. */
static err_t keep(struct pbuf *p, struct netif *netif)
{
	assert_true(side.count < HELD);
	side.flags[side.count] = netif->chksum_flags;
	side.arrived[side.count++] = p;
	return ERR_OK;
}

static void let_go(void)
{
	for (unsigned int i = 0; i < side.count; i++)
		pbuf_free(side.arrived[i]);
	side.count = 0;
}

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

/* -- The kernel's side */

static struct why why;

static void must(int err)
{
	if (err < 0)
		fail_msg("%s", why.text);
}

/* With a header of virtio before each frame; sees all frames that lwIP sends. */
static int open_socket(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = (int)if_nametoindex("b0") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	const int on = 1, room = 1 << 22;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

struct frame_at_kernel {
	struct virtio_net_hdr header;
	uint8_t bytes[0xffff];
} __attribute__((packed));

static struct frame_at_kernel frame;

/* Makes a segment with bytes that depend on their place and seed. Returns the frame's size. */
static size_t make_segment(const uint8_t *from, const uint8_t *to, uint16_t length, uint8_t seed)
{
	static uint8_t data[0xffff];
	const struct segment segment = { .src = KERNEL_SIDE(40000),
					 .dst = LWIP_SIDE(80),
					 .flags = SEG_ACK,
					 .length = length,
					 .wscale = -1 };

	for (size_t i = 0; i < length; i++)
		data[i] = (uint8_t)(i / 251 + i * 7 + seed);
	memset(&frame.header, 0, sizeof(frame.header));
	return frame_build(&segment, from, to, data, frame.bytes, sizeof(frame.bytes));
}

static struct bulkif *bulk(void)
{
	return side.netif.state;
}

static void kernel_sends(uint16_t length, uint8_t seed)
{
	size_t size = make_segment(kernel_mac, lwip_mac, length, seed);

	if (length > bulk()->ether.mtu - 40)
		frame.header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
							.hdr_len = 54,
							.csum_start = 34,
							.csum_offset = 16,
							.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
							.gso_size = 1460 };
	size += sizeof(frame.header);
	assert_int_equal(send(side.socket, &frame, size, 0), size);
}

static ssize_t kernel_gets(void)
{
	return recv(side.socket, &frame, sizeof(frame), 0) - (ssize_t)sizeof(frame.header);
}

static void assert_arrived(unsigned int i, uint16_t length, uint8_t seed)
{
	static uint8_t got[0xffff];
	size_t size = make_segment(kernel_mac, lwip_mac, length, seed);

	assert_true(i < side.count);
	assert_int_equal(side.arrived[i]->tot_len, size);
	pbuf_copy_partial(side.arrived[i], got, (u16_t)size, 0);
	assert_memory_equal(got + 54, frame.bytes + 54, length);
}

/* -- lwIP's side */

static int poll_driver(int budget)
{
	return side.is_packet ? packetif_bulk_poll(&side.netif, budget)
			      : tapif_bulk_poll(&side.netif, budget);
}

/* Until the driver has looked at the link. */
static void poll_link(void)
{
	for (int i = 0; i < BULKIF_POLLS_FOR_LINK; i++)
		poll_driver(0);
}

/* A segment as lwIP makes it: the headers in one pbuf, data in others. */
static void lwip_sends(uint16_t length)
{
	size_t size = make_segment(lwip_mac, kernel_mac, length, 3);
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 54, PBUF_RAM), *q;

	pbuf_take(p, frame.bytes, 54);
	if (length > 0) {
		q = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);
		assert_non_null(q);
		pbuf_take(q, frame.bytes + 54, (u16_t)(size - 54));
		pbuf_cat(p, q);
	}
	assert_int_equal(side.netif.linkoutput(&side.netif, p), ERR_OK);
	pbuf_free(p);
}

/* -- Opening and closing */

static void open_tap(bool offload, bool one_by_one)
{
	struct tapif_bulk *tap = &side.driver.tap;

	snprintf(tap->name, sizeof(tap->name), "b0");
	memcpy(tap->hwaddr, lwip_mac, 6);
	tap->offload = offload;
	tap->one_by_one = one_by_one;
	assert_non_null(netif_add(&side.netif, NULL, NULL, NULL, tap, tapif_bulk_init, keep));
	must(link_up("b0", &why));
}

static void open_packet(bool offload)
{
	struct packetif_bulk *packet = &side.driver.packet;
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	must(link_add_veth("b0", "b1", here, &why));
	close(here);
	must(link_up("b0", &why));
	must(link_up_mute("b1", &why));
	must(link_await_carrier("b1", &why));
	snprintf(packet->name, sizeof(packet->name), "b1");
	memcpy(packet->hwaddr, lwip_mac, 6);
	packet->offload = offload;
	assert_non_null(netif_add(&side.netif, NULL, NULL, NULL, packet, packetif_bulk_init, keep));
}

static int open_driver(bool is_packet, bool offload, bool one_by_one)
{
	memset(&side, 0, sizeof(side));
	side.files = open_files();
	side.is_packet = is_packet;
	if (is_packet)
		open_packet(offload);
	else
		open_tap(offload, one_by_one);
	netif_set_up(&side.netif);
	side.socket = open_socket();
	poll_driver(ALL);
	let_go();
	assert_true(netif_is_link_up(&side.netif));
	memset(&lwip_stats.link, 0, sizeof(lwip_stats.link));
	return 0;
}

FIXTURE(tap_with)
{
	return open_driver(false, true, false);
}

FIXTURE(tap_without)
{
	return open_driver(false, false, false);
}

FIXTURE(tap_one_by_one)
{
	return open_driver(false, false, true);
}

FIXTURE(packet_with)
{
	return open_driver(true, true, false);
}

FIXTURE(packet_without)
{
	return open_driver(true, false, false);
}

FIXTURE(close_driver)
{
	let_go();
	close(side.socket);
	netif_remove(&side.netif);
	if (side.is_packet) {
		packetif_bulk_close(&side.driver.packet);
		assert_int_equal(system("ip link del b0"), 0);
	} else {
		tapif_bulk_close(&side.driver.tap);
	}
	assert_int_equal(open_files(), side.files);
	assert_int_equal(if_nametoindex("b0"), 0);
	return 0;
}

/* -- From the kernel */

TEST(frames_arrive_whole_and_in_order)
{
	for (uint8_t i = 0; i < 100; i++)
		kernel_sends((uint16_t)(i * 14), i);
	assert_int_equal(poll_driver(ALL), 100);
	for (uint8_t i = 0; i < 100; i++)
		assert_arrived(i, (uint16_t)(i * 14), i);
	assert_int_equal(lwip_stats.link.recv, 100);
}

TEST(no_more_frames_are_read_than_the_budget_allows)
{
	for (uint8_t i = 0; i < 5; i++)
		kernel_sends(100, i);
	assert_int_equal(poll_driver(3), 3);
	assert_int_equal(side.count, 3);
	assert_int_equal(poll_driver(3), 2);
	assert_int_equal(poll_driver(3), 0);
}

/* As when a batch of lwIP's is answered before it reads again. */
TEST(thousands_of_frames_wait_for_lwip)
{
	unsigned int arrived = 0;

	for (unsigned int i = 0; i < 4000; i++)
		kernel_sends(0, 0);
	while (poll_driver(1000) > 0) {
		arrived += side.count;
		let_go();
	}
	assert_int_equal(arrived, 4000);
	assert_int_equal(lwip_stats.link.drop, 0);
}

TEST(a_frame_as_large_as_the_mtu_arrives)
{
	kernel_sends(1460, 1);
	assert_int_equal(poll_driver(ALL), 1);
	assert_arrived(0, 1460, 1);
}

TEST(many_segments_arrive_as_one_frame)
{
	kernel_sends(60000, 5);
	kernel_sends(10, 6);
	assert_int_equal(poll_driver(ALL), 2);
	assert_arrived(0, 60000, 5);
	assert_arrived(1, 10, 6);
}

TEST(lwip_need_not_check_what_the_kernel_vouches_for)
{
	kernel_sends(60000, 5);
	kernel_sends(10, 6);
	poll_driver(ALL);
	assert_false(side.flags[0] & NETIF_CHECKSUM_CHECK_TCP);
	assert_true(side.flags[1] & NETIF_CHECKSUM_CHECK_TCP);
	assert_false(side.flags[0] & NETIF_CHECKSUM_GEN_TCP);
	assert_false(side.flags[1] & NETIF_CHECKSUM_GEN_TCP);
}

TEST(without_offload_lwip_computes_and_checks_all)
{
	kernel_sends(10, 6);
	poll_driver(ALL);
	assert_int_equal(side.flags[0], NETIF_CHECKSUM_ENABLE_ALL);
}

TEST(frames_that_find_all_buffers_in_use_wait)
{
	unsigned int read;

	/* Larger than what would be copied into a small pbuf. */
	for (unsigned int i = 0; i < 600; i++) {
		kernel_sends(3000, (uint8_t)i);
		poll_driver(ALL);
	}
	read = side.count;
	assert_int_equal(read, 512);
	assert_true(lwip_stats.link.memerr > 0);
	let_go();
	poll_driver(ALL);
	assert_int_equal(side.count, 600 - 512);
	assert_arrived(0, 3000, (uint8_t)512);
}

TEST(what_lwip_holds_outlives_the_driver)
{
	struct pbuf *p;

	kernel_sends(20000, 5);
	poll_driver(ALL);
	assert_int_equal(side.count, 1);
	p = side.arrived[0];
	side.count = 0;
	netif_remove(&side.netif);
	tapif_bulk_close(&side.driver.tap);
	memset(p->payload, 1, p->len);
	pbuf_free(p);
	open_tap(true, false); /* for close_driver() */
}

/* -- To the kernel */

TEST(frames_leave_at_the_end_of_a_batch)
{
	lwip_sends(100);
	lwip_sends(200);
	assert_true(kernel_gets() < 0);
	bulkif_flush(&side.netif);
	assert_int_equal(kernel_gets(), 154);
	assert_int_equal(kernel_gets(), 254);
	assert_true(kernel_gets() < 0);
	assert_int_equal(lwip_stats.link.xmit, 2);
}

TEST(a_poll_ends_a_batch)
{
	lwip_sends(100);
	poll_driver(0);
	assert_int_equal(kernel_gets(), 154);
}

TEST(a_full_outbox_is_emptied)
{
	for (unsigned int i = 0; i < OUTBOX_FRAMES + 1; i++)
		lwip_sends(100);
	for (unsigned int i = 0; i < OUTBOX_FRAMES; i++)
		assert_int_equal(kernel_gets(), 154);
	assert_true(kernel_gets() < 0);
	bulkif_flush(&side.netif);
	assert_int_equal(kernel_gets(), 154);
}

TEST(a_large_segment_leaves_as_many)
{
	static struct frame_at_kernel got;

	lwip_sends(MANY);
	bulkif_flush(&side.netif);
	assert_int_equal(kernel_gets(), 54 + MANY);
	memcpy(&got, &frame, sizeof(got));
	assert_int_equal(got.header.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	assert_int_equal(got.header.gso_size, 1460);
	assert_true(got.header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	make_segment(lwip_mac, kernel_mac, MANY, 3);
	assert_memory_equal(got.bytes + 54, frame.bytes + 54, MANY);
}

TEST(without_offload_a_frame_larger_than_the_mtu_is_dropped_and_counted)
{
	lwip_sends(3000);
	bulkif_flush(&side.netif);
	assert_true(kernel_gets() < 0);
	assert_int_equal(lwip_stats.link.lenerr, 1);
}

TEST(lwip_knows_of_a_large_mtu_and_the_driver_of_the_link_s)
{
	assert_int_equal(side.netif.mtu, OFFLOAD_MTU);
	assert_int_equal(bulk()->ether.mtu, 1500);
	must(link_set_mtu("b0", 1000, &why));
	if (side.is_packet)
		must(link_set_mtu("b1", 1000, &why));
	poll_link();
	assert_int_equal(side.netif.mtu, OFFLOAD_MTU);
	assert_int_equal(bulk()->ether.mtu, 1000);
	lwip_sends(3000);
	bulkif_flush(&side.netif);
	assert_int_equal(kernel_gets(), 3054);
	assert_int_equal(frame.header.gso_size, 960);
}

TEST(without_offload_the_mtu_is_the_link_s)
{
	assert_int_equal(side.netif.mtu, 1500);
	must(link_set_mtu("b0", 9000, &why));
	if (side.is_packet)
		must(link_set_mtu("b1", 9000, &why));
	poll_link();
	assert_int_equal(side.netif.mtu, 9000);
	lwip_sends(8960);
	bulkif_flush(&side.netif);
	assert_int_equal(kernel_gets(), 9014);
	kernel_sends(8960, 7);
	assert_int_equal(poll_driver(ALL), 1);
	assert_arrived(0, 8960, 7);
}

/* What is not TCP's the kernel does not cut. */
TEST(datagrams_are_cut_into_fragments)
{
	struct udp_pcb *pcb = udp_new();
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 3000, PBUF_RAM);
	ip4_addr_t address, netmask;
	ip_addr_t to;
	int fragments = 0;

	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	netif_set_addr(&side.netif, &address, &netmask, NULL);
	bulkif_flush(&side.netif);
	while (kernel_gets() > 0) /* what lwIP says of its new address */
		;
	IP_ADDR4(&to, 255, 255, 255, 255); /* so that it asks for no Ethernet address */
	ip_set_option(pcb, SOF_BROADCAST);
	assert_int_equal(udp_sendto_if(pcb, p, &to, 9, &side.netif), ERR_OK);
	bulkif_flush(&side.netif);
	for (ssize_t size; (size = kernel_gets()) > 0; fragments++)
		assert_true(size <= 1514);
	assert_int_equal(fragments, 3);
	assert_int_equal(side.netif.mtu, OFFLOAD_MTU);
	pbuf_free(p);
	udp_remove(pcb);
}

TEST(the_link_follows_the_interface)
{
	assert_int_equal(system(side.is_packet ? "ip link set b1 down" : "ip link set b0 down"), 0);
	for (int tries = 0; netif_is_link_up(&side.netif) && tries < 200; tries++) {
		const struct pollfd fd = { side.is_packet ? packetif_bulk_link_fd(&side.netif)
							  : tapif_bulk_link_fd(&side.netif),
					   POLLIN, 0 };

		poll((struct pollfd *)unconst(&fd), 1, 20);
		poll_driver(0);
	}
	assert_false(netif_is_link_up(&side.netif));
	lwip_sends(100);
	bulkif_flush(&side.netif);
	assert_int_equal(lwip_stats.link.drop, 0); /* lost, as on a cable */
}

TEST(a_driver_without_its_device_fails_and_says_at_what)
{
	struct tapif_bulk tap = { .name = "b0", .offload = true };
	struct packetif_bulk packet = { .name = "none" };
	struct netif netif;
	int files = open_files();

	assert_null(netif_add(&netif, NULL, NULL, NULL, &tap, tapif_bulk_init, keep));
	assert_int_equal(errno, EBUSY);
	assert_string_equal(tap.failed, "create a TAP device");
	assert_null(netif_add(&netif, NULL, NULL, NULL, &packet, packetif_bulk_init, keep));
	assert_int_equal(errno, ENODEV);
	assert_string_equal(packet.failed, "find the interface");
	assert_int_equal(open_files(), files);
}

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

int main(void)
{
#define WITH(driver, test) cmocka_unit_test_setup_teardown(test, driver, close_driver)
#define EACH(test)                                                              \
	WITH(tap_with, test), WITH(tap_without, test), WITH(packet_with, test), \
		WITH(packet_without, test), WITH(tap_one_by_one, test)
#define OFFLOADED(test)     WITH(tap_with, test), WITH(packet_with, test)
#define NOT_OFFLOADED(test) WITH(tap_without, test), WITH(packet_without, test)
	static const struct CMUnitTest tests[] = {
		EACH(frames_arrive_whole_and_in_order),
		EACH(no_more_frames_are_read_than_the_budget_allows),
		EACH(thousands_of_frames_wait_for_lwip),
		EACH(a_frame_as_large_as_the_mtu_arrives),
		OFFLOADED(many_segments_arrive_as_one_frame),
		OFFLOADED(lwip_need_not_check_what_the_kernel_vouches_for),
		NOT_OFFLOADED(without_offload_lwip_computes_and_checks_all),
		WITH(tap_with, frames_that_find_all_buffers_in_use_wait),
		WITH(tap_with, what_lwip_holds_outlives_the_driver),
		EACH(frames_leave_at_the_end_of_a_batch),
		EACH(a_poll_ends_a_batch),
		EACH(a_full_outbox_is_emptied),
		OFFLOADED(a_large_segment_leaves_as_many),
		NOT_OFFLOADED(without_offload_a_frame_larger_than_the_mtu_is_dropped_and_counted),
		OFFLOADED(lwip_knows_of_a_large_mtu_and_the_driver_of_the_link_s),
		NOT_OFFLOADED(without_offload_the_mtu_is_the_link_s),
		OFFLOADED(datagrams_are_cut_into_fragments),
		EACH(the_link_follows_the_interface),
		WITH(tap_with, a_driver_without_its_device_fails_and_says_at_what),
	};
	int tun;

	if (namespace_enter(&why) < 0)
		return skip_all(why.text);
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0)
		return skip_all("/dev/net/tun cannot be opened");
	close(tun);
	/* The kernel shall send nothing of its own accord, and have its frames cross in the call that sends. */
	namespace_sysctl("net/ipv6/conf/default/disable_ipv6", "1", &why);
	namespace_sysctl("net/core/rps_default_mask", "0", &why);
	return cmocka_run_group_tests_name("bulk: drivers", tests, start_lwip, NULL);
}
