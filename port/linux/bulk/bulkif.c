/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/bulkif.h"

#include "linux/bulk/large.h"
#include "lwip/etharp.h"
#include "lwip/ip4_frag.h"
#include "lwip/prot/ip.h"
#include "lwip/prot/ip4.h"
#include "lwip/stats.h"

/* Up to this a frame is copied into a small pbuf, so that it does not keep a large buffer. */
#define SMALL 1600

#if !LWIP_CHECKSUM_CTRL_PER_NETIF
#error "checksums are a netif's own affair here: LWIP_CHECKSUM_CTRL_PER_NETIF must be 1"
#endif

static struct bulkif *bulkif_of(const struct netif *netif)
{
	return netif->state;
}

/* What lwIP computes and checks, unless a frame is vouched for. */
static u16_t own_checksums(const struct bulkif *bulk)
{
	return NETIF_CHECKSUM_ENABLE_ALL & (u16_t) ~(bulk->offload ? NETIF_CHECKSUM_GEN_TCP : 0);
}

/* -- From lwIP */

static err_t bulkif_linkoutput(struct netif *netif, struct pbuf *p)
{
	struct bulkif *bulk = bulkif_of(netif);

	if (bulk->out.count == OUTBOX_FRAMES)
		bulkif_flush(netif);
	outbox_put(&bulk->out, p);
	return ERR_OK;
}

/* Of IPv4, with offload: what the kernel does not cut is cut here. */
static err_t bulkif_output(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	const struct ip_hdr *ip = p->payload;
	u16_t mtu = netif->mtu;
	err_t err;

	if (p->tot_len <= bulkif_of(netif)->ether.mtu || IPH_PROTO(ip) == IP_PROTO_TCP)
		return etharp_output(netif, p, to);
	netif->mtu = bulkif_of(netif)->ether.mtu;
	err = ip4_frag(p, netif, to);
	netif->mtu = mtu;
	return err;
}

static void send_batch(struct netif *netif)
{
	struct bulkif *bulk = bulkif_of(netif);
	struct bulkif_batch *batch = &bulk->batch;
	unsigned int sent = batch->count > 0 ? bulk->send(netif, batch->frames, batch->count) : 0;

#if LINK_STATS
	lwip_stats.link.xmit = (STAT_COUNTER)(lwip_stats.link.xmit + sent);
	lwip_stats.link.drop = (STAT_COUNTER)(lwip_stats.link.drop + batch->count - sent);
#else
	(void)sent;
#endif
	batch->count = 0;
	batch->pieces = 0;
}

/* To what is sent with the next system call. */
static void add_to_batch(struct bulkif *bulk, const struct outbox_frame *frame)
{
	struct bulkif_batch *batch = &bulk->batch;
	struct virtio_net_hdr *header = &batch->headers[batch->count];
	struct iovec *iov = &batch->iov[batch->pieces];
	int pieces = etherif_pieces(frame->p, iov + 1);

	*header = (struct virtio_net_hdr){ .flags = 0 };
	iov[0] = (struct iovec){ header, bulk->headers ? sizeof(*header) : 0 };
	if (frame->is_tcp && bulk->offload)
		offload_sent(frame->p->payload, &frame->place, bulk->ether.mtu, header);
	else if (frame->p->tot_len > bulk->ether.mtu + ETHERIF_OVERHEAD)
		pieces = 0;
	if (pieces == 0) {
		LINK_STATS_INC(link.lenerr);
		return;
	}
	batch->frames[batch->count++] = (struct bulkif_frame){ iov, 1 + pieces };
	batch->pieces += 1 + pieces;
}

void bulkif_flush(struct netif *netif)
{
	struct bulkif *bulk = bulkif_of(netif);
	struct outbox *out = &bulk->out;

	for (unsigned int i = 0; i < out->count; i++) {
		if (out->frames[i].p == NULL)
			continue;
		if (bulk->batch.pieces > BULKIF_PIECES - (1 + ETHERIF_PIECES))
			send_batch(netif);
		add_to_batch(bulk, &out->frames[i]);
	}
	send_batch(netif);
	outbox_empty(out);
}

/* -- To lwIP */

bool bulkif_has_legal_length(const struct netif *netif, size_t length,
			     const struct virtio_net_hdr *header)
{
	bool legal = length <= (size_t)bulkif_of(netif)->ether.mtu + ETHERIF_OVERHEAD;

	if (!legal && header != NULL)
		legal = length <= 0xffff && offload_is_large_tcp(header);
	if (!legal)
		LINK_STATS_INC(link.lenerr);
	return legal;
}

void bulkif_input(struct netif *netif, struct pbuf *p, const struct virtio_net_hdr *header)
{
	const struct bulkif *bulk = bulkif_of(netif);
	u16_t flags = own_checksums(bulk);

	if (header != NULL && offload_is_vouched_for(header))
		flags &= (u16_t) ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);
	if (header != NULL && bulk->offload)
		offload_received(p->payload, p->len, bulk->ether.mtu, header);
	NETIF_SET_CHECKSUM_CTRL(netif, flags);
	LINK_STATS_INC(link.recv);
	large_input = header != NULL && offload_is_large_tcp(header);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	large_input = false;
}

struct pbuf *bulkif_pbuf(struct buffer *buffer, size_t length)
{
	struct pbuf *p = length <= SMALL ? pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL) : NULL;

	if (p == NULL)
		return buffers_hand_over(buffer, (uint16_t)length);
	pbuf_take(p, buffer->bytes + BUFFERS_HEADROOM, (u16_t)length);
	buffers_put_back(buffer);
	return p;
}

bool bulkif_follow(struct netif *netif)
{
	struct bulkif *bulk = bulkif_of(netif);

	if (bulk->polls++ % BULKIF_POLLS_FOR_LINK != 0)
		return false;
	etherif_follow(&bulk->ether, netif);
	return true;
}

void bulkif_start(struct netif *netif, const char name[2], const uint8_t hwaddr[6])
{
	struct bulkif *bulk = bulkif_of(netif);

	bulk->polls = 0;
	bulk->out.count = 0;
	bulk->batch.count = 0;
	bulk->batch.pieces = 0;
	etherif_start(netif, name, hwaddr, bulkif_linkoutput);
	if (bulk->offload)
		netif->output = bulkif_output;
	NETIF_SET_CHECKSUM_CTRL(netif, own_checksums(bulk));
	etherif_follow(&bulk->ether, netif);
}

void bulkif_stop(struct bulkif *bulk)
{
	outbox_empty(&bulk->out);
}
