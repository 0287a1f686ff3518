/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

/* Opens a file beside the path. @return its descriptor; a negative errno */
static int open_beside(const char *path, char partial[4096])
{
	int fd;

	if (snprintf(partial, 4096, "%s" SUFFIX, path) >= 4096)
		return -ENAMETOOLONG;
	fd = mkstemp(partial);
	return fd < 0 ? -errno : fd;
}

static int cannot_write(const char *path, int error, struct why *why)
{
	return why_set(why, error, "cannot write %s: %s", path, strerror(error));
}

int outfile_write(const char *path, void (*write)(const void *context, FILE *out),
		  const void *context, struct why *why)
{
	char partial[4096];
	int fd = open_beside(path, partial), error = 0;
	FILE *file;

	if (fd < 0)
		return cannot_write(path, -fd, why);
	file = fdopen(fd, "w");
	if (file == NULL) {
		error = errno;
		close(fd);
	} else {
		errno = 0;
		write(context, file);
		if (ferror(file) || fflush(file) != 0 || fchmod(fd, 0644) < 0)
			error = errno != 0 ? errno : EIO;
		if (fclose(file) != 0 && error == 0)
			error = errno;
	}
	if (error == 0 && rename(partial, path) < 0)
		error = errno;
	if (error != 0) {
		remove(partial);
		return cannot_write(path, error, why);
	}
	return 0;
}

int outfile_check(const char *path, struct why *why)
{
	char partial[4096];
	struct stat stat_;
	int fd;

	if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode))
		return cannot_write(path, EISDIR, why);
	fd = open_beside(path, partial);
	if (fd < 0)
		return cannot_write(path, -fd, why);
	close(fd);
	remove(partial);
	return 0;
}

int outfile_directory(const char *path, struct why *why)
{
	struct stat stat_;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &stat_) == 0 && !S_ISDIR(stat_.st_mode))
		errno = ENOTDIR;
	if (errno == EEXIST)
		return 0;
	return why_set(why, errno, "cannot make the directory %s: %s", path, strerror(errno));
}
