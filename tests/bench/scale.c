/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections per second while lwIP has many others: run by tests/bench/scale.py.
 *
 *     scale idle|time-wait SECONDS COUNT...
 *
 * For each COUNT, in ascending order, so many others are there: established and idle, or in TIME_WAIT. Then clients
 * come, one after the other, for SECONDS of the processor: SYN, ACK, FIN, ACK; then lwIP is the client, of servers that
 * close first. Prints a line for each: the count, what lwIP is, connections, and seconds. lwIP's timers run.
 * With SECONDS 0 it is LIVES connections, which callgrind counts and dumps under the name COUNT-server or COUNT-client.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include "linux/clock.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/timeouts.h"
#include "service.h"

#define MTU     1500
#define MSS     1460
#define MANY    60000 /* others; then come the clients that are measured */
#define LIVES   20
#define AT_ONCE 10 /* lives between two looks at the clock */

static unsigned int next_client = MANY;

/* -- Connections */

static void let_idle(unsigned int number)
{
	service_connect(number, MSS);
}

/* lwIP closes first. */
static void let_wait(unsigned int number)
{
	struct peer peer = service_connect(number, MSS);
	const struct tcp_pcb *pcb = service_accepted;

	tcp_close(service_accepted);
	peer_hear(&peer);
	peer_say(&peer, SEG_ACK, 0);
	peer_say(&peer, SEG_FIN | SEG_ACK, 0);
	if (pcb->state != TIME_WAIT)
		peer_fail("lwIP is not in TIME_WAIT");
}

/* The other end closes first. */
static void end(struct peer *peer, const struct tcp_pcb *pcb)
{
	peer_say(peer, SEG_FIN | SEG_ACK, 0);
	peer_hear(peer);
	peer_say(peer, SEG_ACK, 0);
	if (pcb->state != CLOSED)
		peer_fail("lwIP has kept a connection that has ended");
}

static void live_as_server(void)
{
	struct peer peer = service_connect(next_client++, MSS);

	end(&peer, service_accepted);
}

static void live_as_client(void)
{
	struct peer peer = peer_client(next_client++);
	ip_addr_t address = IPADDR4_INIT_BYTES(10, 9, 0, 1);
	struct tcp_pcb *pcb = tcp_new();
	struct segment heard;

	if (pcb == NULL || tcp_connect(pcb, &address, PEER_PORT, NULL) != ERR_OK)
		peer_fail("lwIP cannot connect");
	tcp_recv(pcb, service_on_received);
	heard = peer_hear(&peer);
	peer.here = heard.dst;
	peer.lwip = heard.src;
	peer_say(&peer, SEG_SYN | SEG_ACK, 0);
	peer_hear(&peer);
	if (pcb->state != ESTABLISHED)
		peer_fail("lwIP has not taken a SYN,ACK");
	end(&peer, pcb);
}

/* -- Measuring */

static void count_instructions(unsigned int count, const char *who, void (*live)(void))
{
	char name[32];

	snprintf(name, sizeof(name), "%u-%s", count, who);
	live();
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < LIVES; i++)
		live();
	CALLGRIND_TOGGLE_COLLECT;
	CALLGRIND_DUMP_STATS_AT(name);
	CALLGRIND_STOP_INSTRUMENTATION;
}

/* The processor's time for this process, in nanoseconds: whatever else the machine does. */
static uint64_t spent_ns(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (uint64_t)spent.tv_sec * 1000000000 + (uint64_t)spent.tv_nsec;
}

/* lwIP's clock goes with the time that is spent. */
static void measure(unsigned int count, const char *who, void (*live)(void), double seconds)
{
	uint64_t start = spent_ns(), spent = 0, ms = 0;
	unsigned int lives = 0;

	while ((double)spent < seconds * 1e9) {
		for (int i = 0; i < AT_ONCE; i++)
			live();
		lives += AT_ONCE;
		spent = spent_ns() - start;
		clock_advance((uint32_t)(spent / 1000000 - ms));
		ms = spent / 1000000;
		sys_check_timeouts();
	}
	printf("%u %s %u %.9f\n", count, who, lives, (double)spent / 1e9);
}

int main(int argc, char **argv)
{
	const bool idle = argc > 3 && strcmp(argv[1], "idle") == 0;
	double seconds = argc > 3 ? atof(argv[2]) : 0;
	unsigned int others = 0;

	if (argc <= 3 || (!idle && strcmp(argv[1], "time-wait") != 0)) {
		fputs("usage: scale idle|time-wait SECONDS COUNT...\n", stderr);
		return 2;
	}
	peer_start(MTU, NETIF_CHECKSUM_ENABLE_ALL);
	service_start();
	for (int i = 3; i < argc; i++) {
		unsigned int count = (unsigned int)atoi(argv[i]);

		for (; others < count && others < MANY; others++)
			(idle ? let_idle : let_wait)(others);
		if (seconds > 0) {
			measure(count, "server", live_as_server, seconds);
			measure(count, "client", live_as_client, seconds);
		} else {
			count_instructions(count, "server", live_as_server);
			count_instructions(count, "client", live_as_client);
		}
	}
	return 0;
}
