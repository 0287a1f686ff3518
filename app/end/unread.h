/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP's recv callback has brought and the application has not yet taken. Not one chain of
 * pbufs: the length of a chain ends at 65,535 bytes, a window does not.
 */
#ifndef APP_END_UNREAD_H
#define APP_END_UNREAD_H

#include <stddef.h>
#include <stdint.h>

#include "lwip/pbuf.h"

struct unread;

/** Appends a chain, which belongs to the queue from now on. */
void unread_keep(struct unread **queue, struct pbuf *p);

/** Takes up to size bytes out of the queue. @return how many */
size_t unread_take(struct unread **queue, uint8_t *data, size_t size);

/** Frees all that is left. */
void unread_drop(struct unread **queue);

#endif
