/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/boards.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QEMU    "qemu-system-arm"
#define PROFILE "lab"

/* Where the firmware is: beside this program. */
static int find_firmware(const char *profile, char path[PATH_MAX], struct why *why)
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
	if (snprintf(name, room, "mcu/%s-agent.elf", profile) >= (int)room)
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

int boards_mcu(const char *text, const char *const **argv, struct why *why)
{
	static char firmware[PATH_MAX];
	static const char *const qemu[] = {
		QEMU,
		"-M",
		"mps2-an385",
		"-display",
		"none",
		"-monitor",
		"none",
		"-semihosting-config",
		"enable=on,target=native",
		"-chardev",
		"stdio,id=serial,signal=off",
		"-serial",
		"chardev:serial",
		"-netdev",
		"dgram,id=ethernet,local.type=fd,local.str=3",
		"-net",
		"nic,netdev=ethernet",
		"-kernel",
		firmware,
		NULL,
	};
	const char *colon = strchr(text, ':');
	int err = find_firmware(colon == NULL ? PROFILE : colon + 1, firmware, why);

	if (err < 0)
		return err;
	if (!is_in_path(QEMU))
		return why_set(why, ENOENT,
			       "--lwip " BOARDS_MCU ": there is no " QEMU " in PATH; 'make mcu' "
			       "installs it");
	*argv = qemu;
	return 0;
}

int boards_command(const char *command, const char *const **argv, struct why *why)
{
	static const char *shell[] = { "sh", "-c", NULL, NULL };

	if (*command == '\0')
		return why_set(why, EINVAL, "--board wants a command: the board's program");
	shell[2] = command;
	*argv = shell;
	return 0;
}
