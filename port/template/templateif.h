/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A network interface to copy from: lwIP's Ethernet netif above a controller, which here is a datagram socket,
 * one frame a datagram, without FCS. One thread; frames are taken when they are asked for.
 */
#ifndef PORT_TEMPLATE_TEMPLATEIF_H
#define PORT_TEMPLATE_TEMPLATEIF_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"

/**
 * The init function for netif_add(). There is one controller, and so one netif.
 *
 * @return ERR_OK; ERR_IF: there is no controller
 */
err_t templateif_init(struct netif *netif);

/** The controller takes frames to this Ethernet address from now on. netif->hwaddr is the caller's to set. */
void templateif_set_hwaddr(const uint8_t hwaddr[6]);

/**
 * Waits for a frame and gives it to netif->input.
 *
 * A frame for which no pbuf is free, or that is longer than the MTU permits, is lost.
 *
 * @param ms  how long, at most
 * @return true: a frame has come, be it that it was lost
 */
bool templateif_take(int ms);

/** @return frames that have come, lost ones included, modulo 2^32 */
uint32_t templateif_frames(void);

#endif
