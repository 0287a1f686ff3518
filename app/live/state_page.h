/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lwIP's httpd serves: the table of both stacks' connections (table.h), made anew for each request.
 *
 *     /            a page that brings itself up to date every second
 *     /table.html  its table alone
 *     /state.json  the same for programs
 *     /state.txt   the same for curl
 *
 * The connection that asks is in the table, too.
 */
#ifndef APP_LIVE_STATE_PAGE_H
#define APP_LIVE_STATE_PAGE_H

#include "live/live.h"

/** From now on the pages tell of this host. */
void state_page_of(struct live *live);

#endif
