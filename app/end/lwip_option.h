/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A setting of lwIP's connections (common/tcp_option.h), as a person writes it.
 */
#ifndef APP_END_LWIP_OPTION_H
#define APP_END_LWIP_OPTION_H

#include <stdint.h>

#include "common/tcp_option.h"
#include "lab/why.h"

struct lwip_option {
	const struct tcp_option *kind;
	uint32_t value;
};

/** The names, for people. */
#define LWIP_OPTION_NAMES TCP_OPTION_NAMES

/**
 * Reads "keep_idle=5000".
 *
 * @return 0; -EINVAL with the reason in why: no such name, or a value out of its range
 */
int lwip_option_parse(const char *text, struct lwip_option *option, struct why *why);

#endif
