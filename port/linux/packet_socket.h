/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet socket at one interface (packet(7)): what the drivers on top of it have in common.
 */
#ifndef PORT_LINUX_PACKET_SOCKET_H
#define PORT_LINUX_PACKET_SOCKET_H

#include "linux/packet_ring.h"

#ifdef __cplusplus
extern "C" {
#endif

struct packet_socket_plan {
	const char *name;      /**< of the interface */
	const uint8_t *hwaddr; /**< lwIP's Ethernet address, 6 bytes */
	bool shared;           /**< others use the segment, too: see struct packetif */
	bool bulk;             /**< the kind of ring: linux/packet_ring.h */
	unsigned int slots;    /**< without bulk; likewise */
};

/**
 * Opens a non-blocking packet socket with its ring. Needs CAP_NET_RAW in the network namespace.
 *
 * @param ring     is opened, too; when the call fails, it may be open and is to be closed
 * @param ifindex  becomes the interface's number
 * @param failed   becomes the step that errno is about
 * @return the descriptor; -1 with errno set
 */
int packet_socket_open(const struct packet_socket_plan *plan, struct packet_ring *ring,
		       int *ifindex, const char **failed);

/** @return how many frames the kernel has dropped for want of room, since the last call */
unsigned int packet_socket_lost(int fd);

/** That the interface went down is told to the socket, whose next call would fail, long after it is up again. */
void packet_socket_forget_error(int fd);

#ifdef __cplusplus
}
#endif

#endif
