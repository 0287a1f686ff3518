/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/flood_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 2048

/* The kernel's clients have a port each: one that is in TIME_WAIT could not be bound again. */
#define FIRST_PORT 49152
#define PORTS      16384

enum phase {
	CONNECTING,
	TRANSFER,  /* sends, and receives the same */
	FINISHING, /* has sent FIN */
	SERVED,
	GIVEN_UP,
};

struct flood_client {
	enum phase phase;
	struct conn *conn;
	uint64_t began_ns;             /* on the victim's clock */
	uint64_t called_ns, opened_ns; /* real time: connect was called; it was open */
	unsigned int sent, received;   /* bytes */
};

/* The application's side of a connection. */
struct flood_service {
	struct flood_service *next;
	struct conn *conn;
	size_t from, to; /* of what is in the buffer and has to be sent back */
	uint8_t buffer[CHUNK];
};

int flood_clients_init(struct flood_clients *clients)
{
	clients->client = calloc((size_t)clients->count + 1, sizeof(*clients->client));
	return clients->client == NULL ? -ENOMEM : 0;
}

void flood_clients_free(struct flood_clients *clients)
{
	while (clients->services != NULL) {
		struct flood_service *service = clients->services;

		clients->services = service->next;
		free(service);
	}
	free(clients->client);
	clients->client = NULL;
}

unsigned int flood_clients_open(const struct flood_clients *clients)
{
	return clients->started - clients->served - clients->given_up;
}

/* -- Clients */

/* A byte that tells its place and its sender. */
static uint8_t byte_at(unsigned int number, unsigned int place)
{
	return (uint8_t)(number * 13 + place % 251);
}

static bool is_through(const struct flood_client *client)
{
	return client->phase == SERVED || client->phase == GIVEN_UP;
}

static void enter(struct flood_clients *clients, struct flood_client *client, enum phase phase)
{
	bool was = client->phase == TRANSFER || client->phase == FINISHING;
	bool is = phase == TRANSFER || phase == FINISHING;

	clients->in_transfer += (unsigned int)is - (unsigned int)was;
	clients->served += phase == SERVED;
	clients->given_up += phase == GIVEN_UP;
	client->phase = phase;
}

static bool give_up(struct flood_clients *clients, struct flood_client *client)
{
	if (client->conn != NULL)
		conn_abort(client->conn);
	enter(clients, client, GIVEN_UP);
	return true;
}

void flood_clients_start(struct flood_clients *clients)
{
	unsigned int number = clients->started++;
	struct flood_client *client = &clients->client[number];
	uint16_t port = clients->listener->local.port;

	client->began_ns = clients->now_ns();
	client->called_ns = timeline_real_ns();
	client->conn = clients->end->ops->who == WHO_LWIP
			       ? conn_connect_unbound(clients->end, clients->victim, port)
			       : conn_connect_from(clients->end, clients->victim, port,
						   (uint16_t)(FIRST_PORT + number % PORTS));
	if (client->conn == NULL)
		give_up(clients, client);
}

/* The functions of each phase return whether anything came about. */
static bool connect_on(struct flood_clients *clients, struct flood_client *client)
{
	int outcome = conn_outcome(client->conn);

	if (outcome == -EINPROGRESS)
		return false;
	if (outcome < 0)
		return give_up(clients, client);
	client->opened_ns = timeline_real_ns();
	enter(clients, client, TRANSFER);
	return true;
}

static ssize_t send_on(const struct flood_clients *clients, struct flood_client *client)
{
	unsigned int number = (unsigned int)(client - clients->client);
	unsigned int size = LWIP_MIN(clients->bytes - client->sent, CHUNK);
	uint8_t chunk[CHUNK];
	ssize_t sent;

	if (size == 0)
		return 0;
	for (unsigned int i = 0; i < size; i++)
		chunk[i] = byte_at(number, client->sent + i);
	sent = conn_send(client->conn, chunk, size);
	if (sent > 0)
		client->sent += (unsigned int)sent;
	return sent;
}

/* Returns bytes; -EAGAIN; another negative errno when the connection is of no use any more. */
static ssize_t receive_on(const struct flood_clients *clients, struct flood_client *client)
{
	unsigned int number = (unsigned int)(client - clients->client);
	uint8_t chunk[CHUNK];
	ssize_t received = conn_recv(client->conn, chunk, sizeof(chunk));

	if (received == 0)
		return -ECONNABORTED; /* a FIN before all has come back */
	for (ssize_t i = 0; i < received; i++, client->received++)
		if (client->received == client->sent ||
		    chunk[i] != byte_at(number, client->received))
			return -EBADMSG;
	return received;
}

static bool transfer_on(struct flood_clients *clients, struct flood_client *client)
{
	ssize_t sent = send_on(clients, client), received = receive_on(clients, client);

	if (sent < 0 || (received < 0 && received != -EAGAIN))
		return give_up(clients, client);
	if (client->received < clients->bytes)
		return sent > 0 || received > 0;
	if (conn_shutdown(client->conn) < 0)
		return false;
	enter(clients, client, FINISHING);
	return true;
}

static bool finish_on(struct flood_clients *clients, struct flood_client *client)
{
	uint8_t byte;
	ssize_t received = conn_recv(client->conn, &byte, 1);

	if (received == -EAGAIN)
		return false;
	if (received != 0)
		return give_up(clients, client);
	if (conn_close(client->conn) < 0)
		return false;
	enter(clients, client, SERVED);
	return true;
}

static bool client_on(struct flood_clients *clients, struct flood_client *client)
{
	switch (client->phase) {
	case CONNECTING: return connect_on(clients, client);
	case TRANSFER: return transfer_on(clients, client);
	case FINISHING: return finish_on(clients, client);
	default: return false;
	}
}

/* -- The application at the victim */

static bool accept_all(struct flood_clients *clients)
{
	struct conn *conn;
	bool any = false;

	while ((conn = conn_accept_now(clients->listener)) != NULL) {
		struct flood_service *service = calloc(1, sizeof(*service));

		if (service == NULL) {
			fputs("tcplab: out of memory for a client's server\n", stderr);
			exit(2);
		}
		service->conn = conn;
		service->next = clients->services;
		clients->services = service;
		any = true;
	}
	return any;
}

/* Returns whether anything came about; done: the connection is closed, or gone. */
static bool serve_on(struct flood_service *service, bool *done)
{
	ssize_t moved;

	if (service->from < service->to) {
		moved = conn_send(service->conn, service->buffer + service->from,
				  service->to - service->from);
		service->from += moved > 0 ? (size_t)moved : 0;
	} else {
		moved = conn_recv(service->conn, service->buffer, sizeof(service->buffer));
		service->from = 0;
		service->to = moved > 0 ? (size_t)moved : 0;
		if (moved == -EAGAIN)
			return false;
		if (moved == 0)
			return *done = conn_close(service->conn) == 0;
	}
	if (moved < 0) {
		conn_close(service->conn);
		*done = true;
	}
	return moved != 0;
}

static bool serve_all(struct flood_clients *clients)
{
	struct flood_service **at = &clients->services;
	bool any = accept_all(clients);

	while (*at != NULL) {
		struct flood_service *service = *at;
		bool done = false;

		any |= serve_on(service, &done);
		if (done) {
			*at = service->next;
			free(service);
		} else {
			at = &service->next;
		}
	}
	return any;
}

/* -- Everybody */

static bool all_on(struct flood_clients *clients)
{
	bool any = serve_all(clients);

	for (unsigned int i = clients->first; i < clients->started; i++)
		any |= client_on(clients, &clients->client[i]);
	return any;
}

void flood_clients_attend(struct flood_clients *clients)
{
	uint64_t now_ns;

	while (all_on(clients))
		continue;
	now_ns = clients->now_ns();
	for (unsigned int i = clients->first; i < clients->started; i++) {
		struct flood_client *client = &clients->client[i];

		if (!is_through(client) && now_ns - client->began_ns >= clients->patience_ns)
			give_up(clients, client);
	}
	while (clients->first < clients->started && is_through(&clients->client[clients->first]))
		clients->first++;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void flood_clients_connect_ms(const struct flood_clients *clients, double ms[3])
{
	double *all = calloc((size_t)clients->served + 1, sizeof(*all));
	unsigned int n = 0;

	memset(ms, 0, 3 * sizeof(*ms));
	if (all == NULL)
		return;
	for (unsigned int i = 0; i < clients->started; i++) {
		const struct flood_client *client = &clients->client[i];

		if (client->phase == SERVED)
			all[n++] = (double)(client->opened_ns - client->called_ns) / 1e6;
	}
	qsort(all, n, sizeof(*all), by_size);
	if (n > 0) {
		ms[0] = all[0];
		ms[1] = all[n / 2];
		ms[2] = all[n - 1];
	}
	free(all);
}
