/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/environment.h"

#include <string.h>
#include <sys/utsname.h>

#include "lab/settings.h"

static void write_lwip(FILE *out)
{
	fprintf(out, "lwIP: %s\n", settings_lwip_version());
	for (const struct option_of_lwip *option = settings_lwip; option->name != NULL; option++)
		fprintf(out, "%s: %u\n", option->name, settings_lwip_value(option));
}

void environment_write(const struct run_options *options, FILE *out)
{
	const char *board = boards_name(&options->board, (char[BOARDS_STRLEN]){ 0 });
	struct utsname system;

	uname(&system);
	fprintf(out, "kernel: %s %s %s\n", system.sysname, system.release, system.machine);
	fprintf(out, "netif: %s\n", device_name(options->lab.netif));
	if (board != NULL)
		fprintf(out, "board: %s\n", board);
	else
		write_lwip(out);
}

void environment_command(int argc, char **argv, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "tcplab");
	for (int i = 0; i < argc; i++) {
		used += strlen(text + used);
		snprintf(text + used, size - used,
			 strpbrk(argv[i], " *?['\"$\\{") != NULL ? " '%s'" : " %s", argv[i]);
	}
}
