/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all profiles for a board have in common: config/minimal, config/default and config/lab say what each
 * has beyond that. Whatever is not mentioned is lwIP's default (opt.h).
 */
#ifndef CONFIG_MCU_H
#define CONFIG_MCU_H

/* -- The system: no threads, and no interrupt that enters lwIP. */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0 /* needs threads */
#define LWIP_SOCKET          0 /* likewise */

/* -- The hooks: they cost nothing where TCP_TRACE and TCP_GUARD are 0. */
#define LWIP_HOOK_FILENAME "lwip_hooks.h"

#define LWIP_NETIF_LINK_CALLBACK 1 /* the firmware hears of the cable */
#define MEM_ALIGNMENT            4
#define TCP_LISTEN_BACKLOG       1 /* a listener's queue has an end; the guard needs to know it */

/* -- Ethernet. The controller holds six full frames: so much may be on its way here, of all connections. */
#define TCP_MSS 1460 /* an Ethernet frame */
#define TCP_WND (4 * TCP_MSS)

#endif
