/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <errno.h>

#include "cmd/ethernet_options.h"

#define MAC "02:00:00:12:34:56"

static struct ethernet_plan plan;
static struct why why;

FIXTURE(forget)
{
	memset(&plan, 0, sizeof(plan));
	why.text[0] = '\0';
	return 0;
}

static int take(const char *option, const char *text)
{
	return ethernet_options_take(&plan, option, text, &why);
}

#define assert_taken(option, text) assert_int_equal(take(option, text), 0)

#define assert_refused(result, ...)                  \
	do {                                         \
		assert_int_equal((result), -EINVAL); \
		assert_words(why.text, __VA_ARGS__); \
	} while (0)

/* -- Values */

TEST(an_ethernet_address_is_six_bytes)
{
	static const uint8_t bytes[6] = { 0x02, 0, 0xaB, 0xcd, 0xef, 0x56 };

	assert_taken("mac", "02:00:AB:cd:ef:56");
	assert_memory_equal(plan.hwaddr, bytes, sizeof(bytes));
}

TEST(what_is_no_ethernet_address_is_refused)
{
	static const char *const bad[] = { "",
					   "02",
					   "02:00:00:12:34",
					   "02:00:00:12:34:5",
					   "2:00:00:12:34:56",
					   "02:00:00:12:34:56:78",
					   "02-00-00-12-34-56",
					   "02:00:00:12:34:5g",
					   "02:00:00:12: 4:56",
					   "02:00:00:12:+4:56",
					   "02:00:00:12:34:56x",
					   "00:00:00:00:00:00" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(take("mac", bad[i]), "--mac takes an Ethernet address", bad[i]);
}

TEST(a_groups_address_is_no_hosts)
{
	assert_refused(take("mac", "01:00:5e:00:00:fb"), "01:00:5e:00:00:fb is a group's", "02");
	assert_refused(take("mac", "ff:ff:ff:ff:ff:ff"), "is a group's");
}

TEST(an_address_of_each_family_is_taken)
{
	static const uint8_t v4[4] = { 192, 168, 1, 77 }, v6[16] = { 0xfd, 0x77, [15] = 9 };

	assert_taken("ip", "192.168.1.77/24");
	assert_taken("ip", "fd77::9/64");
	assert_int_equal(plan.ipv4.address.family, 4);
	assert_memory_equal(plan.ipv4.address.addr, v4, sizeof(v4));
	assert_int_equal(plan.ipv4.prefix, 24);
	assert_int_equal(plan.ipv6.address.family, 6);
	assert_memory_equal(plan.ipv6.address.addr, v6, sizeof(v6));
	assert_int_equal(plan.ipv6.prefix, 64);
	assert_refused(take("ip", "192.168.1.78/24"), "192.168.1.78/24", "second", "IPv4");
	assert_refused(take("ip", "fd77::8/64"), "fd77::8/64", "second", "IPv6");
}

TEST(what_is_no_address_with_its_prefix_is_refused)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "192.168.1.77", "an address and its prefix" },
		{ "/24", "an address and its prefix" },
		{ "192.168.1/24", "an address and its prefix" },
		{ "eth0/24", "an address and its prefix" },
		{ "192.168.1.77/", "prefix of IPv4 takes a whole number from 1 to 30" },
		{ "192.168.1.77/0", "from 1 to 30" },
		{ "192.168.1.77/31", "from 1 to 30" },
		{ "192.168.1.77/255.255.255.0", "from 1 to 30" },
		{ "192.168.1.0/24", "no address that a host" },
		{ "192.168.1.255/24", "no address that a host" },
		{ "127.0.0.2/8", "no address that a host" },
		{ "0.0.0.5/8", "no address that a host" },
		{ "224.0.0.251/24", "no address that a host" },
		{ "fd77::9/48", "prefix 64, not '48'" },
		{ "fd77::9/", "prefix 64" },
		{ "fe80::9/64", "no address that a host" },
		{ "ff02::1/64", "no address that a host" },
		{ "::1/64", "no address that a host" },
		{ "::/64", "no address that a host" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_refused(take("ip", bad[i].text), "--ip", bad[i].why);
		assert_false(ethernet_options_given(&plan));
	}
}

TEST(an_interface_has_a_name_as_the_kernel_has_them)
{
	assert_taken("packet", "enp0s31f6");
	assert_string_equal(plan.interface, "enp0s31f6");
	assert_refused(take("packet", ""), "--packet takes the name of an interface");
	assert_refused(take("packet", "a-name-of-16-byte"), "--packet", "a-name-of-16-byte");
}

/* -- The whole */

static void take_all(void)
{
	assert_taken("packet", "eth0");
	assert_taken("mac", MAC);
	assert_taken("ip", "192.168.1.77/24");
}

TEST(a_plan_is_whole_with_interface_and_addresses)
{
	assert_false(ethernet_options_given(&plan));
	take_all();
	assert_true(ethernet_options_given(&plan));
	assert_int_equal(ethernet_options_check(&plan, &why), 0);
	assert_taken("gateway", "192.168.1.1");
	assert_int_equal(ethernet_options_check(&plan, &why), 0);
}

TEST(what_a_plan_lacks_is_told)
{
	assert_taken("mac", MAC);
	assert_true(ethernet_options_given(&plan));
	assert_refused(ethernet_options_check(&plan, &why), "go with --packet");
	forget(NULL);
	assert_taken("gateway", "192.168.1.1");
	assert_true(ethernet_options_given(&plan));
	forget(NULL);
	assert_taken("packet", "eth0");
	assert_refused(ethernet_options_check(&plan, &why), "--packet needs", "--mac");
	assert_taken("mac", MAC);
	assert_refused(ethernet_options_check(&plan, &why), "--packet needs", "--ip");
}

TEST(a_gateway_is_a_neighbour)
{
	take_all();
	assert_refused(take("gateway", "fe80::1"), "--gateway takes an address of IPv4");
	assert_refused(take("gateway", "router"), "--gateway takes an address of IPv4");
	assert_taken("gateway", "192.168.2.1");
	assert_refused(ethernet_options_check(&plan, &why), "192.168.2.1", "network");
	assert_taken("gateway", "192.168.1.77");
	assert_refused(ethernet_options_check(&plan, &why), "192.168.1.77", "no other host");
}

TEST(it_is_said_what_will_be_done)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	take_all();
	ethernet_options_announce(&plan, out);
	fclose(out);
	assert_words(text, "segment at eth0", MAC, "192.168.1.77 and fe80::ff:fe12:3456",
		     "promiscuous", "nothing else", "cannot reach it by eth0");
	free(text);
}

int main(void)
{
#define OPTION_TEST(test) cmocka_unit_test_setup(test, forget)
	static const struct CMUnitTest tests[] = {
		OPTION_TEST(an_ethernet_address_is_six_bytes),
		OPTION_TEST(what_is_no_ethernet_address_is_refused),
		OPTION_TEST(a_groups_address_is_no_hosts),
		OPTION_TEST(an_address_of_each_family_is_taken),
		OPTION_TEST(what_is_no_address_with_its_prefix_is_refused),
		OPTION_TEST(an_interface_has_a_name_as_the_kernel_has_them),
		OPTION_TEST(a_plan_is_whole_with_interface_and_addresses),
		OPTION_TEST(what_a_plan_lacks_is_told),
		OPTION_TEST(a_gateway_is_a_neighbour),
		OPTION_TEST(it_is_said_what_will_be_done),
	};

	return cmocka_run_group_tests_name("ethernet_options", tests, NULL, NULL);
}
