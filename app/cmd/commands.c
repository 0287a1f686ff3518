/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "cmd/cmd.h"

const struct command commands[] = {
	{ "list", cmd_list, "", "the scenarios, with their roles and their place in RFC 9293" },
	{ "run", cmd_run, "[options] [NAME or glob ...]", "run scenarios; without a name, all" },
	{ "coverage", cmd_coverage, "[options] [NAME or glob ...]",
	  "run scenarios; which edges of the state diagram they walk" },
	{ "help", cmd_help, "[COMMAND or topic]", "this, or all about one command or topic" },
	{ NULL, NULL, NULL, NULL },
};
