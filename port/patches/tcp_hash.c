/* SPDX-License-Identifier: BSD-3-Clause */
#include "patches/tcp_hash.h"

#include "lwip/memp.h"

/* The first of each chain. Side by side, since a SYN is looked for in both: the processor fetches them at once. */
static struct {
	struct tcp_pcb *active, *time_wait;
} chains[TCP_HASH_BUCKETS];
static struct tcp_pcb *listeners[MEMP_NUM_TCP_PCB_LISTEN];
static u16_t users[0x10000]; /* of each local port */
static u8_t before_id, chain_id;
static uint64_t secret;
static u8_t ready;

static void get_ready(void)
{
	before_id = tcp_ext_arg_alloc_id();
	chain_id = tcp_ext_arg_alloc_id();
	secret = (uint64_t)LWIP_RAND() << 32;
	secret |= LWIP_RAND();
	ready = 1;
}

/* -- The links */

static struct tcp_pcb *before(const struct tcp_pcb *pcb)
{
	return pcb->ext_args[before_id].data;
}

static void set_before(struct tcp_pcb *pcb, struct tcp_pcb *other)
{
	pcb->ext_args[before_id].data = other;
}

struct tcp_pcb *tcp_hash_next(const struct tcp_pcb *pcb)
{
	return pcb->ext_args[chain_id].data;
}

static void set_next(struct tcp_pcb *pcb, struct tcp_pcb *other)
{
	pcb->ext_args[chain_id].data = other;
}

/* -- The chains */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t mix_address(uint64_t hash, const ip_addr_t *address)
{
#if LWIP_IPV6
	if (IP_IS_V6(address)) {
		const u32_t *words = ip_2_ip6(address)->addr;

		hash = mix(hash, (uint64_t)words[0] << 32 | words[1]);
		return mix(hash, (uint64_t)words[2] << 32 | words[3]);
	}
#endif
#if LWIP_IPV4
	hash = mix(hash, ip_2_ip4(address)->addr);
#endif
	return hash;
}

/* One of so many. */
static u32_t choose(uint64_t hash, u32_t count)
{
	return (u32_t)((hash >> 32) * count >> 32);
}

static struct tcp_pcb **connection_chain(struct tcp_pcb **list, const ip_addr_t *local,
					 u16_t local_port, const ip_addr_t *remote,
					 u16_t remote_port)
{
	uint64_t hash = mix(secret, (u32_t)local_port << 16 | remote_port);

	u32_t i;

	hash = mix_address(mix_address(hash, remote), local);
	i = choose(hash, TCP_HASH_BUCKETS);
	return list == &tcp_active_pcbs ? &chains[i].active : &chains[i].time_wait;
}

static struct tcp_pcb **listener_chain(u16_t port)
{
	return &listeners[choose(mix(secret, port), MEMP_NUM_TCP_PCB_LISTEN)];
}

/* NULL: nobody looks for those of this list. */
static struct tcp_pcb **chain_of(struct tcp_pcb **list, const struct tcp_pcb *pcb)
{
	if (list == &tcp_bound_pcbs)
		return NULL;
	if (list == &tcp_listen_pcbs.pcbs)
		return listener_chain(pcb->local_port);
	return connection_chain(list, &pcb->local_ip, pcb->local_port, &pcb->remote_ip,
				pcb->remote_port);
}

static void leave_chain(struct tcp_pcb **chain, struct tcp_pcb *pcb)
{
	struct tcp_pcb *other = *chain;

	if (other == pcb) {
		*chain = tcp_hash_next(pcb);
		return;
	}
	while (tcp_hash_next(other) != pcb)
		other = tcp_hash_next(other);
	set_next(other, tcp_hash_next(pcb));
}

/* -- The lists */

void tcp_hash_link(struct tcp_pcb **list, struct tcp_pcb *pcb)
{
	struct tcp_pcb **chain;

	if (!ready)
		get_ready();
	set_before(pcb, NULL);
	if (pcb->next != NULL)
		set_before(pcb->next, pcb);
	chain = chain_of(list, pcb);
	if (chain != NULL) {
		set_next(pcb, *chain);
		*chain = pcb;
	}
	users[pcb->local_port]++;
}

void tcp_hash_unlink(struct tcp_pcb **list, struct tcp_pcb *pcb)
{
	struct tcp_pcb **chain;

	if (*list != pcb && before(pcb) == NULL)
		return;
	if (*list == pcb)
		*list = pcb->next;
	else
		before(pcb)->next = pcb->next;
	if (pcb->next != NULL)
		set_before(pcb->next, before(pcb));
	set_before(pcb, NULL);
	chain = chain_of(list, pcb);
	if (chain != NULL)
		leave_chain(chain, pcb);
	users[pcb->local_port]--;
}

void tcp_hash_put_first(struct tcp_pcb **list, struct tcp_pcb *pcb)
{
	*list = pcb;
	tcp_hash_link(list, pcb);
}

/* -- Looking for one */

struct tcp_pcb *tcp_hash_find(struct tcp_pcb **list, const ip_addr_t *local, u16_t local_port,
			      const ip_addr_t *remote, u16_t remote_port)
{
	return *connection_chain(list, local, local_port, remote, remote_port);
}

struct tcp_pcb *tcp_hash_meant(struct tcp_pcb **list, const struct tcp_hdr *hdr)
{
	return tcp_hash_find(list, ip_current_dest_addr(), hdr->dest, ip_current_src_addr(),
			     hdr->src);
}

struct tcp_pcb_listen *tcp_hash_meant_listener(const struct tcp_hdr *hdr)
{
	return (struct tcp_pcb_listen *)(void *)*listener_chain(hdr->dest);
}

struct tcp_pcb_listen *tcp_hash_next_listener(const struct tcp_pcb_listen *listener)
{
	return listener->ext_args[chain_id].data;
}

int tcp_hash_port_used(u16_t port)
{
	return users[port] > 0;
}

struct tcp_pcb *tcp_hash_port_list(int i, u16_t port)
{
	return tcp_hash_port_used(port) ? *tcp_pcb_lists[i] : NULL;
}
