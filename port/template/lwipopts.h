/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The template's profile of lwIP: the lab's (config/lwipopts.h), with the memory that an experiment has there
 * (app/lab/pools.c), so that both give the same transcripts. A board has less: replace as its RAM asks.
 */
#ifndef TEMPLATE_LWIPOPTS_H
#define TEMPLATE_LWIPOPTS_H

#define MEM_SIZE                (2u << 20)
#define MEMP_NUM_TCP_PCB        16
#define MEMP_NUM_TCP_PCB_LISTEN 8
#define MEMP_NUM_TCP_SEG        512
#define MEMP_NUM_PBUF           512
#define PBUF_POOL_SIZE          512

#include "../../config/lwipopts.h"

#endif
