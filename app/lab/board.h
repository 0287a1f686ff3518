/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A board: a machine on which lwIP and the agent run (port/agent), obeying the lab over a serial line and
 * exchanging frames with it over an Ethernet line (docs/board.md). It is a program: its standard input and
 * output are the serial line, its descriptor 3 is the Ethernet line, a datagram socket.
 *
 * A command returns when the board has answered it. Meanwhile the board's events and callbacks come in the
 * order in which they happen there; inside a callback further commands may be given.
 *
 * A board that dies, falls silent or says what it may not say ends the process, with a message.
 */
#ifndef APP_LAB_BOARD_H
#define APP_LAB_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/program.h"

#define BOARD_WORDS 12
/** What the board says in one line, after its sign; until the next command. */
struct board_line {
	int count;
	const char *word[BOARD_WORDS]; /**< those that there are not: "" */
};

struct board {
	struct program program;
	int patience_ms; /**< how long it may be silent; board_start() sets it, and */
	size_t mtu;      /**< what its Ethernet line takes, in bytes: 1500 */
	char *read;      /* from the serial line: the line last read, and what is behind it */
	size_t read_room, read_size, line_size;
	char said[512];   /* what it has said last that is for people */
	bool by_frame;    /* it takes lines in frames */
	uint32_t frames;  /* that it has been given */
	uint64_t told_ms; /* lwIP's clock, as the board knows it */
	uint64_t due_ms;  /* of its next timer, on lwIP's clock; UINT64_MAX: there is none */
	/** The board has sent a frame. */
	void (*on_frame)(void *context, const uint8_t *frame, size_t size);
	void *frame_context;
	/** Something has happened on it: "state", … Before there is anybody, nothing may. */
	void (*on_event)(void *context, const struct board_line *event);
	/** lwIP calls its application. @return an err_t, for lwIP */
	int (*on_callback)(void *context, const struct board_line *callback);
	void *context; /**< of both */
	/** It has failed, and the process is about to end. @param how  for people. NULL: nobody wants to know */
	void (*on_failure)(void *context, const char *how);
	void *failure_context;
};

/**
 * Starts a board; it is not awaited.
 *
 * @param argv  the program and its arguments; stays the caller's
 * @return 0; a negative errno with the reason in why, and nothing to be stopped
 */
int board_start(struct board *board, const char *const argv[], struct why *why);

/** Waits until the board is ready. @return 0; a negative errno with the reason in why */
int board_await(struct board *board, struct why *why);

/**
 * Gives a command; what it says of values is in answer until the next command.
 *
 * @param answer  receives the values behind the err_t; NULL: they do not matter
 * @param format  printf-like, without the time and the line's end
 * @return the board's err_t
 */
int board_call(struct board *board, struct board_line *answer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** The board has moved its clock by so many ms, and the lab's follows. */
void board_follow(struct board *board, uint32_t ms);

/** Gives a frame to the board. @return 0: it is done with it; -ETIMEDOUT: it does not take it */
int board_give_frame(struct board *board, const uint8_t *frame, size_t size);

/** Puts data into the board's store, which "write PCB @SIZE" empties. @return 0; else the board's err_t */
int board_give_data(struct board *board, const uint8_t *data, size_t size);

/** Ends the board, which has a second for it, and then one more. */
void board_stop(struct board *board);

/** Ends the process, for what the board has done. */
void board_fail(struct board *board, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
