/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's tick, as far as it can come between the two halves of one step.
 *
 * The kernel delays its acknowledgement of a FIN by the connection's ATO, which is 0 as long as no
 * data have come: the acknowledgement is due with the next tick, up to 4 ms later at 250 Hz. When
 * that tick falls between a frame's delivery to the kernel and the look at what came of it, the
 * timer's ACK looks like the frame's doing (net/ipv4/tcp_output.c, tcp_send_delayed_ack()).
 */
#ifndef APP_LAB_TICK_H
#define APP_LAB_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "record/timeline.h"

/**
 * Whether the kernel's timers may have run since a moment, or are just about to: each processor runs
 * its own a little after the tick that makes them due.
 *
 * @param since_ns  timeline_real_ns()
 */
bool tick_since(uint64_t since_ns);

/**
 * Whether the kernel has sent, after an event, what that timer sends: an ACK and nothing else, on a
 * connection that is in CLOSE_WAIT, unless it was asked to (TCP_QUICKACK). When its peer has sent
 * one SYN, one FIN and nothing else, the kernel has no other reason; else it may have acknowledged
 * at once what came again.
 *
 * @param n        the event before the step
 * @param ticked   tick_since() the step's beginning
 */
bool tick_may_have_acknowledged_fin(const struct timeline *timeline, uint32_t n, bool ticked);

#endif
