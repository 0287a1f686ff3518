/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/boards.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QEMU            "qemu-system-arm"
#define DEFAULT_PROFILE "lab"

/*
 * The machine, as it is run, recorded and replayed. A recording counts instructions, and each takes 2^5 ns then:
 * 31 MHz, about the real board's 25.
 */
static const char *const machine[] = {
	QEMU,
	"-M",
	"mps2-an385",
	"-display",
	"none",
	"-monitor",
	"none",
	"-semihosting-config",
	"enable=on,target=native",
	"-serial",
	"chardev:serial",
	"-net",
	"nic,netdev=ethernet",
};
#define MACHINE_WORDS (sizeof(machine) / sizeof(machine[0]))
#define SHIFT         "shift=5"
#define REPLAY        "filter-replay,id=replay,netdev=ethernet"

/* Where the firmware is: beside this program. */
int boards_firmware(const struct board_choice *choice, char path[PATH_MAX], struct why *why)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	size_t room;
	char *name;

	if (length < 0)
		return why_set(why, errno,
			       "cannot find out where this program is: /proc/self/exe: %s",
			       strerror(errno));
	path[length] = '\0';
	name = strrchr(path, '/') + 1;
	room = PATH_MAX - (size_t)(name - path);
	if (snprintf(name, room, "mcu/%s-agent.elf", choice->profile) >= (int)room)
		return why_set(why, ENAMETOOLONG,
			       "--lwip " BOARDS_MCU ": no profile has such a name");
	if (access(path, R_OK) < 0)
		return why_set(why, errno,
			       "--lwip " BOARDS_MCU ": cannot read the firmware %s: %s; 'make mcu' "
			       "builds those of the profiles lab and linux",
			       path, strerror(errno));
	return 0;
}

bool boards_is_mcu(const char *text)
{
	size_t length = strlen(BOARDS_MCU);

	return strncmp(text, BOARDS_MCU, length) == 0 &&
	       (text[length] == '\0' || text[length] == ':');
}

static bool is_in_path(const char *program)
{
	const char *dir = getenv("PATH");
	char path[PATH_MAX];

	while (dir != NULL && *dir != '\0') {
		size_t length = strcspn(dir, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, dir, program);
		if (access(path, X_OK) == 0)
			return true;
		dir += length + (dir[length] == ':');
	}
	return false;
}

int boards_choose_mcu(struct board_choice *choice, const char *text, struct why *why)
{
	const char *colon = strchr(text, ':');
	char firmware[PATH_MAX];
	int err;

	*choice = (struct board_choice){ .profile = colon == NULL ? DEFAULT_PROFILE : colon + 1 };
	err = boards_firmware(choice, firmware, why);
	if (err == 0 && !is_in_path(QEMU))
		err = why_set(why, ENOENT,
			      "--lwip " BOARDS_MCU ": there is no " QEMU " in PATH; 'make mcu' "
			      "installs it");
	return err;
}

int boards_choose_command(struct board_choice *choice, const char *command, struct why *why)
{
	if (*command == '\0')
		return why_set(why, EINVAL, "--board wants a command: the board's program");
	*choice = (struct board_choice){ .command = command };
	return 0;
}

const char *boards_name(const struct board_choice *choice, char text[BOARDS_STRLEN])
{
	if (choice->profile != NULL)
		snprintf(text, BOARDS_STRLEN, "QEMU's mps2-an385, profile %s", choice->profile);
	else
		snprintf(text, BOARDS_STRLEN, "%s", choice->command);
	return choice->profile == NULL && choice->command == NULL ? NULL : text;
}

/* @param icount  NULL: nothing is recorded */
static void start_qemu(struct board_program *program, const char *chardev, const char *icount)
{
	const char *const more[] = {
		"-kernel",
		program->firmware,
		"-chardev",
		chardev,
		"-netdev",
		"dgram,id=ethernet,local.type=fd,local.str=3",
		icount == NULL ? NULL : "-icount",
		icount,
		"-object",
		REPLAY,
		NULL,
	};

	_Static_assert(sizeof(machine) + sizeof(more) <= sizeof(program->argv), "room for all");
	memcpy(program->argv, machine, sizeof(machine));
	memcpy(program->argv + MACHINE_WORDS, more, sizeof(more));
}

int boards_program(const struct board_choice *choice, struct board_program *program,
		   struct why *why)
{
	int err;

	if (choice->profile == NULL) {
		program->argv[0] = "sh";
		program->argv[1] = "-c";
		program->argv[2] = choice->command;
		program->argv[3] = NULL;
		return 0;
	}
	err = boards_firmware(choice, program->firmware, why);
	if (err == 0)
		start_qemu(program, "stdio,id=serial,signal=off", NULL);
	return err;
}

/* A path within an option of QEMU's: a comma stands twice. */
static int put_path(char option[PATH_MAX], const char *before, const char *path, struct why *why)
{
	size_t length = (size_t)snprintf(option, PATH_MAX, "%s", before);

	for (; *path != '\0' && length + 2 < PATH_MAX; path++) {
		option[length++] = *path;
		if (*path == ',')
			option[length++] = ',';
	}
	option[length] = '\0';
	return *path == '\0' ? 0
			     : why_set(why, ENAMETOOLONG,
				       "cannot record: the directory's path is too long");
}

int boards_recorder(const struct board_choice *choice, const char *recording, const char *log,
		    struct board_program *program, struct why *why)
{
	int err = boards_firmware(choice, program->firmware, why);

	if (err == 0)
		err = put_path(program->icount, SHIFT ",rr=record,rrfile=", recording, why);
	if (err == 0)
		err = put_path(program->chardev, "stdio,id=serial,signal=off,logfile=", log, why);
	if (err == 0)
		start_qemu(program, program->chardev, program->icount);
	return err;
}

void boards_write_replay(FILE *out)
{
	fputs("#!/bin/sh\n"
	      "# replay NAME [OPTION...]: the recorded run of a board once more, in QEMU: NAME.rr "
	      "beside this\n"
	      "# file. What the board says goes to the standard output, or to the chardev SERIAL.\n"
	      "set -eu\n"
	      "cd \"$(dirname \"$0\")\"\n"
	      "recording=$(printf %s \"$1\" | sed 's/,/&&/g').rr\n"
	      "shift\n"
	      "exec",
	      out);
	for (size_t i = 0; i < MACHINE_WORDS; i++)
		fprintf(out, " %s", machine[i]);
	fputs(" \\\n\t-kernel firmware.elf -chardev \"${SERIAL:-stdio,signal=off},id=serial\" \\\n"
	      "\t-netdev user,id=ethernet,restrict=on -object " REPLAY " \\\n"
	      "\t-icount \"" SHIFT ",rr=replay,rrfile=$recording\" \"$@\"\n",
	      out);
}
