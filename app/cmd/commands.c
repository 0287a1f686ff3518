/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "cmd/cmd.h"

const struct command commands[] = {
	{ "list", cmd_list, "", "the scenarios, with their roles and their place in RFC 9293" },
	{ "run", cmd_run, "[options] [NAME or FILE.lab ...]",
	  "run scenarios, or scripts; without a name, all scenarios" },
	{ "coverage", cmd_coverage, "[options] [NAME or glob ...]",
	  "run scenarios; which edges of the state diagram they walk" },
	{ "sweep", cmd_sweep, "[options] NAME ...",
	  "run scenarios over a range of one or two parameters, as --seed '{1..5}'" },
	{ "flood", cmd_flood, "[options] [lwip|kernel]",
	  "a flood of SYNs: what becomes of the victim, and of its clients" },
	{ "up", cmd_up, "[options] [COMMAND ...]",
	  "a live lwIP host: your own tools against it, its states as they move" },
	{ "exec", cmd_exec, "[--name NAME] [COMMAND ...]",
	  "run a command, or $SHELL, beside a live host" },
	{ "diff", cmd_diff, "A B",
	  "compare what two runs have left: where do their transcripts part?" },
	{ "replay", cmd_replay, "DIR", "run what a run directory holds once more, and compare" },
	{ "help", cmd_help, "[COMMAND or topic]", "this, or all about one command or topic" },
	{ NULL, NULL, NULL, NULL },
};
