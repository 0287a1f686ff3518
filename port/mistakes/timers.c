/* SPDX-License-Identifier: BSD-3-Clause */
/* The mistake: the main loop does not call sys_check_timeouts(). */
#include "lwip/timeouts.h"

void __wrap_sys_check_timeouts(void);

void __wrap_sys_check_timeouts(void)
{
}
