/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "linux/bulk/checksum.h"

/* As RFC 1071, 1, describes it: 16-bit words as they lie in memory, carries added at the end. */
static uint16_t plain_sum(const uint8_t *bytes, int size)
{
	uint64_t sum = 0;

	for (int i = 0; i < size; i++) {
		uint8_t pair[2] = { 0 };
		uint16_t word;

		pair[i % 2] = bytes[i];
		memcpy(&word, pair, sizeof(word));
		sum += word;
	}
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

TEST(sums_of_all_lengths_and_places_are_those_of_the_rfc)
{
	static uint8_t bytes[1600];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 193 + i / 7);
	for (int from = 0; from < 9; from++)
		for (int size = 0; size < 1500; size++)
			assert_int_equal(checksum_sum(bytes + from, size),
					 plain_sum(bytes + from, size));
}

TEST(carries_are_not_lost)
{
	uint8_t bytes[256];

	memset(bytes, 0xff, sizeof(bytes));
	for (int size = 1; size <= 256; size++)
		assert_int_equal(checksum_sum(bytes, size), plain_sum(bytes, size));
}

TEST(an_updated_checksum_is_a_new_one_s)
{
	uint16_t words[6] = { 0x1234, 0xffff, 0, 0xfffe, 0x8001, 0x7fff };

	for (unsigned int to = 0; to < 0x10000; to++) {
		uint16_t before = (uint16_t)~checksum_sum(words, sizeof(words));
		uint16_t from = words[to % 6];

		words[to % 6] = (uint16_t)to;
		assert_int_equal(checksum_update(before, from, (uint16_t)to),
				 (uint16_t)~checksum_sum(words, sizeof(words)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_of_all_lengths_and_places_are_those_of_the_rfc),
		cmocka_unit_test(carries_are_not_lost),
		cmocka_unit_test(an_updated_checksum_is_a_new_one_s),
	};

	return cmocka_run_group_tests_name("bulk: checksum", tests, NULL, NULL);
}
