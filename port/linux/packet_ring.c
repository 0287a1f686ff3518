/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/packet_ring.h"

#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for a frame of an MTU of 1500 and its header; larger ones come by recv(). */
#define SLOT_SIZE 2048
/* In bulk: a block takes a frame of 65,535 bytes. */
#define BLOCK_SIZE (1u << 17)
#define BLOCKS     16
#define RETIRE_MS  1 /* the shortest there is */

static struct tpacket2_hdr *slot_of(const struct packet_ring *ring)
{
	return (struct tpacket2_hdr *)(void *)(ring->map + (size_t)ring->at * SLOT_SIZE);
}

static struct tpacket_block_desc *block_of(const struct packet_ring *ring)
{
	return (struct tpacket_block_desc *)(void *)(ring->map + (size_t)ring->at * BLOCK_SIZE);
}

static uint32_t *status_of(const struct packet_ring *ring)
{
	return ring->bulk ? &block_of(ring)->hdr.bh1.block_status : &slot_of(ring)->tp_status;
}

/* The kernel writes a frame before its status, and reads the status before the frame's place. */
static bool is_ours(const struct packet_ring *ring)
{
	return __atomic_load_n(status_of(ring), __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

static void give_back(struct packet_ring *ring)
{
	__atomic_store_n(status_of(ring), (uint32_t)TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	ring->at = (ring->at + 1) % ring->count;
}

static int set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value));
}

int packet_ring_open(struct packet_ring *ring, int fd, bool bulk, unsigned int slots)
{
	const unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE);
	/* Blocks of one page, or many: a slot must not lie in two of them. */
	struct tpacket_req3 request = { .tp_block_size = page,
					.tp_block_nr = slots * SLOT_SIZE / page,
					.tp_frame_size = SLOT_SIZE,
					.tp_frame_nr = slots };
	void *map;

	*ring = (struct packet_ring){ .bulk = bulk, .count = bulk ? BLOCKS : slots };
	if (bulk)
		request = (struct tpacket_req3){ .tp_block_size = BLOCK_SIZE,
						 .tp_block_nr = BLOCKS,
						 .tp_frame_size = SLOT_SIZE,
						 .tp_frame_nr = BLOCKS * (BLOCK_SIZE / SLOT_SIZE),
						 .tp_retire_blk_tov = RETIRE_MS };
	if (set(fd, PACKET_VERSION, bulk ? TPACKET_V3 : TPACKET_V2) < 0 ||
	    set(fd, PACKET_VNET_HDR, 1) < 0)
		return -1;
	if (!bulk && set(fd, PACKET_COPY_THRESH, 1) < 0)
		return -1;
	if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request,
		       bulk ? sizeof(request) : sizeof(struct tpacket_req)) < 0)
		return -1;
	ring->size = (size_t)request.tp_block_size * request.tp_block_nr;
	map = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	ring->map = map;
	return 0;
}

void packet_ring_close(struct packet_ring *ring)
{
	if (ring->map != NULL)
		munmap(ring->map, ring->size);
	ring->map = NULL;
}

/* The header of virtio stands right before the frame (net/packet/af_packet.c, tpacket_rcv()). */
static void place(struct packet_frame *frame, uint8_t *header, uint16_t mac)
{
	frame->bytes = header + mac;
	frame->offload = (const void *)(frame->bytes - sizeof(*frame->offload));
}

static void read_slot(const struct packet_ring *ring, struct packet_frame *frame)
{
	const struct tpacket2_hdr *slot = slot_of(ring);

	*frame = (struct packet_frame){ .size = slot->tp_snaplen,
					.length = slot->tp_len,
					.status = slot->tp_status,
					.vlan_tci = slot->tp_vlan_tci,
					.vlan_tpid = slot->tp_vlan_tpid };
	place(frame, (uint8_t *)slot_of(ring), slot->tp_mac);
}

static void read_in_block(const struct packet_ring *ring, struct packet_frame *frame)
{
	const struct tpacket3_hdr *header = (const void *)ring->in_block;

	*frame = (struct packet_frame){ .size = header->tp_snaplen,
					.length = header->tp_len,
					.status = header->tp_status,
					.vlan_tci = (uint16_t)header->hv1.tp_vlan_tci,
					.vlan_tpid = header->hv1.tp_vlan_tpid };
	place(frame, ring->in_block, header->tp_mac);
}

/* Whether there is a block with a frame that was not read yet. */
static bool begin_block(struct packet_ring *ring)
{
	while (ring->left == 0) {
		const struct tpacket_block_desc *block = block_of(ring);

		if (!is_ours(ring))
			return false;
		ring->left = block->hdr.bh1.num_pkts;
		ring->in_block = (uint8_t *)block_of(ring) + block->hdr.bh1.offset_to_first_pkt;
		if (ring->left == 0)
			give_back(ring);
	}
	return true;
}

bool packet_ring_peek(struct packet_ring *ring, struct packet_frame *frame)
{
	if (ring->bulk && begin_block(ring)) {
		read_in_block(ring, frame);
		return true;
	}
	if (!ring->bulk && is_ours(ring)) {
		read_slot(ring, frame);
		return true;
	}
	return false;
}

void packet_ring_next(struct packet_ring *ring)
{
	if (ring->bulk && --ring->left > 0)
		ring->in_block +=
			((const struct tpacket3_hdr *)(void *)ring->in_block)->tp_next_offset;
	else
		give_back(ring);
}
