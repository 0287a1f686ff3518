/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks that lwIP's core is compiled with: LWIP_HOOK_FILENAME in lwipopts.h.
 */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

#include "guard/tcp_guard_hooks.h"
#include "tcp_trace.h"

#endif
