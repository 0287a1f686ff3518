/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs that are boards (lab/board.h): QEMU with the firmware of port/mps2-an385, and any other.
 */
#ifndef APP_CMD_BOARDS_H
#define APP_CMD_BOARDS_H

#include <stdbool.h>

#include "lab/why.h"

/** What --lwip takes for QEMU's: this, or this with ":PROFILE". */
#define BOARDS_MCU "mcu"

/** @return whether a value of --lwip names QEMU's board, and no setting of lwIP's */
bool boards_is_mcu(const char *text);

/**
 * QEMU's mps2-an385 with the firmware that stands beside this program: build/mcu/PROFILE-agent.elf.
 *
 * @param text  "mcu", with the profile config/lab; "mcu:linux"
 * @param argv  receives the program and its arguments, which live as long as this one
 * @return 0; -ENOENT with what is missing, and how to get it, in why
 */
int boards_mcu(const char *text, const char *const **argv, struct why *why);

/** A command for the shell. @param argv  likewise @return 0; -EINVAL with the reason in why */
int boards_command(const char *command, const char *const **argv, struct why *why);

#endif
