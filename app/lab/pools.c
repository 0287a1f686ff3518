/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/pools.h"

#include "lwip/def.h"
#include "lwip/mem.h"
#include "lwip/opt.h"
#include "lwip/stats.h"

/* Of an experiment: send buffers for 1 MiB in flight, with its headers. */
#define HEAP (2u << 20)

static const struct {
	memp_t pool;
	u16_t left;
} small[] = {
	{ MEMP_TCP_PCB, 16 },       /* small enough to be exhausted on purpose */
	{ MEMP_TCP_PCB_LISTEN, 8 }, /* lwIP's default, kept beside the one above */
	{ MEMP_TCP_SEG, 512 },      /* two send buffers full of small segments */
	{ MEMP_PBUF, 512 },         /* one per queued segment that refers to data */
	{ MEMP_PBUF_POOL, 512 },    /* three receive windows, and frames on their way */
};

static void begin_anew(struct stats_mem *stats, mem_size_t size)
{
	stats->avail = size;
	stats->used = 0;
	stats->max = 0;
}

static void shrink_pool(memp_t pool, u16_t left)
{
	struct stats_mem *stats = lwip_stats.memp[pool];

	while (stats->avail - stats->used > left) {
		void *taken = memp_malloc(pool);

		LWIP_ASSERT("a pool has what it says", taken != NULL);
		(void)taken;
	}
	begin_anew(stats, left);
}

static void shrink_heap(void)
{
	void *taken = mem_malloc((mem_size_t)(MEM_SIZE - HEAP));

	LWIP_ASSERT("the heap is empty as yet", taken != NULL);
	(void)taken;
	begin_anew(&lwip_stats.mem, HEAP);
}

void pools_shrink(void)
{
	for (unsigned int i = 0; i < LWIP_ARRAYSIZE(small); i++)
		shrink_pool(small[i].pool, small[i].left);
	shrink_heap();
}

unsigned int pools_size(memp_t pool)
{
	if (lwip_stats.memp[pool] != NULL)
		return lwip_stats.memp[pool]->avail;
	for (unsigned int i = 0; i < LWIP_ARRAYSIZE(small); i++)
		if (small[i].pool == pool)
			return small[i].left;
	return memp_pools[pool]->num;
}
