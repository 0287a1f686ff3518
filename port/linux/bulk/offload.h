/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP leaves to the kernel, and the kernel to lwIP: the checksum of a TCP segment, and to cut a large one
 * into frames. A header of virtio before each frame says so (virtio 1.2, 5.1.6; kernel,
 * Documentation/networking/tuntap.rst).
 *
 * lwIP knows one MSS, that of its segments. So the driver tells it of an interface with an MTU of OFFLOAD_MTU, and
 * translates where that would be seen: the MSS that lwIP announces is made that of the link, and where the peer
 * announces at least as much, lwIP is told the largest multiple of it that fits. lwIP then makes segments of up to
 * 64 KiB, which leave as frames of the link's size. A peer with less gets segments of its own size.
 */
#ifndef PORT_LINUX_BULK_OFFLOAD_H
#define PORT_LINUX_BULK_OFFLOAD_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A frame of this MTU and its Ethernet header are what a pbuf can tell. */
#ifndef OFFLOAD_MTU
#define OFFLOAD_MTU (65535 - 14)
#endif

/** The places of a TCP segment in its Ethernet frame, in bytes from the frame's start. */
struct tcp_place {
	bool v6;
	uint16_t ip, tcp, payload;
	uint16_t length; /**< of the payload, as IP tells it */
};

/**
 * @param bytes  the beginning of an Ethernet frame, with all headers
 * @param size   so many bytes are there
 * @param frame  so many bytes the frame has
 * @return whether it is a whole TCP segment, in one IP packet without options
 */
bool offload_find_tcp(const uint8_t *bytes, size_t size, size_t frame, struct tcp_place *place);

/**
 * A frame of lwIP's is about to leave: completes the header, and in the frame what the kernel needs to go on.
 *
 * @param bytes   a TCP segment whose checksum was not computed
 * @param mtu     of the link, in bytes
 * @param header  is filled in
 */
void offload_sent(uint8_t *bytes, const struct tcp_place *place, unsigned int mtu,
		  struct virtio_net_hdr *header);

/**
 * A frame has come for lwIP: translates the MSS of a SYN, and its checksum with it.
 *
 * @param bytes   any frame
 * @param mtu     of the link, in bytes
 * @param header  as it came with the frame
 */
void offload_received(uint8_t *bytes, size_t size, unsigned int mtu,
		      const struct virtio_net_hdr *header);

/** @return whether the kernel vouches for a frame's checksums of TCP and UDP */
bool offload_is_vouched_for(const struct virtio_net_hdr *header);

/** @return whether a frame may be larger than the MTU: it holds several segments of TCP's */
bool offload_is_large_tcp(const struct virtio_net_hdr *header);

#ifdef __cplusplus
}
#endif

#endif
