/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/environment.h"

#include <string.h>
#include <sys/utsname.h>

#include "lab/settings.h"

void environment_write(enum device_kind netif, FILE *out)
{
	struct utsname system;

	uname(&system);
	fprintf(out, "kernel: %s %s %s\n", system.sysname, system.release, system.machine);
	fprintf(out, "netif: %s\n", device_name(netif));
	fprintf(out, "lwIP: %s\n", settings_lwip_version());
	for (const struct option_of_lwip *option = settings_lwip; option->name != NULL; option++)
		fprintf(out, "%s: %u\n", option->name, settings_lwip_value(option));
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
