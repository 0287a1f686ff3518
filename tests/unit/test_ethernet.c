/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "lab/ethernet.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"

/* A veth pair: lwIP is to be at its near end; the far end is the segment, whose hosts are made by hand. */
#define FAR  "seg0"
#define NEAR "eth0"

#define OWN   0x02, 0, 0, 0, 0, 0x42
#define OTHER 0x02, 0, 0, 0, 0, 0x77

static const struct ethernet_plan plan = {
	.interface = NEAR,
	.hwaddr = { OWN },
	.ipv4 = { { .family = 4, .addr = { 10, 77, 0, 9 } }, 24 },
	.ipv6 = { { .family = 6, .addr = { 0xfd, 0x77, [15] = 9 } }, 64 },
};

static struct {
	struct device device;
	struct netif netif;
	int far;
	struct why why;
} segment;

FIXTURE(open_segment)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = (int)if_nametoindex(FAR) };
	struct device_plan device = { .kind = DEVICE_SHARED, .name = NEAR, .hwaddr = plan.hwaddr };
	int on = 1;

	memset(&segment, 0, sizeof(segment));
	if (device_open(&segment.device, &device, &segment.netif, &segment.why) < 0 ||
	    device_plug_in(&segment.device, &segment.netif, &segment.why) < 0) {
		print_error("%s\n", segment.why.text);
		return -1;
	}
	segment.far = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(segment.far, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	return bind(segment.far, (struct sockaddr *)&address, sizeof(address));
}

FIXTURE(close_segment)
{
	close(segment.far);
	netif_remove(&segment.netif);
	device_close(&segment.device);
	return 0;
}

static int claim(void)
{
	return ethernet_claim(&plan, &segment.device, &segment.netif, &segment.why);
}

/* The segment has a frame for lwIP, which it finds when it listens. */
static void send_arp(const uint8_t hwaddr[6], int operation, const uint8_t sender[4],
		     const uint8_t target[4])
{
	uint8_t frame[60] = { [12] = 0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, (uint8_t)operation };

	memset(frame, 0xff, 6);
	memcpy(frame + 6, hwaddr, 6);
	memcpy(frame + 22, hwaddr, 6);
	memcpy(frame + 28, sender, 4);
	memcpy(frame + 38, target, 4);
	assert_int_equal(send(segment.far, frame, sizeof(frame), 0), sizeof(frame));
}

enum { SOLICITATION = 135, ADVERTISEMENT = 136 };

static void send_neighbour(const uint8_t hwaddr[6], int type, const uint8_t source[16],
			   const uint8_t target[16])
{
	uint8_t frame[78] = { 0x33, 0x33,      [5] = 1,      [12] = 0x86, 0xdd,
			      0x60, [19] = 24, 58,           255,         [38] = 0xff,
			      2,    [53] = 1,  (uint8_t)type };

	memcpy(frame + 6, hwaddr, 6);
	memcpy(frame + 22, source, 16);
	memcpy(frame + 62, target, 16);
	assert_int_equal(send(segment.far, frame, sizeof(frame), 0), sizeof(frame));
}

static const uint8_t own[6] = { OWN }, other[6] = { OTHER };
static const uint8_t nobody[16], wanted[4] = { 10, 77, 0, 9 }, another[4] = { 10, 77, 0, 8 };
static const uint8_t another_v6[16] = { 0xfd, 0x77, [15] = 8 };

#define assert_taken(address)                                                       \
	do {                                                                        \
		assert_int_equal(claim(), -EADDRINUSE);                             \
		assert_words(segment.why.text, NEAR, address, "02:00:00:00:00:77"); \
		assert_ptr_equal(segment.netif.input, input);                       \
	} while (0)

TEST(the_link_local_address_is_made_of_the_ethernet_address)
{
	struct endpoint address[ETHERNET_ADDRESSES];
	char text[ENDPOINT_STRLEN];

	assert_int_equal(ethernet_addresses(&plan, address), 3);
	assert_string_equal(address_format(&address[0], text), "10.77.0.9");
	assert_string_equal(address_format(&address[1], text), "fd77::9");
	assert_string_equal(address_format(&address[2], text), "fe80::ff:fe00:42");
	netif_create_ip6_linklocal_address(&segment.netif, 1);
	assert_memory_equal(netif_ip6_addr(&segment.netif, 0)->addr, address[2].addr, 16);
}

/* What was sent: ARP probes and solicitations, in the order in which they went. */
TEST(the_segment_is_asked_three_times_and_nobody_learns_from_it)
{
	uint8_t frame[128];
	int arps = 0, solicitations = 0;
	ssize_t size;

	assert_int_equal(claim(), 0);
	while ((size = recv(segment.far, frame, sizeof(frame), 0)) > 0) {
		assert_memory_equal(frame + 6, own, 6);
		if (frame[12] == 0x08) {
			arps++;
			assert_int_equal(size, 60);
			assert_int_equal(frame[21], 1);
			assert_memory_equal(frame + 22, own, 6);
			assert_memory_equal(frame + 28, nobody, 4);
			assert_memory_equal(frame + 38, wanted, 4);
		} else {
			uint8_t covered[64] = { 0 };

			solicitations++;
			assert_int_equal(size, 78);
			assert_int_equal(frame[21], 255);
			assert_memory_equal(frame + 22, nobody, 16);
			assert_memory_equal(frame + 2, frame + 50, 4);
			assert_memory_equal(frame + 51, frame + 75, 3);
			/* The pseudo-header and the message add up to nothing. */
			memcpy(covered, frame + 22, 32);
			covered[35] = 24;
			covered[39] = 58;
			memcpy(covered + 40, frame + 54, 24);
			assert_int_equal(inet_chksum(covered, sizeof(covered)), 0);
		}
	}
	assert_int_equal(arps, 3);
	assert_int_equal(solicitations, 6);
}

TEST(who_speaks_in_its_name_has_an_address)
{
	netif_input_fn input = segment.netif.input;

	send_arp(other, 2, wanted, nobody);
	assert_taken("10.77.0.9");
	send_arp(other, 1, wanted, another);
	assert_taken("10.77.0.9");
	send_neighbour(other, ADVERTISEMENT, another_v6, plan.ipv6.address.addr);
	assert_taken("fd77::9");
}

TEST(who_probes_for_it_is_about_to_take_it)
{
	netif_input_fn input = segment.netif.input;

	send_arp(other, 1, nobody, wanted);
	assert_taken("10.77.0.9");
	send_neighbour(other, SOLICITATION, nobody, plan.ipv6.address.addr);
	assert_taken("fd77::9");
}

TEST(others_addresses_and_questions_do_not_matter)
{
	send_arp(other, 2, another, wanted);
	send_arp(other, 1, another, wanted);
	send_arp(other, 1, nobody, another);
	send_arp(own, 1, nobody, wanted); /* a probe of its own that comes back */
	send_neighbour(other, ADVERTISEMENT, another_v6, another_v6);
	send_neighbour(other, SOLICITATION, another_v6, plan.ipv6.address.addr);
	send_neighbour(own, SOLICITATION, nobody, plan.ipv6.address.addr);
	assert_int_equal(send(segment.far, other, 6, 0), -1); /* no frame */
	assert_int_equal(claim(), 0);
}

/* -- This host */

static int check(const struct ethernet_plan *asked)
{
	segment.why.text[0] = '\0';
	return ethernet_check(asked, &segment.why);
}

TEST(an_interface_that_leads_to_a_segment_is_good)
{
	assert_int_equal(check(&plan), 0);
}

TEST(other_interfaces_are_refused)
{
	struct ethernet_plan bad = plan;
	struct link_state link;

	bad.interface = "eth7";
	assert_int_equal(check(&bad), -ENODEV);
	assert_words(segment.why.text, "'eth7'", "lo", NEAR);
	bad.interface = "lo";
	assert_int_equal(check(&bad), -EINVAL);
	assert_words(segment.why.text, "lo is no Ethernet");
	bad.interface = "down0";
	assert_int_equal(check(&bad), -ENETDOWN);
	assert_words(segment.why.text, "ip link set down0 up");
	assert_int_equal(link_up("down0", &segment.why), 0);
	assert_int_equal(check(&bad), -ENETDOWN);
	assert_words(segment.why.text, "down0 has no carrier");
	bad.interface = NEAR;
	assert_int_equal(link_look(NEAR, &link, &segment.why), 0);
	memcpy(bad.hwaddr, link.hwaddr, sizeof(bad.hwaddr));
	assert_int_equal(check(&bad), -EADDRINUSE);
	assert_words(segment.why.text, NEAR " itself");
}

TEST(this_hosts_own_addresses_are_refused)
{
	static const struct endpoint v4 = { 4, { 10, 77, 0, 1 }, 0 };
	static const struct endpoint v6 = { 6, { 0xfd, 0x77, [15] = 1 }, 0 };
	struct ethernet_plan bad = plan;

	assert_int_equal(link_add_address("lo", &v4, 24, &segment.why), 0);
	assert_int_equal(link_add_address("lo", &v6, 64, &segment.why), 0);
	bad.ipv4.address = v4;
	assert_int_equal(check(&bad), -EADDRINUSE);
	assert_words(segment.why.text, "10.77.0.1 is this host's own", "lo");
	bad = plan;
	bad.ipv6.address = v6;
	assert_int_equal(check(&bad), -EADDRINUSE);
	assert_words(segment.why.text, "fd77::1 is this host's own", "lo");
}

static int make_pairs(struct why *why)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int err = link_add_veth(FAR, NEAR, here, why);

	if (err == 0)
		err = link_add_veth("down0", "down1", here, why);
	close(here);
	namespace_sysctl("net/ipv6/conf/" NEAR "/disable_ipv6", "1", why);
	namespace_sysctl("net/ipv6/conf/" FAR "/disable_ipv6", "1", why);
	if (err == 0)
		err = link_up_mute(NEAR, why);
	if (err == 0)
		err = link_up_mute(FAR, why);
	return err == 0 ? link_await_carrier(NEAR, why) : err;
}

int main(void)
{
#define ON_SEGMENT(test) cmocka_unit_test_setup_teardown(test, open_segment, close_segment)
	static const struct CMUnitTest tests[] = {
		ON_SEGMENT(the_link_local_address_is_made_of_the_ethernet_address),
		ON_SEGMENT(the_segment_is_asked_three_times_and_nobody_learns_from_it),
		ON_SEGMENT(who_speaks_in_its_name_has_an_address),
		ON_SEGMENT(who_probes_for_it_is_about_to_take_it),
		ON_SEGMENT(others_addresses_and_questions_do_not_matter),
		cmocka_unit_test(an_interface_that_leads_to_a_segment_is_good),
		cmocka_unit_test(other_interfaces_are_refused),
		cmocka_unit_test(this_hosts_own_addresses_are_refused),
	};
	struct why why;

	if (namespace_enter(&why) < 0 || make_pairs(&why) < 0)
		return skip_all(why.text);
	lwip_init();
	return cmocka_run_group_tests_name("ethernet", tests, NULL, NULL);
}
