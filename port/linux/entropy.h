/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Randomness on Linux: the kernel's (getrandom(2)), or a repeatable sequence.
 */
#ifndef PORT_LINUX_ENTROPY_H
#define PORT_LINUX_ENTROPY_H

#include "common/entropy.h"

#endif
