/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash for lwIP's lists of TCP pcbs, so that what a segment costs does not grow with their number: for tens of
 * thousands of connections. Off unless asked for (LWIP_PATCHES=tcp_hash).
 *
 * lwIP finds the pcb of a segment by walking its lists; it walks them, too, to take a pcb out of one and to see
 * which ports are in use. tcp_hash.cocci rewrites these statements, one for one and without moving a line, into
 * calls of what is declared here:
 *
 *   - Each pcb knows the one before it in its list, so that it is taken out at once.
 *   - The active ones, those in TIME_WAIT and the listeners are also in chains, by addresses and ports. A chain has
 *     its list's order. lwIP's loops walk the chain in the list's place, and compare as before.
 *   - Of each port it is known how many pcbs have it.
 *
 * The lists stay what they are, in the same order, for all others: timers, the choice of a pcb to give up when there
 * is no memory, applications that look at them. Their links are in two of the pcb's ext_args (lwIP, tcp_ext_arg_set()):
 * LWIP_TCP_PCB_NUM_EXT_ARGS must be 2, or 2 more than others need. On a 64-bit machine a pcb takes 32 bytes more, and
 * 32 for the chains; the ports take 128 KiB.
 *
 * Where a chain's bucket is depends on a secret, so that nobody outside can fill one.
 */
#ifndef PORT_PATCHES_TCP_HASH_H
#define PORT_PATCHES_TCP_HASH_H

#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"

#if LWIP_TCP_PCB_NUM_EXT_ARGS < 2
#error "tcp_hash needs two ext_args of each pcb: LWIP_TCP_PCB_NUM_EXT_ARGS must be 2 at least"
#endif

/**
 * Chains of each kind, unless lwipopts.h says otherwise. Twice as many as pcbs, so that most are empty: of one that is
 * not, a new connection's SYN brings a pcb into the processor's cache to compare it in vain.
 */
#ifndef TCP_HASH_BUCKETS
#define TCP_HASH_BUCKETS (2 * MEMP_NUM_TCP_PCB)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A pcb has become the first of a list: so it does of its chain.
 *
 * @param list  one of tcp_pcb_lists
 * @param pcb   *list; a listener is taken for a struct tcp_pcb, as in lwIP's lists
 */
void tcp_hash_link(struct tcp_pcb **list, struct tcp_pcb *pcb);

/**
 * Takes a pcb out of its list and chain. Its next stays, for whoever walks the list.
 *
 * @param list  one of tcp_pcb_lists
 * @param pcb   in that list, or in none: then nothing happens
 */
void tcp_hash_unlink(struct tcp_pcb **list, struct tcp_pcb *pcb);

/** Makes a pcb that is in no list, and whose next is *list, the first of a list. */
void tcp_hash_put_first(struct tcp_pcb **list, struct tcp_pcb *pcb);

/**
 * @param list                      &tcp_active_pcbs or &tcp_tw_pcbs
 * @param local_port, remote_port   in host order
 * @return the first pcb of the chain that has those of this connection, among others; NULL: it is empty
 */
struct tcp_pcb *tcp_hash_find(struct tcp_pcb **list, const ip_addr_t *local, u16_t local_port,
			      const ip_addr_t *remote, u16_t remote_port);

/** The same for the segment that lwIP is at, of which hdr is the header, with ports in host order. */
struct tcp_pcb *tcp_hash_meant(struct tcp_pcb **list, const struct tcp_hdr *hdr);

/** @return the next of its chain; NULL: it is the last */
struct tcp_pcb *tcp_hash_next(const struct tcp_pcb *pcb);

/** The same for the listeners. */
struct tcp_pcb_listen *tcp_hash_meant_listener(const struct tcp_hdr *hdr);
struct tcp_pcb_listen *tcp_hash_next_listener(const struct tcp_pcb_listen *listener);

/** @return whether any pcb in any list has this local port, in host order */
int tcp_hash_port_used(u16_t port);

/** @return the first pcb of tcp_pcb_lists[i]; NULL, too, when no pcb in any list has this local port */
struct tcp_pcb *tcp_hash_port_list(int i, u16_t port);

#ifdef __cplusplus
}
#endif

#define TCP_HASH_REG(pcbs, pcb)             \
	do {                                \
		TCP_REG(pcbs, pcb);         \
		tcp_hash_link((pcbs), pcb); \
	} while (0)

#define TCP_HASH_RMV(pcbs, pcb)               \
	do {                                  \
		tcp_hash_unlink((pcbs), pcb); \
		(pcb)->next = NULL;           \
	} while (0)

#define TCP_HASH_REG_ACTIVE(pcb)                     \
	do {                                         \
		TCP_HASH_REG(&tcp_active_pcbs, pcb); \
		tcp_active_pcbs_changed = 1;         \
	} while (0)

#define TCP_HASH_RMV_ACTIVE(pcb)                     \
	do {                                         \
		TCP_HASH_RMV(&tcp_active_pcbs, pcb); \
		tcp_active_pcbs_changed = 1;         \
	} while (0)

#endif
