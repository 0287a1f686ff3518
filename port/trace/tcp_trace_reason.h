/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TCP_TRACE_REASON_H
#define TCP_TRACE_REASON_H

#include "lwip/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Why lwIP's slow timer releases a pcb. To be asked inside tcp_trace_state(), when a timer is at work.
 *
 * @param pcb   no listener
 * @param from  its state until now
 * @return for people: "2MSL", "retransmission gave up"
 */
const char *tcp_trace_reason(const struct tcp_pcb *pcb, enum tcp_state from);

#ifdef __cplusplus
}
#endif

#endif
