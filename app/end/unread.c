/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/unread.h"

#include <stdio.h>
#include <stdlib.h>

#include "lwip/def.h"

/* What one callback brought. */
struct unread {
	struct unread *next;
	struct pbuf *p;
};

void unread_keep(struct unread **queue, struct pbuf *p)
{
	struct unread *unread = malloc(sizeof(*unread));

	if (unread == NULL) {
		fputs("tcplab: out of memory for received data\n", stderr);
		exit(2);
	}
	unread->p = p;
	unread->next = NULL;
	while (*queue != NULL)
		queue = &(*queue)->next;
	*queue = unread;
}

size_t unread_take(struct unread **queue, uint8_t *data, size_t size)
{
	size_t taken = 0;

	while (taken < size && *queue != NULL) {
		struct unread *first = *queue;
		u16_t part = (u16_t)LWIP_MIN(size - taken, first->p->tot_len);

		pbuf_copy_partial(first->p, data + taken, part, 0);
		first->p = pbuf_free_header(first->p, part);
		taken += part;
		if (first->p == NULL) {
			*queue = first->next;
			free(first);
		}
	}
	return taken;
}

void unread_drop(struct unread **queue)
{
	while (*queue != NULL) {
		struct unread *first = *queue;

		*queue = first->next;
		pbuf_free(first->p);
		free(first);
	}
}
