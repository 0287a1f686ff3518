/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of names is made in memory, and that file system is mounted on /etc: any directory would do for as
 * long as it takes to cover /etc/hosts with the file, and /etc is there whatever else is missing. Where
 * /etc/hosts is not a file of its own, there is nothing to cover; then the file system stays, and all else
 * that /etc has is mounted again in it.
 */
#include "lab/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETC   "/etc"
#define HOSTS "hosts" /* in it */

static void write_host(const struct lab *lab, enum host host, const char *name, FILE *out)
{
	char text[ENDPOINT_STRLEN];

	for (int family = 4; family <= 6; family += 2) {
		struct endpoint address = host_address(host, family);

		if (lab_has_family(lab, family))
			fprintf(out, "%s\t%s\n", address_format(&address, text), name);
	}
}

/* from: the host's own file; NULL: there is none. */
static int write_hosts(const struct lab *lab, FILE *from, const char *path)
{
	FILE *to = fopen(path, "we");
	char bytes[4096];
	size_t size;

	if (to == NULL)
		return -errno;
	while (from != NULL && (size = fread(bytes, 1, sizeof(bytes), from)) > 0)
		fwrite(bytes, 1, size, to);
	fprintf(to, "\n# tcplab\n");
	write_host(lab, HOST_LWIP, "lwip", to);
	write_host(lab, HOST_KERNEL, "kernel", to);
	return fclose(to) == 0 ? 0 : -errno;
}

/* -- All of /etc; the covered one is the working directory meanwhile, and so is within reach */

/* The link, and not what it leads to: that may be in /etc, or lead on from there. */
static int copy_link(const char *name, const char *path)
{
	char to[PATH_MAX];
	ssize_t length = readlink(name, to, sizeof(to) - 1);

	if (length < 0)
		return -errno;
	to[length] = '\0';
	return symlink(to, path) < 0 ? -errno : 0;
}

static int mount_again(const char *name, const char *path, bool directory)
{
	int fd = directory ? mkdir(path, 0755)
			   : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	if (!directory)
		close(fd);
	return mount(name, path, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

static int carry_over(const char *name, struct why *why)
{
	char path[sizeof(ETC) + NAME_MAX + 1];
	struct stat found;
	int err;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, HOSTS) == 0)
		return 0;
	snprintf(path, sizeof(path), ETC "/%s", name);
	if (lstat(name, &found) < 0)
		err = errno == ENOENT ? 0 : -errno; /* somebody has just removed it */
	else if (S_ISLNK(found.st_mode))
		err = copy_link(name, path);
	else
		err = mount_again(name, path, S_ISDIR(found.st_mode));
	return err == 0 ? 0 : why_set(why, -err, "cannot carry over %s: %s", path, strerror(-err));
}

static int carry_over_all(DIR *etc, struct why *why)
{
	const struct dirent *entry;
	int err = 0;

	while (err == 0 && (entry = readdir(etc)) != NULL)
		err = carry_over(entry->d_name, why);
	return err;
}

/* -- Either way */

static bool is_own_file(const char *name)
{
	struct stat found;

	return lstat(name, &found) == 0 && S_ISREG(found.st_mode);
}

/* The tmpfs is on /etc. */
static int cover_with(const struct lab *lab, FILE *from, DIR *etc, bool all, struct why *why)
{
	int err = write_hosts(lab, from, ETC "/" HOSTS);

	if (err < 0)
		return why_set(why, -err, "cannot write a file of names: %s", strerror(-err));
	if (all)
		return carry_over_all(etc, why);
	if (mount(ETC "/" HOSTS, HOSTS, NULL, MS_BIND, NULL) < 0)
		return why_set(why, errno, "cannot cover " ETC "/" HOSTS ": %s", strerror(errno));
	return 0;
}

/* The working directory is the /etc that etc is. */
static int cover(const struct lab *lab, DIR *etc, struct why *why)
{
	bool all = !is_own_file(HOSTS);
	FILE *from = fopen(HOSTS, "re");
	int err;

	if (mount("tmpfs", ETC, "tmpfs", 0, "mode=755") < 0) {
		err = why_set(why, errno, "cannot mount a tmpfs on " ETC ": %s", strerror(errno));
	} else {
		err = cover_with(lab, from, etc, all, why);
		if (err < 0 || !all)
			umount2(ETC, MNT_DETACH); /* a file stays while it is mounted */
	}
	if (from != NULL)
		fclose(from);
	return err;
}

int names_add(const struct lab *lab, struct why *why)
{
	int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), err;
	DIR *etc = opendir(ETC);

	if (here < 0)
		err = why_set(why, errno, "cannot open the working directory: %s", strerror(errno));
	else if (etc == NULL || fchdir(dirfd(etc)) < 0)
		err = why_set(why, errno, "cannot open " ETC ", where they would stand: %s",
			      strerror(errno));
	else
		err = cover(lab, etc, why);
	if (etc != NULL) {
		if (here >= 0 && fchdir(here) < 0)
			err = why_set(why, errno, "cannot go back to the working directory: %s",
				      strerror(errno));
		closedir(etc);
	}
	if (here >= 0)
		close(here);
	return err;
}
