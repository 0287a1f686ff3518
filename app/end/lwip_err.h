/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's errors (lwip/err.h) by name, and the errno that each means to an application: lwIP's own
 * err_to_errno(), which it does not compile without threads.
 */
#ifndef APP_END_LWIP_ERR_H
#define APP_END_LWIP_ERR_H

#include "lwip/err.h"

/** @return "ERR_RST" and so on; "?" for what is none of lwIP's */
const char *lwip_err_name(err_t err);

/** @return a positive errno; 0 for ERR_OK */
int lwip_err_errno(err_t err);

/** @return the same for its name, "ERR_RST"; EIO for a name that lwIP has not */
int lwip_err_errno_of(const char *name);

#endif
