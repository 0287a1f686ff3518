/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/packetif.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/packet_socket.h"
#include "lwip/inet_chksum.h"
#include "lwip/stats.h"

/* lwIP's lengths have 16 bits. */
#define SLOTS    512 /* in lock-step few frames wait */
#define LARGEST  0xffffu
#define VLAN_TAG 4

static struct packetif *packetif_of(const struct netif *netif)
{
	return netif->state;
}

/* -- To the interface */

static err_t packetif_linkoutput(struct netif *netif, struct pbuf *p)
{
	struct virtio_net_hdr nothing_left_to_do = { .flags = 0 };
	struct iovec iov[1 + ETHERIF_PIECES] = { { &nothing_left_to_do,
						   sizeof(nothing_left_to_do) } };
	struct msghdr message = { .msg_iov = iov };
	int n = etherif_pieces(p, iov + 1);
	ssize_t sent;

	if (n == 0) {
		LINK_STATS_INC(link.lenerr);
		return ERR_BUF;
	}
	message.msg_iovlen = (size_t)n + 1;
	do {
		sent = sendmsg(packetif_of(netif)->fd, &message, 0);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		LINK_STATS_INC(link.drop);
		/* It is down, or has no carrier. A cable does not tell that to the sender. */
		return errno == ENETDOWN || errno == ENOBUFS ? ERR_OK : ERR_IF;
	}
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

/* -- From the interface */

/* Each frame that lwIP sent is charged to the socket until IP, or who drops it, takes it over. */
bool packetif_is_delivered(const struct netif *netif)
{
	int queued = 0;

	return ioctl(packetif_of(netif)->fd, SIOCOUTQ, &queued) == 0 && queued == 0;
}

/* What the ring had no room for waits in the socket's queue, behind a header of its own. */
static bool fetch_large(struct packetif *packet, struct packet_frame *frame)
{
	struct virtio_net_hdr header;
	struct iovec iov[] = { { &header, sizeof(header) }, { packet->large, LARGEST } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t size;

	do {
		size = recvmsg(packet->fd, &message, MSG_DONTWAIT | MSG_TRUNC);
	} while (size < 0 && errno == EINTR);
	frame->bytes = packet->large;
	frame->size = frame->length;
	return size >= 0 && (size_t)size == sizeof(header) + frame->length &&
	       frame->length <= LARGEST;
}

/* As the hardware would (kernel, skb_checksum_help()): the field holds the pseudo header's sum. */
static bool complete_checksum(const struct packet_frame *frame)
{
	uint32_t start = frame->offload->csum_start;
	uint32_t field = start + frame->offload->csum_offset;
	uint16_t sum;

	if (!(frame->offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	if (field + sizeof(sum) > frame->size)
		return false;
	sum = inet_chksum(frame->bytes + start, (u16_t)(frame->size - start));
	if (sum == 0)
		sum = 0xffff;
	memcpy(frame->bytes + field, &sum, sizeof(sum));
	return true;
}

static bool is_tagged(const struct packet_frame *frame)
{
	return frame->status & TP_STATUS_VLAN_VALID;
}

static uint32_t whole_length(const struct packet_frame *frame)
{
	return frame->length + (is_tagged(frame) ? VLAN_TAG : 0);
}

/* TCP segments that are one, or were not cut into many yet. */
static bool is_large_tcp(const struct packet_frame *frame)
{
	unsigned int type = frame->offload->gso_type & ~(unsigned int)VIRTIO_NET_HDR_GSO_ECN;

	return type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6;
}

static bool has_legal_length(const struct netif *netif, const struct packet_frame *frame)
{
	uint32_t length = whole_length(frame);

	if (frame->length < ETH_HLEN || length > LARGEST)
		return false;
	if (frame->offload->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return length <= (uint32_t)netif->mtu + ETHERIF_OVERHEAD;
	return is_large_tcp(frame);
}

/* The tag follows the two addresses (IEEE 802.1Q). */
static void copy_frame(struct pbuf *p, const struct packet_frame *frame)
{
	const uint16_t tag[2] = { htons(frame->vlan_tpid), htons(frame->vlan_tci) };
	const uint16_t size = (uint16_t)frame->size, addresses = 2 * ETH_ALEN;

	if (!is_tagged(frame)) {
		pbuf_take(p, frame->bytes, size);
		return;
	}
	pbuf_take(p, frame->bytes, addresses);
	pbuf_take_at(p, tag, VLAN_TAG, addresses);
	pbuf_take_at(p, frame->bytes + addresses, (u16_t)(size - addresses), addresses + VLAN_TAG);
}

static void count_lost(const struct packetif *packet)
{
#if LINK_STATS
	lwip_stats.link.drop =
		(STAT_COUNTER)(lwip_stats.link.drop + packet_socket_lost(packet->fd));
#else
	(void)packet;
#endif
}

static void drop(struct packet_ring *ring)
{
	LINK_STATS_INC(link.lenerr);
	packet_ring_next(ring);
}

/* Hands one frame on. Returns 1; 0 when none waits or no pbuf is free. */
static int read_frame(struct netif *netif)
{
	struct packetif *packet = packetif_of(netif);
	struct packet_frame frame;
	struct pbuf *p = NULL;
	bool legal;

	if (!packet_ring_peek(&packet->ring, &frame))
		return 0;
	if (frame.status & TP_STATUS_LOSING)
		count_lost(packet);
	legal = has_legal_length(netif, &frame);
	if (legal) {
		p = pbuf_alloc(PBUF_RAW, (u16_t)whole_length(&frame), PBUF_POOL);
		if (p == NULL)
			LINK_STATS_INC(link.memerr);
		if (p == NULL && !is_large_tcp(&frame))
			return 0;
	}
	/* It leaves its queue in any case. */
	if (frame.status & TP_STATUS_COPY)
		legal = fetch_large(packet, &frame) && legal;
	if (p == NULL || !legal || frame.size != frame.length || !complete_checksum(&frame)) {
		if (p != NULL)
			pbuf_free(p);
		drop(&packet->ring);
		return 1;
	}
	copy_frame(p, &frame);
	packet_ring_next(&packet->ring);
	LINK_STATS_INC(link.recv);
	if (netif->input(p, netif) != ERR_OK)
		pbuf_free(p);
	return 1;
}

int packetif_poll(struct netif *netif, int budget)
{
	struct packetif *packet = packetif_of(netif);
	int frames = 0;

	etherif_follow(&packet->ether, netif);
	packet_socket_forget_error(packet->fd);
	while (frames < budget && read_frame(netif) > 0)
		frames++;
	if (frames > 0 || !packet->ether.gone)
		return frames;
	errno = ENODEV;
	return ERR_IF;
}

void packetif_ask_link(struct netif *netif)
{
	etherif_ask(&packetif_of(netif)->ether);
}

int packetif_fd(const struct netif *netif)
{
	return packetif_of(netif)->fd;
}

int packetif_link_fd(const struct netif *netif)
{
	return mnl_socket_get_fd(packetif_of(netif)->ether.link);
}

/* -- Opening and closing */

static int open_socket(struct packetif *packet)
{
	const struct packet_socket_plan plan = { packet->name, packet->hwaddr, packet->shared,
						 packet->bulk, SLOTS };

	packet->fd =
		packet_socket_open(&plan, &packet->ring, &packet->ether.ifindex, &packet->failed);
	return packet->fd < 0 ? -1 : 0;
}

static int open_rest(struct packetif *packet)
{
	packet->failed = "get memory for large frames";
	packet->large = malloc(LARGEST);
	if (packet->large == NULL)
		return -1;
	packet->failed = "open an rtnetlink socket";
	return etherif_open(&packet->ether);
}

err_t packetif_init(struct netif *netif)
{
	struct packetif *packet = packetif_of(netif);
	int error;

	packet->fd = -1;
	packet->large = NULL;
	packet->ring.map = NULL;
	packet->ether = (struct etherif){ .name = packet->name, .up = IFF_UP | IFF_LOWER_UP };
	if (open_socket(packet) < 0 || open_rest(packet) < 0) {
		error = errno;
		packetif_close(packet);
		errno = error;
		return ERR_IF;
	}
	packet->failed = NULL;
	etherif_start(netif, "pk", packet->hwaddr, packetif_linkoutput);
	etherif_follow(&packet->ether, netif);
	return ERR_OK;
}

void packetif_close(struct packetif *packet)
{
	packet_ring_close(&packet->ring);
	etherif_close(&packet->ether);
	if (packet->fd >= 0)
		close(packet->fd);
	free(packet->large);
	packet->large = NULL;
	packet->fd = -1;
}
