/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Those whom a flood is to keep out: the legitimate clients, and the application at the victim that
 * serves them. A client connects, sends so many bytes, wants the same back, sends FIN and waits for
 * the other side's; only then it has been served. The application sends back what it receives and
 * closes when it reads a FIN. Nobody of them ever waits: flood_clients_attend() moves each as far
 * as it goes.
 */
#ifndef APP_END_FLOOD_CLIENT_H
#define APP_END_FLOOD_CLIENT_H

#include "end/flood.h"

struct flood_client;
struct flood_service;

struct flood_clients {
	struct end *end;    /**< the clients' stack */
	struct end *victim; /**< the server's */
	struct conn *listener;
	uint64_t (*now_ns)(void); /**< the victim's clock */
	uint64_t patience_ns;     /**< on that clock, from connect to the end */
	unsigned int bytes;       /**< that each sends */

	struct flood_client *client; /**< each, in the order of their start */
	unsigned int count;          /**< of them */
	unsigned int first;          /**< all before this one are through */
	unsigned int started, served, given_up;
	unsigned int in_transfer; /**< connected, and not through */
	struct flood_service *services;
};

/**
 * @param clients  zeroed but for end, victim, listener, now_ns, patience_ns, bytes and count
 * @return 0; -ENOMEM
 */
int flood_clients_init(struct flood_clients *clients);
void flood_clients_free(struct flood_clients *clients);

/** Lets the next client connect. One that is refused at once has given up. */
void flood_clients_start(struct flood_clients *clients);

/** Moves everybody as far as it goes, and lets those give up whose patience is over. */
void flood_clients_attend(struct flood_clients *clients);

/** @return how many have begun and are not through */
unsigned int flood_clients_open(const struct flood_clients *clients);

/**
 * @param ms  receives how long those that were served took to connect, in real time: least, median,
 *            most; zeros where nobody was
 */
void flood_clients_connect_ms(const struct flood_clients *clients, double ms[3]);

#endif
