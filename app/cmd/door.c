/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 40
/* Behind the process's number. */
#define NO_INSIDE " on a segment"

static int check_name(const char *name, struct why *why)
{
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
	    strlen(name) > NAME_MAX_LENGTH)
		return why_set(
			why, EINVAL,
			"'%s' is no name for a live host: 1 to %d characters, no '/', and no "
			"'.' at its beginning",
			name, NAME_MAX_LENGTH);
	return 0;
}

/* The directory of this user's live hosts. Others must not have made it, nor write into it. */
static int find_directory(char path[200], struct why *why)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat found;

	if (runtime != NULL && runtime[0] == '/' && strlen(runtime) < 150)
		snprintf(path, 200, "%s/tcplab", runtime);
	else
		snprintf(path, 200, "/tmp/tcplab-%u", (unsigned int)geteuid());
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return why_set(why, errno,
			       "cannot make the directory of live hosts, %s: %s; set "
			       "XDG_RUNTIME_DIR to a directory of yours",
			       path, strerror(errno));
	if (lstat(path, &found) < 0)
		return why_set(why, errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 022) != 0)
		return why_set(why, EPERM,
			       "%s is not a directory of yours alone: remove it, or set "
			       "XDG_RUNTIME_DIR",
			       path);
	return 0;
}

static int find_path(struct door *door, const char *name, struct why *why)
{
	char directory[200];
	int err = check_name(name, why);

	if (err == 0)
		err = find_directory(directory, why);
	if (err == 0)
		snprintf(door->path, sizeof(door->path), "%s/%s", directory, name);
	return err;
}

/* The process that has written itself into the file; 0: none yet. */
static pid_t read_process(int fd)
{
	char text[24] = "";

	return pread(fd, text, sizeof(text) - 1, 0) <= 0 ? 0 : (pid_t)atoi(text);
}

/* Whether that process has namespaces to be entered. */
static bool has_inside(int fd)
{
	char text[48] = "";

	return pread(fd, text, sizeof(text) - 1, 0) <= 0 || strstr(text, NO_INSIDE) == NULL;
}

/* Whether the file is still that of its path: its owner may have removed it just before. */
static bool is_there(const struct door *door)
{
	struct stat open, there;

	return fstat(door->fd, &open) == 0 && stat(door->path, &there) == 0 &&
	       open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

int door_open(struct door *door, const char *name, struct why *why)
{
	int err = find_path(door, name, why);

	door->fd = -1;
	while (err == 0) {
		door->fd = open(door->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (door->fd < 0)
			return why_set(why, errno, "cannot open %s: %s", door->path,
				       strerror(errno));
		if (flock(door->fd, LOCK_EX | LOCK_NB) < 0)
			err = why_set(why, EEXIST,
				      "there is a live host '%s' already (process %d): enter it "
				      "with 'tcplab exec', end it, or choose another --name",
				      name, (int)read_process(door->fd));
		else if (is_there(door))
			return ftruncate(door->fd, 0) == 0
				       ? 0
				       : why_set(why, errno, "cannot empty %s: %s", door->path,
						 strerror(errno));
		close(door->fd);
		door->fd = -1;
	}
	return err;
}

int door_announce(const struct door *door, bool inside, struct why *why)
{
	if (dprintf(door->fd, "%d%s\n", (int)getpid(), inside ? "" : NO_INSIDE) < 0)
		return why_set(why, errno, "cannot write %s: %s", door->path, strerror(errno));
	return 0;
}

void door_close(struct door *door)
{
	if (door->fd < 0)
		return;
	unlink(door->path); /* while it is locked: it is nobody else's */
	close(door->fd);
	door->fd = -1;
}

static bool is_locked(int fd)
{
	bool locked = flock(fd, LOCK_SH | LOCK_NB) < 0;

	if (!locked)
		flock(fd, LOCK_UN);
	return locked;
}

static int refuse_absent(const char *name, struct why *why)
{
	return why_set(why, ESRCH,
		       "there is no live host '%s' of yours: start it with 'tcplab up%s%s', in "
		       "another terminal",
		       name, strcmp(name, DOOR_NAME) == 0 ? "" : " --name ",
		       strcmp(name, DOOR_NAME) == 0 ? "" : name);
}

pid_t door_find(const char *name, int *pidfd, struct why *why)
{
	struct door door;
	pid_t pid = find_path(&door, name, why);

	if (pid < 0)
		return pid;
	door.fd = open(door.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (door.fd < 0)
		return errno == ENOENT ? refuse_absent(name, why)
				       : why_set(why, errno, "cannot open %s: %s", door.path,
						 strerror(errno));
	pid = is_locked(door.fd) ? read_process(door.fd) : -ESRCH;
	*pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (pid == 0)
		pid = why_set(why, EAGAIN, "the live host '%s' is still starting", name);
	else if (pid < 0 || *pidfd < 0 || !is_locked(door.fd)) /* ended meanwhile */
		pid = refuse_absent(name, why);
	else if (!has_inside(door.fd))
		pid = why_set(
			why, EINVAL,
			"the live host '%s' (process %d) is on a real Ethernet segment and has no "
			"inside: reach it from another host of the segment",
			name, (int)pid);
	close(door.fd);
	if (pid < 0 && *pidfd >= 0)
		close(*pidfd);
	return pid;
}
