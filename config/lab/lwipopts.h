/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lab profile for a board: TCP as the lab for Linux has it (config/lwipopts.h), both families
 * included, in what memory a board has.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "mcu.h"

#define MIB2_STATS                    1 /* SNMP's counters: opens, resets, retransmissions */
#define LWIP_NUM_NETIF_CLIENT_DATA    1 /* from a netif to its neighbours (common/neighbour.h) */
#define ETHARP_SUPPORT_STATIC_ENTRIES 1 /* likewise */

/* -- Memory: for some dozens of connections, most of them in TIME_WAIT */
#define MEM_SIZE                (128 * 1024)
#define MEMP_NUM_TCP_PCB        32
#define MEMP_NUM_TCP_PCB_LISTEN 8
#define MEMP_NUM_TCP_SEG        128
#define MEMP_NUM_PBUF           128
#define PBUF_POOL_SIZE          32

/* -- IP: two hosts on a private cable, without a router */
#define LWIP_IPV6                     1
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0 /* an address is usable at once */
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0 /* no router there to answer */
#define LWIP_IPV6_AUTOCONFIG          0 /* addresses are given */

/* -- TCP as hosts speak it today */
#define LWIP_WND_SCALE      1 /* RFC 7323 */
#define TCP_RCV_SCALE       0 /* the window is small, but the peer's need not be */
#define TCP_SND_BUF         TCP_WND
#define LWIP_TCP_TIMESTAMPS 1 /* RFC 7323 */
#define LWIP_TCP_SACK_OUT   1 /* RFC 2018, as receiver */
#define LWIP_TCP_KEEPALIVE  1 /* idle, interval and count per connection */
#define SO_REUSE            1 /* SOF_REUSEADDR: binding to a port in TIME_WAIT */

#endif
