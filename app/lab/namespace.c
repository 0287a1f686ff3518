/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/link.h"

/* The namespace that namespace_enter() has made, as the file system knows it; ino 0: none. */
static struct {
	dev_t dev;
	ino_t ino;
} made;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int error;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	error = written < 0 ? errno : 0;
	close(fd);
	return -error;
}

/* The first character of a file under /proc/sys, or '\0'. */
static char read_switch(const char *path)
{
	char value = '\0';
	FILE *file = fopen(path, "re");

	if (file != NULL) {
		value = (char)getc(file);
		fclose(file);
	}
	return value;
}

static int refuse(int error, struct why *why)
{
	const char *remedy = "run tcplab as root";

	if (read_switch("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == '1')
		remedy = "run tcplab as root, or allow user namespaces: "
			 "sysctl kernel.apparmor_restrict_unprivileged_userns=0";
	else if (read_switch("/proc/sys/kernel/unprivileged_userns_clone") == '0')
		remedy = "run tcplab as root, or allow user namespaces: "
			 "sysctl kernel.unprivileged_userns_clone=1";
	else if (read_switch("/proc/sys/user/max_user_namespaces") == '0')
		remedy = "run tcplab as root, or allow user namespaces: "
			 "sysctl user.max_user_namespaces=1000";
	return why_set(
		why, error,
		"cannot make a private network namespace: %s. It needs CAP_SYS_ADMIN, or the "
		"right to make a user namespace: %s (in a container: start it with that right; "
		"in a chroot: only root has it)",
		strerror(error), remedy);
}

/* In a user namespace of its own the process is root, and nobody else exists. */
static int map_user(uid_t uid, gid_t gid, struct why *why)
{
	char map[48];
	int err;

	err = write_file("/proc/self/setgroups", "deny");
	if (err == 0 || err == -ENOENT) {
		snprintf(map, sizeof(map), "0 %u 1", (unsigned int)uid);
		err = write_file("/proc/self/uid_map", map);
	}
	if (err == 0) {
		snprintf(map, sizeof(map), "0 %u 1", (unsigned int)gid);
		err = write_file("/proc/self/gid_map", map);
	}
	if (err < 0)
		return why_set(
			why, -err,
			"cannot map user %u into the new user namespace: %s; run tcplab as root",
			(unsigned int)uid, strerror(-err));
	return 0;
}

static int note_namespace(struct why *why)
{
	struct stat ns;

	if (stat("/proc/self/ns/net", &ns) < 0)
		return why_set(why, errno,
			       "cannot tell the private network namespace from others: "
			       "/proc/self/ns/net: %s",
			       strerror(errno));
	made.dev = ns.st_dev;
	made.ino = ns.st_ino;
	return 0;
}

bool namespace_is_private(void)
{
	struct stat ns;

	return made.ino != 0 && stat("/proc/self/ns/net", &ns) == 0 && ns.st_ino == made.ino &&
	       ns.st_dev == made.dev;
}

bool namespace_has_thread(pid_t tid)
{
	struct stat ns;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)tid);
	return made.ino != 0 && stat(path, &ns) == 0 && ns.st_ino == made.ino &&
	       ns.st_dev == made.dev;
}

int namespace_enter(struct why *why)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int err;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
		if (errno != EPERM)
			return refuse(errno, why);
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0)
			return refuse(errno, why);
		err = map_user(uid, gid, why);
		if (err < 0)
			return err;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return why_set(why, errno, "cannot make the mounts of the experiment private: %s",
			       strerror(errno));
	err = note_namespace(why);
	return err < 0 ? err : link_up("lo", why);
}

/* A descriptor of the network namespace that the process is in. */
static int open_here(struct why *why)
{
	int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return ns >= 0 ? ns
		       : why_set(why, errno, "cannot open /proc/self/ns/net: %s", strerror(errno));
}

static int go(int ns, struct why *why)
{
	if (setns(ns, CLONE_NEWNET) < 0)
		return why_set(why, errno, "cannot go into another network namespace: %s",
			       strerror(errno));
	return 0;
}

int namespace_in(int ns, int (*fn)(void *context, struct why *why), void *context, struct why *why)
{
	int here = open_here(why), err;
	struct why back;

	if (here < 0)
		return here;
	err = go(ns, why);
	if (err == 0) {
		err = fn(context, why);
		if (go(here, &back) < 0) {
			*why = back;
			err = -EPERM;
		}
	}
	close(here);
	return err;
}

int namespace_beside(struct why *why)
{
	int here = open_here(why), beside, err;

	if (here < 0)
		return here;
	if (unshare(CLONE_NEWNET) < 0) {
		beside = why_set(why, errno, "cannot make a second network namespace: %s",
				 strerror(errno));
	} else {
		beside = open_here(why);
		err = go(here, why);
		if (err < 0 && beside >= 0) {
			close(beside);
			beside = err;
		}
	}
	close(here);
	return beside;
}

bool namespace_has_sysctl(const char *path)
{
	char file[256];

	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	return access(file, F_OK) == 0;
}

int namespace_sysctl(const char *path, const char *value, struct why *why)
{
	char file[256];
	int err;

	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	err = write_file(file, value);
	if (err < 0)
		return why_set(why, -err, "cannot set %s to %s: %s", file, value, strerror(-err));
	return 0;
}

int namespace_set(const char *setting, struct why *why)
{
	size_t length = strcspn(setting, "=");
	char path[256];

	if (setting[length] != '=' || length == 0 || length >= sizeof(path))
		return why_set(why, EINVAL, "a kernel parameter is set as NAME=VALUE, not '%s'",
			       setting);
	snprintf(path, sizeof(path), "%.*s", (int)length, setting);
	if (strchr(path, '/') == NULL)
		for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
			*dot = '/';
	/* All others are the whole machine's. */
	if (strncmp(path, "net/", 4) != 0 || strstr(path, "..") != NULL)
		return why_set(
			why, EINVAL,
			"'%.*s' is no parameter of a network namespace: those begin with net.",
			(int)length, setting);
	return namespace_sysctl(path, setting + length + 1, why);
}
