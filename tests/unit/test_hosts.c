/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "lab/hosts.h"

static void assert_address(enum host host, int family, const char *wanted)
{
	struct endpoint endpoint = host_address(host, family);
	char text[ENDPOINT_STRLEN];

	assert_string_equal(address_format(&endpoint, text), wanted);
	assert_int_equal(endpoint.family, family);
	assert_int_equal(endpoint.port, 0);
}

TEST(each_host_has_an_address_of_each_family)
{
	assert_address(HOST_KERNEL, 4, "10.9.0.1");
	assert_address(HOST_LWIP, 4, "10.9.0.2");
	assert_address(HOST_RAW, 4, "10.9.0.3");
	assert_address(HOST_ABSENT, 4, "10.9.0.99");
	assert_address(HOST_FAR, 4, "203.0.113.1");
	assert_address(HOST_KERNEL, 6, "fd09::1");
	assert_address(HOST_LWIP, 6, "fd09::2");
	assert_address(HOST_RAW, 6, "fd09::3");
	assert_address(HOST_ABSENT, 6, "fd09::99");
	assert_address(HOST_FAR, 6, "2001:db8::1");
}

/* Whether a host is on the network of the kernel's. */
static bool is_near(enum host host, int family)
{
	struct endpoint here = host_address(HOST_KERNEL, family);
	struct endpoint there = host_address(host, family);

	assert_int_equal(host_prefix(family) % 8, 0);
	return memcmp(here.addr, there.addr, host_prefix(family) / 8) == 0;
}

TEST(all_but_the_far_one_are_on_one_network)
{
	for (int family = 4; family <= 6; family += 2) {
		assert_true(is_near(HOST_LWIP, family));
		assert_true(is_near(HOST_RAW, family));
		assert_true(is_near(HOST_ABSENT, family));
		assert_false(is_near(HOST_FAR, family));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_host_has_an_address_of_each_family),
		cmocka_unit_test(all_but_the_far_one_are_on_one_network),
	};

	return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
