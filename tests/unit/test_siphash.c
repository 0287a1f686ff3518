/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "guard/siphash.h"

/* The inputs of the paper's appendix A: bytes that count from 0, under a key that does. */
static uint64_t hash_of(size_t size)
{
	uint8_t key[SIPHASH_KEY], data[64];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i;
	return siphash(key, data, size);
}

TEST(the_paper_s_example)
{
	assert_true(hash_of(15) == UINT64_C(0xa129ca6149be45e5));
}

/* Further ones of the authors' reference implementation, around the ends of words. */
TEST(the_reference_s_vectors)
{
	assert_true(hash_of(0) == UINT64_C(0x726fdb47dd0e0e31));
	assert_true(hash_of(1) == UINT64_C(0x74f839c593dc67fd));
	assert_true(hash_of(7) == UINT64_C(0xab0200f58b01d137));
	assert_true(hash_of(8) == UINT64_C(0x93f5f5799a932462));
	assert_true(hash_of(16) == UINT64_C(0x3f2acc7f57c29bdb));
	assert_true(hash_of(63) == UINT64_C(0x958a324ceb064572));
}

TEST(an_unaligned_input_is_the_same)
{
	uint8_t key[SIPHASH_KEY] = { 1 }, bytes[41 + 8];

	memset(bytes, 7, sizeof(bytes));
	for (size_t shift = 1; shift < 8; shift++)
		assert_true(siphash(key, bytes, 41) == siphash(key, bytes + shift, 41));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_paper_s_example),
		cmocka_unit_test(the_reference_s_vectors),
		cmocka_unit_test(an_unaligned_input_is_the_same),
	};

	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
