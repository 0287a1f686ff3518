/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both stacks say of their connections at one moment, side by side.
 *
 * lwIP's side is read from its pcbs, the kernel's from sock_diag: neither from what the lab has seen. From
 * that come only a connection's name, and how long it has been in its state.
 */
#ifndef APP_LIVE_TABLE_H
#define APP_LIVE_TABLE_H

#include "end/table_row.h"
#include "live/live.h"

struct mnl_socket;

/** One stack's view of a connection. */
struct table_side {
	bool there;
	bool closed; /**< table_add_closed(): it is not there any more; row.state is ST_CLOSED */
	struct table_row row;
	bool age_known;
	uint64_t age_ns; /**< in its state, in the stack's time */
};

struct table_line {
	struct endpoint lwip, kernel; /**< the two ends; of a listener, the other one is zero */
	const char *name;             /**< on the timeline; NULL: the lab has not seen it */
	struct table_side side[2];    /**< by enum who: WHO_LWIP, WHO_KERNEL */
};

struct table {
	struct table_line *line; /**< listeners first, then by lwIP's port and the kernel's */
	size_t count, room;
	uint32_t in_state[2][ST_COUNT];
	bool on_segment; /**< of Ethernet: others are in the kernel's place, whose sides are not known */
	uint32_t pcbs, pcbs_most, pcbs_room; /**< lwIP's: in use now, at the same time, in all */
	uint32_t event; /**< the number of the timeline's last event until then; 0: none */
};

/**
 * @param diag  for the kernel's side; NULL, and on an Ethernet segment: lwIP's alone
 * @return 0; a negative errno when the kernel did not answer, with lwIP's side alone in the table
 */
int table_take(struct table *table, const struct live *live, struct mnl_socket *diag);
void table_free(struct table *table);

/**
 * Adds what neither stack can tell any more: the ends that are CLOSED and that the lab still knows
 * (END_REMEMBERED). They are not among those in in_state.
 */
void table_add_closed(struct table *table, const struct live *live);

/** @return the line of a connection of lwIP's; NULL: there is none */
const struct table_line *table_find(const struct table *table, const struct endpoint *lwip,
				    const struct endpoint *kernel);

/** @return the name of the other end: "kernel", or "others" */
const char *table_far_end(const struct table *table);

#define TABLE_ADDRESS_STRLEN (ENDPOINT_STRLEN + 2)
/** Writes an endpoint; that of a listener at all addresses as "*:80". @return text */
const char *table_address(const struct endpoint *endpoint, char text[TABLE_ADDRESS_STRLEN]);

/** Writes it for people; for a machine. */
void table_text(const struct table *table, FILE *out);
void table_json(const struct table *table, FILE *out);

#endif
