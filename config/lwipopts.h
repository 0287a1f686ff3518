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
#define LWIP_NUM_NETIF_CLIENT_DATA 3 /* from a netif to the wire, the neighbours and mDNS */

/*
 * -- Memory: real pools, for a live host with hundreds of connections. An experiment takes all but a few
 * objects of each away before it begins (app/lab/pools.h), so that exhaustion can be shown. A board's
 * profile has its own numbers, and takes the rest from here.
 */
#define MEM_ALIGNMENT 8 /* of a pointer on 64-bit machines */
#ifndef MEM_SIZE
#define MEM_SIZE (64u << 20) /* a full send buffer each; pages not in use take no memory */
#endif
#ifndef MEMP_NUM_TCP_PCB
#define MEMP_NUM_TCP_PCB 1024 /* 600 clients at a time, and as many of theirs in TIME_WAIT */
#endif
#ifndef MEMP_NUM_TCP_PCB_LISTEN
#define MEMP_NUM_TCP_PCB_LISTEN 32 /* the services, and those that a person opens */
#endif
#define MEMP_NUM_UDP_PCB 8 /* echo, daytime, mDNS, and room for one's own */
#ifndef MEMP_NUM_TCP_SEG
#define MEMP_NUM_TCP_SEG 8192 /* a dozen for each connection */
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF 8192 /* one per queued segment that refers to data */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE \
	2048 /* frames on their way, segments out of order, what no application took */
#endif
#define MEMP_NUM_SYS_TIMEOUT \
	(LWIP_NUM_SYS_TIMEOUT_INTERNAL + 16) /* mDNS: probes, and delayed answers of each family */
#define LWIP_PBUF_REF_T u16_t                /* more than 255 references to one pbuf are legal */

/* -- Ethernet and IP */
#define LWIP_IPV6 1 /* both families, like the host */
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS \
	0 /* two hosts on a private cable: an address is usable at once */
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0 /* no router there to answer */
#define LWIP_IPV6_AUTOCONFIG          0 /* likewise; addresses are given */
#define IPV6_FRAG_COPYHEADER          1 /* a pointer is larger than lwIP's place for it in the header */
#define ETHARP_SUPPORT_STATIC_ENTRIES 1 /* for experiments without address resolution */
#define LWIP_IGMP                     1 /* mDNS asks for it; experiments switch its reports off */

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

/* -- lwIP's own apps, for the live host */
#define LWIP_HTTPD_CUSTOM_FILES         1 /* pages that are made when they are asked for */
#define LWIP_HTTPD_DYNAMIC_HEADERS      1 /* httpd writes their HTTP headers */
#define LWIP_HTTPD_SUPPORT_11_KEEPALIVE 1 /* one connection for a page that fetches every second */
#define HTTP_IS_DATA_VOLATILE(hs) \
	TCP_WRITE_FLAG_COPY /* such a page is freed before it is acknowledged */
#define LWIP_MDNS_RESPONDER 1

#endif
