/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs that are boards (lab/board.h): QEMU with the firmware of port/mps2-an385, and any other.
 */
#ifndef APP_CMD_BOARDS_H
#define APP_CMD_BOARDS_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "lab/why.h"

/** What --lwip takes for QEMU's: this, or this with ":PROFILE". */
#define BOARDS_MCU "mcu"

/** What the command line says of a board: one of these, or nothing, and lwIP is in this process. */
struct board_choice {
	const char *profile; /**< QEMU's, with the firmware of this profile */
	const char *command; /**< of the shell */
};

/** A program and its arguments, as lab_settings want it, and what they consist of. */
struct board_program {
	char firmware[PATH_MAX];
	char chardev[PATH_MAX], icount[PATH_MAX];
	const char *argv[40];
};

/** @return whether a value of --lwip names QEMU's board, and no setting of lwIP's */
bool boards_is_mcu(const char *text);

/**
 * Chooses QEMU's mps2-an385 with the firmware that stands beside this program, build/mcu/PROFILE-agent.elf.
 *
 * @param text  "mcu", with the profile config/lab; "mcu:linux"
 * @return 0; -ENOENT with what is missing, and how to get it, in why
 */
int boards_choose_mcu(struct board_choice *choice, const char *text, struct why *why);

/** Chooses a command for the shell. @return 0; -EINVAL with the reason in why */
int boards_choose_command(struct board_choice *choice, const char *command, struct why *why);

#define BOARDS_STRLEN 256
/** @return the board in people's words; NULL: there is none */
const char *boards_name(const struct board_choice *choice, char text[BOARDS_STRLEN]);

/** @param program  receives how a board that has been chosen is started @return 0; a negative errno with the reason in why */
int boards_program(const struct board_choice *choice, struct board_program *program,
		   struct why *why);

/**
 * The same for QEMU's board, all that comes in from outside recorded (docs/board.md).
 *
 * @param recording  the file for that
 * @param log        the file for what the board says
 */
int boards_recorder(const struct board_choice *choice, const char *recording, const char *log,
		    struct board_program *program, struct why *why);

/** Writes a shell script that replays: beside recordings, NAME.rr, and their firmware, firmware.elf. */
void boards_write_replay(FILE *out);

/** Finds the firmware. @return 0; -ENOENT with the reason in why */
int boards_firmware(const struct board_choice *choice, char path[PATH_MAX], struct why *why);

#endif
