/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The default profile: lwIP as its opt.h has it, IPv4 with UDP, assertions and statistics, and with
 * memory for what its defaults promise.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "mcu.h"

#define MEM_SIZE         (32 * 1024) /* a full send buffer of each of five connections */
#define TCP_SND_BUF      TCP_WND
#define MEMP_NUM_TCP_SEG 32

#endif
