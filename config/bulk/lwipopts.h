/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bulk profile of lwIP: for as many bytes per second as there can be, by port/linux/bulk. Every option
 * that differs from lwIP's default (opt.h), with its reason.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

/* -- The system: one thread and the raw API, as in the lab profile. */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0

/* -- The C library has htons() and its kin. */
#define LWIP_DONT_PROVIDE_BYTEORDER_FUNCTIONS

/* -- Nobody watches. */
#define LWIP_HOOK_FILENAME "lwip_hooks.h" /* in this directory */
#define TCP_STATS          0
#define IP_STATS           0
#define IP6_STATS          0
#define ETHARP_STATS       0
#ifndef __SANITIZE_ADDRESS__ /* tests do */
#define MEM_STATS     0
#define MEMP_STATS    0
#define LWIP_NOASSERT /* they look at each pcb that a search passes */
#endif

/* -- Checksums */
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1 /* computed, or left to the kernel: a flag of the netif */
#define LWIP_INLINE_IP_CHKSUM        1 /* while the header is written */
#ifndef LWIP_CHKSUM
#define LWIP_CHKSUM checksum_sum
#include <stdint.h>
uint16_t checksum_sum(const void *bytes, int size); /* port/linux/bulk/checksum.h */
#endif

/*
 * -- Memory: for 64 connections that all have a full send buffer; pages not in use take no memory. The C library's heap:
 * lwIP's own searches for a first fit, with 64 connections for half of the time.
 */
#define MEM_ALIGNMENT   8
#define MEM_LIBC_MALLOC 1
#ifndef MEMP_NUM_TCP_PCB
#define MEMP_NUM_TCP_PCB 256
#endif
#define MEMP_NUM_TCP_PCB_LISTEN 8
#define MEMP_NUM_TCP_SEG        60000 /* of 1460 bytes, for the 64 send buffers */
#define MEMP_NUM_PBUF           60000 /* one per segment that refers to data */
#define PBUF_POOL_SIZE          8192 /* small frames, of which few wait: bulk has buffers of its own */
#define PBUF_POOL_BUFSIZE       2048 /* a frame of 1500 bytes is one piece */
#define LWIP_PBUF_REF_T         u16_t

/* -- Ethernet and IP */
#ifndef LWIP_SINGLE_NETIF
#define LWIP_SINGLE_NETIF 1 /* no search for a route, and no IPv6 zones; 0 for more than one */
#endif
#ifndef LWIP_IPV6
#define LWIP_IPV6 1
#endif
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0 /* as in the lab profile */
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_AUTOCONFIG          0
#define IPV6_FRAG_COPYHEADER          1 /* a pointer is larger than lwIP's place for it in the header */
#define LWIP_NETIF_HWADDRHINT         1 /* a connection remembers its neighbour's place in the table */

/*
 * -- TCP. A segment may be as large as a pbuf can tell, 65,535 bytes with all headers, where the kernel cuts it
 * (port/linux/bulk/offload.h); where it does not, TCP's MSS follows from the MTU. lwIP's checks of its options
 * know of 16 KiB at most, because of TCP_SNDLOWAT: only its socket API uses that.
 */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define TCP_MSS                        (65535 - 14 - 40)
#define TCP_SNDLOWAT                   (0xffff / 2)
#define LWIP_WND_SCALE                 1
#define TCP_RCV_SCALE                  7
#define TCP_WND                        (4 * 1024 * 1024) /* with less, a sender waits for acknowledgements */
#define TCP_WND_UPDATE_THRESHOLD       (TCP_WND / 4)
#define TCP_SND_BUF                    (1024 * 1024)
#define TCP_SND_QUEUELEN               1600 /* pbufs: two for each segment of 1460 bytes in TCP_SND_BUF */
#define LWIP_TCP_SACK_OUT              1 /* RFC 2018, as receiver */
#define TCP_LISTEN_BACKLOG             1

/* -- One instruction instead of a call (lwip/def.h) */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define lwip_htons(x) __builtin_bswap16(x)
#define lwip_htonl(x) __builtin_bswap32(x)
#endif

#endif
