/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#define HOSTS "/etc/hosts"
/* Any directory would do: a file system in memory is there for as long as it takes to use it. */
#define SCRATCH "/tmp"

static void write_host(const struct lab *lab, enum host host, const char *name, FILE *out)
{
	char text[ENDPOINT_STRLEN];

	for (int family = 4; family <= 6; family += 2) {
		struct endpoint address = host_address(host, family);

		if (lab_has_family(lab, family))
			fprintf(out, "%s\t%s\n", address_format(&address, text), name);
	}
}

static int write_hosts(const struct lab *lab, const char *path)
{
	FILE *from = fopen(HOSTS, "re"), *to = fopen(path, "we");
	char bytes[4096];
	size_t size;
	int err = to == NULL ? -errno : 0;

	while (err == 0 && from != NULL && (size = fread(bytes, 1, sizeof(bytes), from)) > 0)
		fwrite(bytes, 1, size, to);
	if (err == 0) {
		fprintf(to, "\n# tcplab\n");
		write_host(lab, HOST_LWIP, "lwip", to);
		write_host(lab, HOST_KERNEL, "kernel", to);
	}
	if (from != NULL)
		fclose(from);
	if (to != NULL && fclose(to) != 0)
		err = -errno;
	return err;
}

int names_add(const struct lab *lab, struct why *why)
{
	int err;

	if (mount("tmpfs", SCRATCH, "tmpfs", 0, "mode=755,size=1m") < 0)
		return why_set(why, errno, "cannot mount a tmpfs on %s: %s", SCRATCH,
			       strerror(errno));
	err = write_hosts(lab, SCRATCH "/hosts");
	if (err == 0 && mount(SCRATCH "/hosts", HOSTS, NULL, MS_BIND, NULL) < 0)
		err = -errno;
	/* The file stays while it is mounted. */
	umount2(SCRATCH, MNT_DETACH);
	if (err < 0)
		return why_set(why, -err, "cannot cover %s: %s", HOSTS, strerror(-err));
	return 0;
}
