/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trace hook: every state transition of lwIP's TCP, reported where it happens.
 *
 * tcp_trace.cocci rewrites lwIP's own statements, one for one and without moving a line, into the
 * macros below. They do what the statement did and then report it. lwIP takes this header in
 * through its LWIP_HOOK_FILENAME option (opt.h), so that no lwIP file is edited by hand.
 *
 * With TCP_TRACE 0 (the default) each macro is the original statement: no code, no data, no cost.
 *
 * With TCP_TRACE 1 the integrator defines the two functions below. They are called inside lwIP,
 * in its context: they must not call lwIP, must not block and must not change the pcb.
 */
#ifndef TCP_TRACE_H
#define TCP_TRACE_H

#include "lwip/memp.h"
#include "lwip/tcp.h"

#ifndef TCP_TRACE
#define TCP_TRACE 0
#endif

/** What lwIP's TCP timers do (RFC 9293, 3.8): the reason of the segment or transition to come. */
enum tcp_trace_timer {
	TCP_TRACE_TIMER_FAST,           /**< tcp_fasttmr(), 250 ms: delayed ACKs and pending FINs */
	TCP_TRACE_TIMER_SLOW,           /**< tcp_slowtmr(), 500 ms: everything else */
	TCP_TRACE_TIMER_RETRANSMISSION, /**< retransmission time-out */
	TCP_TRACE_TIMER_PERSIST,        /**< zero-window probe */
	TCP_TRACE_TIMER_KEEPALIVE,      /**< keepalive probe */
};

#if TCP_TRACE

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A pcb changed its state, or is about to be released while not CLOSED (then to is CLOSED: the
 * last edge of a connection is often not an assignment).
 *
 * @param pcb   the pcb; for a listener (to or from LISTEN) a struct tcp_pcb_listen, of which only
 *              the members common to both may be read
 * @param from  the state before; a passive open's new pcb starts in CLOSED
 * @param to    the state now
 * @param func  lwIP's function, and
 * @param line  the line of lwIP's unpatched source, that made the transition
 */
void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line);

/**
 * A timer of lwIP's TCP runs; until the next call, what lwIP does is done by this timer.
 *
 * @param pcb    the connection concerned; NULL for TCP_TRACE_TIMER_FAST and _SLOW
 * @param timer  which
 */
void tcp_trace_timer(const struct tcp_pcb *pcb, enum tcp_trace_timer timer);

#ifdef __cplusplus
}
#endif

/* pcb->state = s */
#define TCP_TRACE_STATE(pcb, s)                                                                \
	do {                                                                                   \
		enum tcp_state trace_from_ = (pcb)->state;                                     \
		(pcb)->state = (s);                                                            \
		if (trace_from_ != (pcb)->state) {                                             \
			tcp_trace_state((pcb), trace_from_, (pcb)->state, __func__, __LINE__); \
		}                                                                              \
	} while (0)

/* lpcb->state = s, on a struct tcp_pcb_listen fresh from its pool: it has no state before. */
#define TCP_TRACE_LISTEN(lpcb, s)                                                          \
	do {                                                                               \
		(lpcb)->state = (s);                                                       \
		tcp_trace_state((const struct tcp_pcb *)(const void *)(lpcb), CLOSED, (s), \
				__func__, __LINE__);                                       \
	} while (0)

/* memp_free(MEMP_TCP_PCB, pcb): the one place that every release passes */
#define TCP_TRACE_FREE(pcb)                                                               \
	do {                                                                              \
		if ((pcb)->state != CLOSED) {                                             \
			tcp_trace_state((pcb), (pcb)->state, CLOSED, __func__, __LINE__); \
		}                                                                         \
		memp_free(MEMP_TCP_PCB, (pcb));                                           \
	} while (0)

/* call(pcb), as an expression, by a timer */
#define TCP_TRACE_TIMER(pcb, timer, call) (tcp_trace_timer((pcb), TCP_TRACE_TIMER_##timer), (call))

#else

#define TCP_TRACE_STATE(pcb, s)           ((pcb)->state = (s))
#define TCP_TRACE_LISTEN(lpcb, s)         ((lpcb)->state = (s))
#define TCP_TRACE_FREE(pcb)               memp_free(MEMP_TCP_PCB, (pcb))
#define TCP_TRACE_TIMER(pcb, timer, call) (call)

#endif
#endif
