/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A large segment is acknowledged at once, though lwIP takes it for one: the kernel's TCP sends one to lwIP's, whose
 * timers never run.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>

#include "frames.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "linux/bulk/tapif_bulk.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "tcp/frame.h"

#define PORT 9000

static struct {
	struct tapif_bulk tap;
	struct netif netif;
	struct tcp_pcb *listener, *pcb;
	unsigned int received;
	int socket;
} side;

static struct why why;

static void must(int err)
{
	if (err < 0)
		fail_msg("%s", why.text);
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL)
		return ERR_OK;
	side.received += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	assert_int_equal(err, ERR_OK);
	side.pcb = pcb;
	tcp_recv(pcb, on_received);
	return ERR_OK;
}

/* lwIP gets what there is, and says what it has to say to that. */
static void poll_driver(void)
{
	struct pollfd fd = { tapif_bulk_fd(&side.netif), POLLIN, 0 };

	poll(&fd, 1, 20);
	tapif_bulk_poll(&side.netif, 1000);
}

static void open_lwip(bool offload)
{
	const struct endpoint kernel = { 4, { 10, 9, 0, 1 }, 0 };
	ip4_addr_t address, netmask;

	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	snprintf(side.tap.name, sizeof(side.tap.name), "b0");
	memcpy(side.tap.hwaddr, "\2\0\0\0\0\2", 6);
	side.tap.offload = offload;
	assert_non_null(netif_add(&side.netif, &address, &netmask, NULL, &side.tap, tapif_bulk_init,
				  netif_input));
	netif_set_default(&side.netif);
	netif_set_up(&side.netif);
	must(link_add_address("b0", &kernel, 24, &why));
	must(link_up("b0", &why));
	side.listener = tcp_new();
	assert_int_equal(tcp_bind(side.listener, IP_ANY_TYPE, PORT), ERR_OK);
	side.listener = tcp_listen(side.listener);
	tcp_accept(side.listener, on_accept);
}

static void connect_kernel(void)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(PORT),
					.sin_addr.s_addr = htonl(0x0a090002) };
	const int on = 1;

	side.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(side.socket >= 0);
	setsockopt(side.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	assert_int_equal(connect(side.socket, (const struct sockaddr *)&to, sizeof(to)), -1);
	assert_int_equal(errno, EINPROGRESS);
	for (int tries = 0; side.pcb == NULL && tries < 1000; tries++)
		poll_driver();
	assert_non_null(side.pcb);
}

static int open_sides(bool offload)
{
	memset(&side, 0, sizeof(side));
	open_lwip(offload);
	connect_kernel();
	return 0;
}

FIXTURE(with_offload)
{
	return open_sides(true);
}

FIXTURE(without_offload)
{
	return open_sides(false);
}

FIXTURE(close_sides)
{
	tcp_abort(side.pcb);
	tcp_close(side.listener);
	close(side.socket);
	netif_remove(&side.netif);
	tapif_bulk_close(&side.tap);
	return 0;
}

static int unacknowledged(void)
{
	int bytes;

	assert_int_equal(ioctl(side.socket, SIOCOUTQ, &bytes), 0);
	return bytes;
}

/* Sends, and gives lwIP what comes of it, which are so many frames. */
static void kernel_sends(size_t size, unsigned int frames)
{
	static const uint8_t bytes[64 * 1460];

	memset(&lwip_stats.link, 0, sizeof(lwip_stats.link));
	side.received = 0;
	assert_int_equal(send(side.socket, bytes, size, 0), size);
	for (int tries = 0; side.received < size && tries < 1000; tries++)
		poll_driver();
	assert_int_equal(side.received, size);
	assert_int_equal(lwip_stats.link.recv, frames);
}

TEST(two_segments_in_one_are_acknowledged_at_once)
{
	kernel_sends(2920, 1);
	assert_int_equal(unacknowledged(), 0);
	kernel_sends(2920, 1);
	assert_int_equal(unacknowledged(), 0);
}

TEST(a_single_segment_may_wait_for_the_next)
{
	kernel_sends(1460, 1);
	assert_int_equal(unacknowledged(), 1460);
	kernel_sends(1460, 1);
	assert_int_equal(unacknowledged(), 0);
}

TEST(a_large_segment_makes_no_other_one_large)
{
	kernel_sends(2920, 1);
	a_single_segment_may_wait_for_the_next(NULL);
}

/* Its pcb has no place for what is noted of a connection's. */
TEST(a_large_segment_for_a_listener_is_refused_and_leaves_it_as_it_was)
{
	const struct segment segment = { .src = KERNEL_SIDE(40000),
					 .dst = LWIP_SIDE(PORT),
					 .flags = SEG_ACK,
					 .length = 2920,
					 .wscale = -1 };
	static const uint8_t data[2920];
	const struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					       .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
					       .gso_size = 1460 };
	struct tcp_pcb_listen before;
	uint8_t bytes[4096];
	size_t size;
	struct pbuf *p;

	memcpy(&before, side.listener, sizeof(before));
	size = frame_build(&segment, (const uint8_t *)"\2\0\0\0\0\1", side.tap.hwaddr, data, bytes,
			   sizeof(bytes));
	p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_RAM);
	assert_non_null(p);
	pbuf_take(p, bytes, (u16_t)size);
	bulkif_input(&side.netif, p, &header);
	assert_memory_equal(&before, side.listener, sizeof(before));
}

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

int main(void)
{
#define WITH(how, test) cmocka_unit_test_setup_teardown(test, how, close_sides)
	static const struct CMUnitTest tests[] = {
		WITH(with_offload, two_segments_in_one_are_acknowledged_at_once),
		WITH(with_offload, a_single_segment_may_wait_for_the_next),
		WITH(without_offload, a_single_segment_may_wait_for_the_next),
		WITH(with_offload, a_large_segment_makes_no_other_one_large),
		WITH(with_offload,
		     a_large_segment_for_a_listener_is_refused_and_leaves_it_as_it_was),
	};
	int tun;

	if (namespace_enter(&why) < 0)
		return skip_all(why.text);
	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0)
		return skip_all("/dev/net/tun cannot be opened");
	close(tun);
	/* The kernel's frames cross in the call that sends. */
	namespace_sysctl("net/core/rps_default_mask", "0", &why);
	return cmocka_run_group_tests_name("bulk: large segments", tests, start_lwip, NULL);
}
