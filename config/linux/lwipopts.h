/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lab's own profile (config/lwipopts.h) with the memory that an experiment has there (app/lab/pools.c), for a
 * board with 4 MB of RAM: both give the same transcripts. The window is more than the board's Ethernet controller
 * can hold, which does no harm where frames come one at a time.
 */
#ifndef LINUX_LWIPOPTS_H
#define LINUX_LWIPOPTS_H

#include "../../port/template/lwipopts.h"

#endif
