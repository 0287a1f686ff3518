/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock on Linux: it runs with CLOCK_MONOTONIC (clock_gettime(2)).
 */
#ifndef PORT_LINUX_CLOCK_H
#define PORT_LINUX_CLOCK_H

#include "common/clock.h"

#endif
