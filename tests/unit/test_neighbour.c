/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "common/neighbour.h"
#include "lab/hosts.h"
#include "lab/lwip_addr.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/pbuf.h"

static const uint8_t hwaddr[6] = { 2, 1, 1, 1, 1, 9 };

/* -- A netif whose driver only takes note of what it gets */

static struct netif netif;
static struct neighbours neighbours;
static struct {
	uint8_t frame[256]; /* the last one */
	size_t size;
	int sent, discovered; /* frames; packets left to neighbour discovery */
} driver;

static err_t note_frame(struct netif *to, struct pbuf *p)
{
	assert_ptr_equal(to, &netif);
	driver.size = pbuf_copy_partial(p, driver.frame, sizeof(driver.frame), 0);
	driver.sent++;
	return ERR_OK;
}

static err_t note_discovery(struct netif *to, struct pbuf *p, const ip6_addr_t *address)
{
	assert_ptr_equal(to, &netif);
	assert_non_null(p);
	assert_non_null(address);
	driver.discovered++;
	return ERR_RTE;
}

static err_t init_netif(struct netif *new)
{
	new->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(new->hwaddr, (const uint8_t[]){ 2, 0, 0, 0, 0, 2 }, ETH_HWADDR_LEN);
	new->mtu = 1500;
	new->flags = NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
	new->output = etharp_output;
	new->output_ip6 = note_discovery;
	new->linkoutput = note_frame;
	return ERR_OK;
}

FIXTURE(start_lwip)
{
	lwip_init();
	return 0;
}

FIXTURE(add_netif)
{
	struct endpoint own = host_address(HOST_LWIP, 4);
	ip_addr_t address = lwip_addr_of(&own);
	ip4_addr_t netmask;

	IP4_ADDR(&netmask, 255, 255, 255, 0);
	memset(&driver, 0, sizeof(driver));
	if (netif_add(&netif, ip_2_ip4(&address), &netmask, NULL, NULL, init_netif, netif_input) ==
	    NULL)
		return -1;
	netif_set_up(&netif);
	memset(&neighbours, 0xa5, sizeof(neighbours));
	neighbour_attach(&neighbours, &netif);
	memset(&driver, 0, sizeof(driver)); /* the netif says hello */
	return 0;
}

FIXTURE(remove_netif)
{
	netif_remove(&netif);
	return 0;
}

static struct pbuf *packet(const char *bytes)
{
	struct pbuf *p = pbuf_alloc(PBUF_LINK, (u16_t)strlen(bytes), PBUF_RAM);

	assert_non_null(p);
	pbuf_take(p, bytes, (u16_t)strlen(bytes));
	return p;
}

/* lwIP sends a packet. */
static err_t send_to(enum host host)
{
	struct endpoint endpoint = host_address(host, 6);
	ip_addr_t to = lwip_addr_of(&endpoint);
	struct pbuf *p = packet("six");
	err_t err = netif.output_ip6(&netif, p, ip_2_ip6(&to));

	pbuf_free(p);
	return err;
}

static err_t send_over_ipv4(enum host host)
{
	struct endpoint endpoint = host_address(host, 4);
	ip_addr_t to = lwip_addr_of(&endpoint);
	struct pbuf *p = packet("four");
	err_t err = netif.output(&netif, p, ip_2_ip4(&to));

	pbuf_free(p);
	return err;
}

static void add(enum host host, int family)
{
	struct endpoint endpoint = host_address(host, family);
	ip_addr_t address = lwip_addr_of(&endpoint);

	assert_int_equal(neighbour_add(&neighbours, &address, hwaddr), ERR_OK);
}

TEST(who_is_not_known_is_left_to_discovery)
{
	assert_int_equal(send_to(HOST_KERNEL), ERR_RTE);
	add(HOST_RAW, 6);
	assert_int_equal(send_to(HOST_KERNEL), ERR_RTE);
	assert_int_equal(driver.discovered, 2);
	assert_int_equal(driver.sent, 0);
}

TEST(who_is_known_is_sent_to_at_once)
{
	static const uint8_t frame[] = { 2, 1, 1, 1,    1,    9,   2,   0,  0,
					 0, 0, 2, 0x86, 0xdd, 's', 'i', 'x' };

	add(HOST_RAW, 6);
	add(HOST_KERNEL, 6);
	assert_int_equal(send_to(HOST_KERNEL), ERR_OK);
	assert_int_equal(driver.sent, 1);
	assert_int_equal(driver.discovered, 0);
	assert_int_equal(driver.size, sizeof(frame));
	assert_memory_equal(driver.frame, frame, sizeof(frame));
}

TEST(the_table_has_an_end)
{
	struct endpoint endpoint = host_address(HOST_ABSENT, 6);
	ip_addr_t address = lwip_addr_of(&endpoint);

	for (int i = 0; i < NEIGHBOURS; i++)
		add(HOST_RAW, 6);
	assert_int_equal(neighbour_add(&neighbours, &address, hwaddr), ERR_MEM);
	assert_int_equal(send_to(HOST_ABSENT), ERR_RTE);
}

/* What lwIP does of its own accord, there as here: a broadcast that asks, or a frame to whom it knows. */
TEST(over_ipv4_lwip_has_a_place_for_them)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	assert_int_equal(send_over_ipv4(HOST_RAW), ERR_OK);
	assert_memory_equal(driver.frame, broadcast, sizeof(broadcast));
	add(HOST_KERNEL, 4);
	assert_int_equal(send_over_ipv4(HOST_KERNEL), ERR_OK);
	assert_memory_equal(driver.frame, hwaddr, sizeof(hwaddr));
	assert_int_equal(driver.sent, 2);
	assert_int_equal(neighbours.count, 0);
}

/* -- Addresses */

TEST(an_address_comes_back_as_it_went)
{
	for (int family = 4; family <= 6; family += 2) {
		struct endpoint there = host_address(HOST_FAR, family), back;
		ip_addr_t ip = lwip_addr_of(&there);
		char ours[ENDPOINT_STRLEN], lwips[IPADDR_STRLEN_MAX];

		back = lwip_addr_endpoint(&ip, 80);
		there.port = 80;
		assert_true(endpoint_equal(&there, &back));
		ipaddr_ntoa_r(&ip, lwips, sizeof(lwips)); /* in capitals */
		assert_int_equal(strcasecmp(lwips, address_format(&there, ours)), 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_is_not_known_is_left_to_discovery, add_netif,
						remove_netif),
		cmocka_unit_test_setup_teardown(who_is_known_is_sent_to_at_once, add_netif,
						remove_netif),
		cmocka_unit_test_setup_teardown(the_table_has_an_end, add_netif, remove_netif),
		cmocka_unit_test_setup_teardown(over_ipv4_lwip_has_a_place_for_them, add_netif,
						remove_netif),
		cmocka_unit_test(an_address_comes_back_as_it_went),
	};

	return cmocka_run_group_tests_name("neighbour", tests, start_lwip, NULL);
}
