/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks that lwIP's core is compiled with in the bulk profile: those of all profiles, whose macros are lwIP's own
 * statements here, and one of the drivers for bulk.
 */
#ifndef BULK_LWIP_HOOKS_H
#define BULK_LWIP_HOOKS_H

#include "../lwip_hooks.h"
#include "linux/bulk/large.h"

#endif
