/* SPDX-License-Identifier: BSD-3-Clause */
/* For spatch alone (--macro-file): what it takes lwIP's macros for that are no C of themselves. */
#define IF__NETIF_CHECKSUM_ENABLED(netif, flag) if (flag)
