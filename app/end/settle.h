/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lets an experiment run out: the applications close what they still hold, and TCP does the rest.
 */
#ifndef APP_END_SETTLE_H
#define APP_END_SETTLE_H

#include "end/end.h"

/**
 * Closes what is open at both ends and lets time pass until every connection is CLOSED at both,
 * or nothing has come of it in about three minutes. TIME_WAIT of the kernel takes 60 s of real
 * time; lwIP's passes in virtual time, but only when the kernel can have no more questions.
 */
void settle(struct end *lwip, struct end *kernel);

#endif
