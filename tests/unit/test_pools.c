/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's memory as an experiment has it.
 */
#include "unit.h"

#include "lab/pools.h"
#include "lab/settings.h"
#include "lwip/init.h"
#include "lwip/mem.h"
#include "lwip/stats.h"

static const struct {
	memp_t pool;
	unsigned int size;
} small[] = {
	{ MEMP_TCP_PCB, 16 }, { MEMP_TCP_PCB_LISTEN, 8 }, { MEMP_TCP_SEG, 512 },
	{ MEMP_PBUF, 512 },   { MEMP_PBUF_POOL, 512 },
};
#define POOLS (sizeof(small) / sizeof(small[0]))

static uint32_t setting(const char *name)
{
	const struct option_of_lwip *option = settings_lwip;

	while (strcmp(option->name, name) != 0)
		option++;
	return settings_lwip_value(option);
}

TEST(before_lwip_starts_an_experiments_sizes_are_told)
{
	for (size_t i = 0; i < POOLS; i++)
		assert_int_equal(pools_size(small[i].pool), small[i].size);
	assert_int_equal(setting("MEMP_NUM_TCP_PCB"), 16);
	assert_int_equal(setting("TCP_MSS"), TCP_MSS);
}

TEST(a_live_host_has_all_that_is_compiled_in)
{
	lwip_init();
	assert_int_equal(pools_size(MEMP_TCP_PCB), MEMP_NUM_TCP_PCB);
	assert_true(MEMP_NUM_TCP_PCB > 600);
	assert_int_equal(setting("MEMP_NUM_TCP_PCB"), MEMP_NUM_TCP_PCB);
}

/* As many as it says, and no more; and given back, they can be had again. */
TEST(an_experiment_has_as_much_as_it_says)
{
	void *taken[512] = { 0 };

	pools_shrink();
	for (size_t i = 0; i < POOLS; i++) {
		const struct stats_mem *stats = lwip_stats.memp[small[i].pool];

		assert_int_equal(pools_size(small[i].pool), small[i].size);
		for (int round = 0; round < 2; round++) {
			for (unsigned int n = 0; n < small[i].size; n++) {
				taken[n] = memp_malloc(small[i].pool);
				assert_non_null(taken[n]);
			}
			assert_null(memp_malloc(small[i].pool));
			assert_int_equal(stats->used, small[i].size);
			assert_int_equal(stats->max, small[i].size);
			for (unsigned int n = 0; n < small[i].size; n++)
				memp_free(small[i].pool, taken[n]);
			assert_int_equal(stats->used, 0);
		}
	}
}

TEST(its_heap_has_two_mebibytes)
{
	void *taken;

	assert_int_equal(lwip_stats.mem.used, 0);
	assert_null(mem_malloc(2u << 20));
	taken = mem_malloc((2u << 20) - 4096);
	assert_non_null(taken);
	assert_null(mem_malloc(4096));
	mem_free(taken);
	assert_int_equal(lwip_stats.mem.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_lwip_starts_an_experiments_sizes_are_told),
		cmocka_unit_test(a_live_host_has_all_that_is_compiled_in),
		cmocka_unit_test(an_experiment_has_as_much_as_it_says),
		cmocka_unit_test(its_heap_has_two_mebibytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
