/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Remarks: what is to be said of each packet beside its bytes, for readers of a packet capture.
 *
 * Every transition, and all that lwIP's guard did, is told at exactly one packet: at the one that
 * caused it by its arrival; else at the one that its own stack sent for the same reason (a call, a
 * timer) on the same connection; else at the last packet of its connection before it, at the last of
 * any, or at the first of all.
 */
#ifndef APP_RECORD_REMARKS_H
#define APP_RECORD_REMARKS_H

#include <stdio.h>

#include "record/timeline.h"

struct remarks;

/** @return for each packet of a finished timeline, what is to be said of it */
struct remarks *remarks_new(const struct timeline *timeline);
void remarks_free(struct remarks *remarks);

/**
 * Writes what is to be said of a packet, in UTF-8, a newline after each remark. In this order:
 *
 *     sent by the guard                                      lwIP's guard, not lwIP, has sent it
 *     dropped by the wire                                    its fate: dropped, held …
 *     lwip's clock: 120.250 s                                lwIP's time has jumped before it
 *     released by the wire after packet 9, 0.055 ms later    packets count from 1, as in the capture
 *     lost by the wire: …
 *     guard: a valid cookie: lwIP gets the SYN that must …   what lwIP's guard did about it,
 *     lwip: FIN_WAIT_1 → FIN_WAIT_2                          or what it has caused,
 *     lwip: LISTEN → SYN_RCVD, by the guard                  both in their order
 *     kernel: ESTABLISHED → FIN_WAIT_1, by close()           what else has
 *     lwip c2: TIME_WAIT → CLOSED, timer: 2MSL, lwip's clock: 120.250 s, 60.012 s later
 *
 * A connection is named where it is not the packet's own ("unnamed": it was refused before it had a
 * name); times stand where they are not about the packet's own (100 ms).
 *
 * @param packet  number of its event; 0: what belongs to no packet, because there is none
 */
void remarks_write(const struct remarks *remarks, uint32_t packet, FILE *out);

#endif
