/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is written of floods when all have been: a table, and files where they are asked for.
 */
#ifndef APP_CMD_FLOOD_OUTPUT_H
#define APP_CMD_FLOOD_OUTPUT_H

#include "cmd/flood_options.h"
#include "show/flood_table.h"
#include "show/page.h"

struct flood_output {
	const struct flood_options *options;
	struct flood_rows rows;
	struct page page;
};

/**
 * Before the floods: sees whether there is a place for the files.
 *
 * @return 0; a negative errno with the reason in why
 */
int flood_output_prepare(const struct flood_options *options, struct why *why);

/** After them: prints the table, and writes the files. @return likewise */
int flood_output_write(const struct flood_output *output, struct why *why);

#endif
