/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks that lwIP's core is compiled with: LWIP_HOOK_FILENAME in lwipopts.h; and what its patches call
 * (port/patches).
 */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

#ifndef TCP_HASH
#define TCP_HASH 0
#endif
#if TCP_HASH
#include "patches/tcp_hash.h"
#endif

#include "guard/tcp_guard_hooks.h"
#include "tcp_trace.h"

#endif
