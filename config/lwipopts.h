/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lab profile of lwIP: every option that differs from lwIP's default (opt.h), with its reason.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

/* -- The system: one thread, as on a bare-metal board, so that lwIP and the lab go in lock-step. */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0 /* no interrupt or thread ever enters lwIP */
#define LWIP_NETCONN         0 /* needs threads; the raw API is the one with the callbacks to show */
#define LWIP_SOCKET          0 /* likewise */

/* -- The C library has htons() and its kin. */
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS

/* -- Observation */
#define LWIP_HOOK_FILENAME         "lwip_hooks.h" /* the trace hook's macros, and the guard's */
#define LWIP_STATS_DISPLAY         1              /* names for the statistics that the lab prints */
#define MIB2_STATS                 1 /* SNMP's counters: opens, resets, retransmissions */
#define LWIP_NUM_NETIF_CLIENT_DATA 2 /* from a netif to the wire and the neighbours put into it */

/* -- Memory: real pools, so that exhaustion can be shown; sized for two dozen connections */
#define MEM_ALIGNMENT           8          /* of a pointer on 64-bit machines */
#define MEM_SIZE                (2u << 20) /* send buffers: 1 MiB in flight, with its headers */
#define MEMP_NUM_TCP_PCB        16         /* small enough to be exhausted on purpose */
#define MEMP_NUM_TCP_PCB_LISTEN 8          /* lwIP's default, kept beside the one above */
#define MEMP_NUM_TCP_SEG        512        /* two send buffers full of small segments */
#define MEMP_NUM_PBUF           512        /* one per queued segment that refers to data */
#define PBUF_POOL_SIZE          512        /* three receive windows, and frames on their way */
#define LWIP_PBUF_REF_T         u16_t      /* more than 255 references to one pbuf are legal */

/* -- Ethernet and IP */
#define LWIP_IPV6 1 /* both families, like the host */
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS \
	0 /* two hosts on a private cable: an address is usable at once */
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0 /* no router there to answer */
#define LWIP_IPV6_AUTOCONFIG          0 /* likewise; addresses are given */
#define IPV6_FRAG_COPYHEADER          1 /* a pointer is larger than lwIP's place for it in the header */
#define ETHARP_SUPPORT_STATIC_ENTRIES 1 /* for experiments without address resolution */

/* -- TCP as hosts speak it today */
#define TCP_MSS             1460 /* an Ethernet frame */
#define LWIP_WND_SCALE      1    /* RFC 7323 */
#define TCP_RCV_SCALE       2    /* 256 KiB can be announced: enough for TCP_WND */
#define TCP_WND             (128 * 1024)
#define TCP_SND_BUF         (128 * 1024)
#define TCP_SNDLOWAT        (0xffff - 4 * TCP_MSS - 1) /* half of TCP_SND_BUF would not fit its u16_t */
#define TCP_SND_QUEUELEN    400 /* pbufs: two for each full segment of TCP_SND_BUF, and some */
#define LWIP_TCP_TIMESTAMPS 1   /* RFC 7323 */
#define LWIP_TCP_SACK_OUT   1   /* RFC 2018, as receiver */
#define LWIP_TCP_KEEPALIVE  1   /* idle, interval and count per connection */
#define TCP_LISTEN_BACKLOG  1   /* a listener's queue has an end, as RFC 4987 is about */
#define SO_REUSE            1   /* SOF_REUSEADDR: binding to a port in TIME_WAIT */
#define TCP_GUARD           1   /* SYN cookies (port/guard): off until tcp_guard_start() */

#endif
