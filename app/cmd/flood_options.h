/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What 'tcplab flood' is asked for.
 */
#ifndef APP_CMD_FLOOD_OPTIONS_H
#define APP_CMD_FLOOD_OPTIONS_H

#include "cmd/option_table.h"
#include "end/flood.h"
#include "end/guard.h"

enum flood_format { FLOOD_TEXT, FLOOD_CSV, FLOOD_JSON };

struct flood_options {
	struct flood_plan plan; /**< but for its backlog: flood_options_backlog() */
	unsigned int backlog;   /**< 0: the victim's default */
	uint64_t seed;
	enum device_kind netif; /**< lwIP's way to the kernel */
	struct texts sysctls;   /**< "net.ipv4.tcp_syncookies=2" */
	struct guard_plan guard;
	const char *report; /**< file; NULL: none */
	const char *svg;    /**< directory for pictures; NULL: none */
	enum flood_format format;
	bool victim[WHO_KERNEL + 1]; /**< which are asked for */
	bool compare;                /**< none is: both, with and without their defence */
};

/** Writes what each option means. */
void flood_options_help(FILE *out);

/**
 * @param options  receives what argv says, pointing into argv; to be freed, whatever is returned
 * @param argv     argv[0] is skipped; the order of its elements may change
 * @return 0; -EINVAL with what is wrong named in why
 */
int flood_options_parse(struct flood_options *options, int argc, char **argv, struct why *why);

/** @return the backlog of a victim's listener */
unsigned int flood_options_backlog(const struct flood_options *options, enum who victim);

void flood_options_free(struct flood_options *options);

#endif
