/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A prompt on a terminal: a session's lines with editing, history and completion (libedit).
 *
 * It never waits: prompt_source() wakes the loop for each key. While a command is carried out there is no
 * prompt, and what is typed is kept. What is printed while somebody types must not get into his line:
 *
 *     prompt_hide(prompt);
 *     printf("…\n");
 *     prompt_show(prompt);
 */
#ifndef APP_LIVE_PROMPT_H
#define APP_LIVE_PROMPT_H

#include "live/session.h"

struct prompt;

/**
 * Opens it; the first prompt comes with prompt_look(). The history is that of earlier ones: in
 * $XDG_STATE_HOME/tcplab/history, or below ~/.local/state. Where it cannot be read or kept, there is none.
 *
 * @param session  whose out is the same terminal
 * @param in, out  the terminal
 * @return 0; -ENOMEM with the reason in why
 */
int prompt_open(struct prompt **prompt, struct session *session, FILE *in, FILE *out,
		struct why *why);

/** Puts the terminal back as it was, and keeps the history. NULL is fine. */
void prompt_close(struct prompt *prompt);

/** What the loop is to watch. */
struct live_source prompt_source(struct prompt *prompt);

/** Carries out what was typed (session_work()) and prompts for more. For live->look. */
void prompt_look(struct prompt *prompt);

/** The prompt and what is typed behind it vanish, and come back; nothing happens without one. */
void prompt_hide(struct prompt *prompt);
void prompt_show(struct prompt *prompt);

#endif
