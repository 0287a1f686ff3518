/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The minimal profile: TCP over IPv4, ARP and ping, in little flash and RAM. No assertions: develop with
 * config/default.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "mcu.h"

#define LWIP_NOASSERT
#define LWIP_STATS      0
#define LWIP_UDP        0
#define LWIP_RAW        0
#define IP_REASSEMBLY   0 /* TCP does not fragment */
#define IP_FRAG         0 /* likewise */
#define ARP_QUEUEING    0 /* the last packet alone waits for an address */
#define TCP_QUEUE_OOSEQ 0 /* what comes out of order is sent again by the peer */

#define MEM_SIZE                (8 * 1024) /* a full send buffer */
#define MEMP_NUM_TCP_PCB        4
#define MEMP_NUM_TCP_PCB_LISTEN 2
#define PBUF_POOL_SIZE          8 /* two for each connection: more, an application may not keep */
#define TCP_SND_BUF             TCP_WND

#endif
