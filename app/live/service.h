/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the live host has to offer: lwIP's own apps where it has one, small ones of the lab's beside them.
 */
#ifndef APP_LIVE_SERVICE_H
#define APP_LIVE_SERVICE_H

#include "live/live.h"
#include "lwip/err.h"

struct service {
	uint16_t port;
	const char *transport; /**< "TCP", "UDP", "TCP, UDP" */
	const char *name;
	const char *rfc;   /**< NULL: none */
	const char *about; /**< one line, for people */
	err_t (*start)(struct netif *netif);
};

/** All of them; port 0 ends the table. */
extern const struct service services[];

/**
 * Starts all of them, at all of lwIP's addresses. Once per process.
 *
 * @param live  its lab is open; the page of port 80 tells of it as long as lwIP lives
 * @return 0; a negative errno with the reason in why
 */
int services_start(struct live *live, struct why *why);

#endif
