/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's network interfaces, through rtnetlink (rtnetlink(7)).
 */
#ifndef APP_LAB_LINK_H
#define APP_LAB_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/why.h"
#include "tcp/segment.h"

/**
 * Brings an interface up.
 *
 * @param name  in the process's network namespace
 * @return 0; a negative errno with the reason in why
 */
int link_up(const char *name, struct why *why);

/**
 * Makes a cable: two Ethernet interfaces of which each gets what the other one sends (veth(4)).
 *
 * @param name  of the end in the process's network namespace
 * @param far   of the other end
 * @param ns    a descriptor of the network namespace that the other end is in
 * @return 0; a negative errno with the reason in why
 */
int link_add_veth(const char *name, const char *far, int ns, struct why *why);

/**
 * Brings an interface up over which the kernel shall not speak: it has no ARP.
 *
 * @return 0; a negative errno with the reason in why
 */
int link_up_mute(const char *name, struct why *why);

/**
 * Lets the kernel compute the checksums of what it sends by itself, instead of leaving that to the
 * interface (ethtool(8), tx off): for one that has no hardware to do it.
 *
 * @return 0; a negative errno with the reason in why
 */
int link_compute_checksums(const char *name, struct why *why);

/**
 * Has the kernel send each segment in a frame of its own, instead of leaving it to the interface to cut a large
 * one (ethtool(8), tso off gso off).
 *
 * @return 0; a negative errno with the reason in why
 */
int link_cut_segments(const char *name, struct why *why);

/**
 * Waits until the kernel has taken note that an interface has a carrier. Some time after it got one a
 * work queue tells all protocols of it, and IPv6 then reports its multicast groups once more.
 *
 * @return 0; -ETIMEDOUT after two seconds, or another negative errno, with the reason in why
 */
int link_await_carrier(const char *name, struct why *why);

/** What an interface is like. */
struct link_state {
	bool ethernet;     /**< it has an Ethernet address */
	uint8_t hwaddr[6]; /**< this one */
	bool up, carrier;
};

/** Looks at an interface (netdevice(7)). @return 0; a negative errno with the reason in why */
int link_look(const char *name, struct link_state *state, struct why *why);

/**
 * Gives an interface an address.
 *
 * @param address  family and address; the port does not matter
 * @param prefix   length of the network's prefix, in bits
 * @return 0; a negative errno with the reason in why
 */
int link_add_address(const char *name, const struct endpoint *address, uint8_t prefix,
		     struct why *why);

/**
 * Waits until the kernel takes packets for an address of its own. Over IPv6 that is not at once: a
 * work queue of the kernel makes the route, after link_add_address() and link_up() have returned.
 *
 * @return 0; -ETIMEDOUT after two seconds, or another negative errno, with the reason in why
 */
int link_await_address(const struct endpoint *address, struct why *why);

/**
 * Gives an interface an Ethernet address; it must be down.
 *
 * @return 0; a negative errno with the reason in why
 */
int link_set_hwaddr(const char *name, const uint8_t hwaddr[6], struct why *why);

/**
 * Says how many segments the kernel may hand to an interface as one large packet.
 *
 * @param segments  1: each for itself, made when it is sent and not cut out of a larger one later
 * @return 0; a negative errno with the reason in why
 */
int link_set_gso_segments(const char *name, unsigned int segments, struct why *why);

/**
 * Tells the kernel a neighbour's Ethernet address, for good.
 *
 * @param address  the neighbour's; the port does not matter
 * @return 0; a negative errno with the reason in why
 */
int link_add_neighbour(const char *name, const struct endpoint *address, const uint8_t hwaddr[6],
		       struct why *why);

/**
 * Tells the kernel the way to a network.
 *
 * @param network  its address; the port does not matter
 * @param prefix   its length in bits
 * @param gateway  a neighbour at this interface, of the same family
 * @return 0; a negative errno with the reason in why
 */
int link_add_route(const char *name, const struct endpoint *network, uint8_t prefix,
		   const struct endpoint *gateway, struct why *why);

/**
 * Says how patient the kernel is with a neighbour that does not answer: ARP (arp(7)), or IPv6's
 * neighbour discovery (RFC 4861).
 *
 * @param family      4 or 6
 * @param retrans_ms  between two requests, in ms
 * @param probes      requests before it gives up
 * @return 0; a negative errno with the reason in why
 */
int link_set_patience(const char *name, int family, unsigned int retrans_ms, unsigned int probes,
		      struct why *why);

/**
 * Sets the largest packet that an interface takes, in bytes, without the Ethernet header.
 *
 * @return 0; a negative errno with the reason in why
 */
int link_set_mtu(const char *name, unsigned int mtu, struct why *why);

#endif
