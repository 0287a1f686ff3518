/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/bulk/packetif_bulk.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/packet_socket.h"
#include "lwip/stats.h"

/* lwIP's lengths have 16 bits. */
#define LARGEST 0xffffu
#define BUFFERS 512
/*
 * 16 MB of the kernel's memory, for what lwIP is answered before it reads again: of an acknowledgement that was lost and
 * was the connection's last it takes note by its time-out.
 */
#define SLOTS 8192
/* In bytes: for frames that have no room in a slot of the ring, and for those on their way to the other end. */
#define ROOM (32 << 20)

static struct packetif_bulk *packetif_of(const struct netif *netif)
{
	return netif->state;
}

static unsigned int packetif_send(struct netif *netif, const struct bulkif_frame *frames,
				  unsigned int count)
{
	struct mmsghdr messages[OUTBOX_FRAMES];
	unsigned int done = 0, lost = 0;
	int sent;

	for (unsigned int i = 0; i < count; i++)
		messages[i] =
			(struct mmsghdr){ .msg_hdr = { .msg_iov = frames[i].iov,
						       .msg_iovlen = (size_t)frames[i].pieces } };
	while (done < count) {
		sent = sendmmsg(packetif_of(netif)->fd, messages + done, count - done, 0);
		if (sent < 0 && errno == EINTR)
			continue;
		/* The first of them. It is down, or has no carrier: a cable does not tell that to the sender. */
		if (sent < 0)
			lost += errno != ENETDOWN && errno != ENOBUFS;
		done += sent > 0 ? (unsigned int)sent : 1;
	}
	return count - lost;
}

/* -- Opening and closing */

/* Without CAP_NET_ADMIN, or before Linux 5.19 outside of the first user namespace, there is a limit: rmem_max. */
static int set_room(int fd, int option, int forced)
{
	const int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, forced, &room, sizeof(room)) == 0)
		return 0;
	return errno == EPERM ? setsockopt(fd, SOL_SOCKET, option, &room, sizeof(room)) : -1;
}

static int open_socket(struct packetif_bulk *packet)
{
	const struct packet_socket_plan plan = { packet->name, packet->hwaddr, packet->shared,
						 false, SLOTS };

	packet->fd = packet_socket_open(&plan, &packet->ring, &packet->bulk.ether.ifindex,
					&packet->failed);
	if (packet->fd < 0)
		return -1;
	packet->failed = "make room for frames in the packet socket's queues";
	if (set_room(packet->fd, SO_RCVBUF, SO_RCVBUFFORCE) < 0)
		return -1;
	return set_room(packet->fd, SO_SNDBUF, SO_SNDBUFFORCE);
}

static int open_rest(struct packetif_bulk *packet)
{
	packet->failed = "get memory for frames";
	packet->buffers = buffers_open(LARGEST, BUFFERS);
	if (packet->buffers == NULL)
		return -1;
	packet->failed = "open an rtnetlink socket";
	return etherif_open(&packet->bulk.ether);
}

err_t packetif_bulk_init(struct netif *netif)
{
	struct packetif_bulk *packet = packetif_of(netif);
	int error;

	packet->fd = -1;
	packet->buffers = NULL;
	packet->ring.map = NULL;
	packet->bulk =
		(struct bulkif){ .offload = packet->offload,
				 .headers = true,
				 .ether = { .name = packet->name,
					    .up = IFF_UP | IFF_LOWER_UP,
					    .claimed_mtu = packet->offload ? OFFLOAD_MTU : 0 },
				 .send = packetif_send };
	if (open_socket(packet) < 0 || open_rest(packet) < 0) {
		error = errno;
		packetif_bulk_close(packet);
		errno = error;
		return ERR_IF;
	}
	packet->failed = NULL;
	bulkif_start(netif, "pb", packet->hwaddr);
	return ERR_OK;
}

void packetif_bulk_close(struct packetif_bulk *packet)
{
	bulkif_stop(&packet->bulk);
	packet_ring_close(&packet->ring);
	etherif_close(&packet->bulk.ether);
	if (packet->buffers != NULL)
		buffers_close(packet->buffers);
	if (packet->fd >= 0)
		close(packet->fd);
	packet->buffers = NULL;
	packet->fd = -1;
}

/* -- From the ring */

static void count_lost(const struct packetif_bulk *packet)
{
#if LINK_STATS
	lwip_stats.link.drop =
		(STAT_COUNTER)(lwip_stats.link.drop + packet_socket_lost(packet->fd));
#else
	(void)packet;
#endif
}

/* What a slot of the ring has no room for waits in the socket's queue, behind a header of its own. */
static bool fetch_large(int fd, struct buffer *buffer, const struct packet_frame *frame)
{
	const size_t before = sizeof(struct virtio_net_hdr);
	ssize_t size;

	do {
		size = recv(fd, buffer->bytes + BUFFERS_HEADROOM - before, before + LARGEST,
			    MSG_DONTWAIT | MSG_TRUNC);
	} while (size < 0 && errno == EINTR);
	return size >= 0 && (size_t)size == before + frame->length && frame->length <= LARGEST;
}

/* Whether the buffer has the whole frame now. */
static bool take_frame(const struct packetif_bulk *packet, struct buffer *buffer,
		       const struct packet_frame *frame)
{
	if (frame->status & TP_STATUS_COPY)
		return fetch_large(packet->fd, buffer, frame);
	memcpy(buffer->bytes + BUFFERS_HEADROOM, frame->bytes, frame->size);
	return frame->size == frame->length;
}

/* To lwIP, unless it is not whole. */
static void hand_on(struct netif *netif, struct buffer *buffer, const struct packet_frame *frame)
{
	struct packetif_bulk *packet = packetif_of(netif);
	const struct virtio_net_hdr header = *frame->offload;
	const bool whole = take_frame(packet, buffer, frame);

	packet_ring_next(&packet->ring);
	if (whole && !(frame->status & TP_STATUS_VLAN_VALID)) {
		if (bulkif_has_legal_length(netif, frame->length, &header)) {
			bulkif_input(netif, bulkif_pbuf(buffer, frame->length), &header);
			return;
		}
	} else {
		LINK_STATS_INC(link.drop);
	}
	buffers_put_back(buffer);
}

/* Hands one frame on. Returns whether there was one, and a buffer free. */
static bool read_frame(struct netif *netif)
{
	struct packetif_bulk *packet = packetif_of(netif);
	struct packet_frame frame;
	struct buffer *buffer;

	if (!packet_ring_peek(&packet->ring, &frame))
		return false;
	buffer = buffers_take(packet->buffers);
	if (buffer == NULL) {
		LINK_STATS_INC(link.memerr);
		pbuf_free_ooseq();
		return false;
	}
	if (frame.status & TP_STATUS_LOSING)
		count_lost(packet);
	hand_on(netif, buffer, &frame);
	return true;
}

int packetif_bulk_poll(struct netif *netif, int budget)
{
	struct packetif_bulk *packet = packetif_of(netif);
	int frames = 0;

	if (bulkif_follow(netif))
		packet_socket_forget_error(packet->fd);
	while (frames < budget && read_frame(netif))
		frames++;
	bulkif_flush(netif);
	if (frames > 0 || !packet->bulk.ether.gone)
		return frames;
	errno = ENODEV;
	return ERR_IF;
}

void packetif_bulk_ask_link(struct netif *netif)
{
	etherif_ask(&packetif_of(netif)->bulk.ether);
}

int packetif_bulk_fd(const struct netif *netif)
{
	return packetif_of(netif)->fd;
}

int packetif_bulk_link_fd(const struct netif *netif)
{
	return mnl_socket_get_fd(packetif_of(netif)->bulk.ether.link);
}
