/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much of lwIP's memory there is to be had. Its pools are compiled for a live host with hundreds of
 * connections. An experiment has room for two dozen: so few that it can exhaust them on purpose.
 *
 * lwIP itself knows only what it was compiled with. So what an experiment shall not have is taken
 * from each pool before it begins, and never given back; lwIP's statistics then begin anew.
 */
#ifndef APP_LAB_POOLS_H
#define APP_LAB_POOLS_H

#include "lwip/memp.h"

/** Leaves what an experiment has. To be called once, between lwip_init() and lwIP's first packet. */
void pools_shrink(void);

/** @return how many objects a pool has, used or not; before lwip_init(), how many an experiment has */
unsigned int pools_size(memp_t pool);

#endif
