/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's callback API ("raw API", lwip/tcp.h) as the lwIP end uses it, wherever lwIP is: in this process
 * (lwip_here.c) or on a board (lwip_board.c).
 *
 * The end calls lwIP by struct lwip_api. What lwIP does and tells comes back by the lwip_on_…() functions,
 * inside such a call or inside one of the lab's (lab/stack.h). lwIP is one instance and has one end: neither
 * needs to be named.
 */
#ifndef APP_END_LWIP_API_H
#define APP_END_LWIP_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tcp_option.h"
#include "lab/lab.h"
#include "lwip/err.h"
#include "lwip/pbuf.h"
#include "tcp/segment.h"
#include "tcp/state.h"

/** What lwIP knows a connection by: its pcb's address, here or on the board. 0: none. */
typedef uintptr_t lwip_pcb;

/** What is kept in lwIP's pools for connections. */
enum lwip_pools {
	LWIP_TCP_PCB,
	LWIP_TCP_PCB_LISTEN,
	LWIP_TCP_SEG,
	LWIP_PBUF,
	LWIP_PBUF_POOL,
	LWIP_POOLS,
};

/** lwIP's functions of nearly these names. */
struct lwip_api {
	/** The end is there from now on, or is no more. */
	void (*begin)(struct lab *lab);
	void (*end)(void);

	lwip_pcb (*new_pcb)(int family);
	void (*reuse_address)(lwip_pcb pcb); /**< SOF_REUSEADDR */
	err_t (*bind)(lwip_pcb pcb, const struct endpoint *local);
	/**
	 * The pcb becomes another one, of which lwip_on_state() has told already.
	 *
	 * @param arg  of the accept callback
	 */
	err_t (*listen)(lwip_pcb pcb, uint8_t backlog, void *arg, lwip_pcb *listener);
	void (*attach)(lwip_pcb pcb, void *arg); /**< tcp_arg(), and all callbacks but accept's */
	err_t (*connect)(lwip_pcb pcb, const struct endpoint *remote);
	/** @return tcp_sndbuf() in bytes; 0 when more than half of TCP_SND_QUEUELEN pbufs are in use */
	uint32_t (*room)(lwip_pcb pcb);
	err_t (*write)(lwip_pcb pcb, const void *data, uint16_t size);
	err_t (*output)(lwip_pcb pcb);
	void (*recved)(lwip_pcb pcb, uint16_t size);
	err_t (*shutdown)(lwip_pcb pcb); /**< tx */
	err_t (*close)(lwip_pcb pcb);
	void (*abort)(lwip_pcb pcb);
	void (*delay_backlog)(lwip_pcb pcb);
	void (*accept_backlog)(lwip_pcb pcb);
	void (*set)(lwip_pcb pcb, const struct tcp_option *option, uint32_t value);

	/* Of an end that is open to others, or for strangers: of the lwIP in this process alone. */
	/** @return the local endpoint that it has by now */
	struct endpoint (*local)(lwip_pcb pcb);
	void (*abort_all)(void); /**< every connection that is not in TIME_WAIT, whosever it is */

	void (*drop_default_route)(void);
	uint32_t (*time_wait_ms)(void); /**< 2MSL at most, in ms */
	/** @param used  receives the objects in use; size: those that there are; either may be NULL */
	void (*pools)(uint32_t used[LWIP_POOLS], uint32_t size[LWIP_POOLS]);
	/** tcp_guard_start() and tcp_guard_stop(); guard_on_event() is told what it does. */
	void (*guard_start)(uint16_t threshold);
	void (*guard_stop)(void);
};

extern const struct lwip_api lwip_here, lwip_board;

/** Those in use: those of the end that is open. */
const struct lwip_api *lwip_api(void);

/** What the trace hook reports (port/trace/tcp_trace.h). */
struct lwip_transition {
	lwip_pcb pcb;
	enum state from, to;
	struct endpoint local, remote; /**< as far as they are known; a listener's are not */
	const char *func;              /**< lives as long as the timeline */
	int line;
	const char
		*reason; /**< of a release by a timer: which time-out; of others nothing, or NULL */
};
void lwip_on_state(const struct lwip_transition *transition);

/**
 * A timer of lwIP's TCP runs.
 *
 * @param pcb   whose; 0: all pcbs'
 * @param name  one of these
 */
void lwip_on_timer(lwip_pcb pcb, const char *name);
#define LWIP_TIMER_FAST           "fast timer (delayed ACK or FIN)"
#define LWIP_TIMER_SLOW           "slow timer"
#define LWIP_TIMER_RETRANSMISSION "retransmission"
#define LWIP_TIMER_PERSIST        "persist"
#define LWIP_TIMER_KEEPALIVE      "keepalive"

/* lwIP's callbacks, with their arguments (lwip/tcp.h). They return what lwIP's do. */
err_t lwip_on_connected(void *arg, err_t err);
/** @param from  whose SYN it was, where pcb is 0; NULL: it is not known */
err_t lwip_on_accept(void *arg, lwip_pcb pcb, const struct endpoint *from, err_t err);
/** @param p  belongs to the end from now on; NULL: FIN */
err_t lwip_on_recv(void *arg, struct pbuf *p, err_t err);
err_t lwip_on_sent(void *arg, uint16_t size);
err_t lwip_on_poll(void *arg);
void lwip_on_err(void *arg, err_t err);

#endif
