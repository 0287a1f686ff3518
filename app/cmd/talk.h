/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who tells a live host what to do: a person at a prompt, or a script. Both speak the language of
 * docs/script.md.
 */
#ifndef APP_CMD_TALK_H
#define APP_CMD_TALK_H

#include "cmd/world.h"
#include "live/prompt.h"
#include "live/stream.h"

struct talk {
	struct world *world;
	struct live *live;
	struct stream *stream; /* the ladder; NULL: nobody sees it here */
	struct session session;
	struct prompt *prompt; /* NULL: nobody types */
	int script_fd;         /* where its lines come from, when nobody types */
	bool awaited;          /* the loop watches it */
};

/**
 * Opens a script, each line of which is carried out as it comes, by talk_look(): so a program can drive the
 * host over a pipe. When the script has come to its end, so has the host, and its verdict is the exit status.
 *
 * @param stream  NULL: the ladder is not printed
 * @param path    "-": standard input
 * @return 0; a negative errno with the reason in why
 */
int talk_script(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		const char *path, struct why *why);

/** Opens a prompt on the terminal; the ladder printed there does not get into its line. */
int talk_prompt(struct talk *talk, struct world *world, struct live *live, struct stream *stream,
		struct why *why);

/** Carries out what was said. For live->look. */
void talk_look(struct talk *talk);

void talk_close(struct talk *talk);

#endif
