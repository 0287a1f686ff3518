/* SPDX-License-Identifier: BSD-3-Clause */
#include "linux/packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Frames to groups and to lwIP alone: decided in the kernel, before they take room in the ring. */
static int filter_others(int fd, const uint8_t *mac)
{
	const uint32_t first =
		(uint32_t)mac[0] << 24 | (uint32_t)mac[1] << 16 | (uint32_t)mac[2] << 8 | mac[3];
	const uint32_t last = (uint32_t)mac[4] << 8 | mac[5];
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 4, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, last, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int share(int fd, int ifindex, const uint8_t *hwaddr)
{
	struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };

	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) < 0)
		return -1;
	return filter_others(fd, hwaddr);
}

static int find_interface(int fd, const char *name)
{
	struct ifreq ifr = { .ifr_ifindex = 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ioctl(fd, SIOCGIFINDEX, &ifr) < 0 ? -1 : ifr.ifr_ifindex;
}

/* Ready for each frame before the first one: bind() comes last. */
static int set_up(int fd, const struct packet_socket_plan *plan, struct packet_ring *ring,
		  int *ifindex, const char **failed)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	const int on = 1;

	*failed = "find the interface";
	address.sll_ifindex = *ifindex = find_interface(fd, plan->name);
	if (address.sll_ifindex < 0)
		return -1;
	*failed = "set up the packet socket's ring";
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    packet_ring_open(ring, fd, plan->bulk, plan->slots) < 0)
		return -1;
	*failed = "take frames to lwIP's Ethernet address on the interface";
	if (plan->shared && share(fd, address.sll_ifindex, plan->hwaddr) < 0)
		return -1;
	/* A veth's queue is switched on some time after its carrier; past it, frames go at once. */
	*failed = "bind the packet socket";
	if (!plan->shared && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

int packet_socket_open(const struct packet_socket_plan *plan, struct packet_ring *ring,
		       int *ifindex, const char **failed)
{
	int fd, error;

	*failed = "open a packet socket";
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || set_up(fd, plan, ring, ifindex, failed) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

unsigned int packet_socket_lost(int fd)
{
	union {
		struct tpacket_stats v2;
		struct tpacket_stats_v3 v3;
	} stats = { .v2 = { 0 } };
	socklen_t size = sizeof(stats); /* of either kind: what does not fit is not asked for */

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.v2.tp_drops;
}

void packet_socket_forget_error(int fd)
{
	socklen_t size = sizeof(int);
	int error;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
}
