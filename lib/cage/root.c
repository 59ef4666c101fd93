/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/cage/parts.h"

enum { MODE = 0755 };

static int
make_parents(char *path, size_t from)
{
	for (char *p = path + from + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, MODE) < 0 && errno != EEXIST)
			return -1;
		*p = '/';
	}
	return 0;
}

/* Something to mount on, of the kind of the original. */
static int
make_target(const char *path, bool directory)
{
	int fd;

	if (directory)
		return mkdir(path, MODE);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
bind_one(const char *base, const char *path)
{
	const unsigned long ro = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char target[PATH_MAX];
	struct stat st;
	int n;

	if (stat(path, &st) < 0)
		return 0;
	n = snprintf(target, sizeof(target), "%s%s", base, path);
	if (n < 0 || (size_t)n >= sizeof(target))
		return -1;
	if (make_parents(target, strlen(base)) < 0 ||
	    make_target(target, S_ISDIR(st.st_mode)) < 0)
		return -1;
	/* MS_REC: in a user namespace a tree with mounts below it cannot be
	 * bound without them. */
	if (mount(path, target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	return mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | ro, NULL);
}

static int
change_root(const char *base)
{
	if (chdir(base) < 0)
		return -1;
	/* The old root ends up on top of the new one and is then taken away:
	 * pivot_root(2), "pivot_root(".", ".")".  It cannot be pivoted from an
	 * initramfs; there chroot(2) holds, as a worker has neither the right
	 * to call it again nor an fd outside. */
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			return -1;
	} else if (chroot(".") < 0) {
		return -1;
	}
	return chdir("/");
}

static int
build(const char *base, const char *const *read_only)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char path[PATH_MAX];

	if (mount("docpipe", base, "tmpfs", flags, "size=1m,mode=0755") < 0)
		return -1;
	for (; read_only != NULL && *read_only != NULL; read_only++)
		if (bind_one(base, *read_only) < 0)
			return -1;
	snprintf(path, sizeof(path), "%s/tmp", base);
	if (mkdir(path, MODE) < 0)
		return -1;
	if (mount(NULL, base, NULL, MS_REMOUNT | MS_RDONLY | flags,
		"size=1m,mode=0755") < 0)
		return -1;
	return change_root(base);
}

int
doc_cage_private_root(const char *base, const char *const *read_only)
{
	/* Workers may be nobody, who has to get through. */
	mode_t mask = umask(0);
	int rc = build(base, read_only);

	umask(mask);
	return rc;
}
