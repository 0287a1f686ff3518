/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "arch/cc.h"
#include "linux/entropy.h"

#define MANY 1000

/* How many of the first numbers of two seeds' sequences are the same, place by place. */
static int same(uint64_t seed, uint64_t other_seed)
{
	struct entropy a = { seed }, b = { other_seed };
	int count = 0;

	for (int i = 0; i < MANY; i++)
		count += entropy_next(&a) == entropy_next(&b);
	return count;
}

static int unseeded_differs(void *context)
{
	struct entropy zero = { 0 };
	uint32_t first = entropy_u32(), second = entropy_u32(), third = entropy_u32();

	(void)context;
	/* All three alike, or the sequence of a seed nobody gave: once in 2^64 and in 2^32. */
	return (first == second && second == third) || first == entropy_next(&zero);
}

TEST(without_a_seed_the_kernel_gives_the_bits)
{
	assert_int_equal(in_child(unseeded_differs, NULL), 0);
}

/* The published SplitMix64's first values for seed 1234567, of which these are the upper halves. */
TEST(the_sequence_is_splitmix64)
{
	static const uint64_t published[] = { 6457827717110365317u, 3203168211198807973u,
					      9817491932198370423u, 4593380528125082431u,
					      16408922859458223821u };
	struct entropy entropy = { 1234567 };

	for (int i = 0; i < 5; i++)
		assert_int_equal(entropy_next(&entropy), published[i] >> 32);
}

TEST(the_same_seed_gives_the_same_sequence)
{
	assert_int_equal(same(0, 0), MANY);
	assert_int_equal(same(UINT64_MAX, UINT64_MAX), MANY);
}

TEST(different_seeds_give_different_sequences)
{
	assert_in_range(same(0, 1), 0, 1);
	assert_in_range(same(1, 2), 0, 1);
	assert_in_range(same(1, 1ull << 63 | 1), 0, 1);
}

TEST(two_generators_do_not_disturb_each_other)
{
	struct entropy a = { 1 }, b = { 1 }, c = { 2 };

	for (int i = 0; i < MANY; i++) {
		entropy_next(&c);
		assert_int_equal(entropy_next(&a), entropy_next(&b));
	}
}

TEST(each_bit_is_set_about_half_the_time)
{
	enum { DRAWS = 100000, SIGMAS_5 = 791 }; /* of a binomial distribution: sqrt(n)/2 each */
	struct entropy entropy = { 1 };
	int set[32] = { 0 };

	for (int i = 0; i < DRAWS; i++) {
		uint32_t bits = entropy_next(&entropy);

		for (int bit = 0; bit < 32; bit++)
			set[bit] += bits >> bit & 1;
	}
	for (int bit = 0; bit < 32; bit++)
		assert_in_range(set[bit], DRAWS / 2 - SIGMAS_5, DRAWS / 2 + SIGMAS_5);
}

TEST(seeding_makes_lwips_bits_repeatable)
{
	struct entropy expected = { 42 };

	for (int again = 0; again < 2; again++) {
		entropy_seed(42);
		expected.state = 42;
		for (int i = 0; i < MANY; i++)
			assert_int_equal(entropy_u32(), entropy_next(&expected));
	}
}

TEST(another_seed_gives_lwip_other_bits)
{
	uint32_t first;

	entropy_seed(0);
	first = entropy_u32();
	entropy_seed(1);
	assert_int_not_equal(entropy_u32(), first);
	entropy_seed(0);
	assert_int_equal(entropy_u32(), first);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_seed_the_kernel_gives_the_bits),
		cmocka_unit_test(the_sequence_is_splitmix64),
		cmocka_unit_test(the_same_seed_gives_the_same_sequence),
		cmocka_unit_test(different_seeds_give_different_sequences),
		cmocka_unit_test(two_generators_do_not_disturb_each_other),
		cmocka_unit_test(each_bit_is_set_about_half_the_time),
		cmocka_unit_test(seeding_makes_lwips_bits_repeatable),
		cmocka_unit_test(another_seed_gives_lwip_other_bits),
	};

	return cmocka_run_group_tests_name("entropy", tests, NULL, NULL);
}
