/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/io.h"
#include "lib/base/lair.h"
#include "lib/base/tree.h"
#include "lib/base/whose.h"

enum {
	TRIES = 100,
	DAY_S = 24 * 3600,
	BOOT = 8, /* digits */
	FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
};

static void
boot_mark(char out[static BOOT + 1])
{
	char id[40] = "", hex[DOC_DIGEST_HEX];
	doc_autoclose int fd = open("/proc/sys/kernel/random/boot_id",
	    O_RDONLY | O_CLOEXEC);
	struct doc_digest d;

	if (fd >= 0 && doc_read_full(fd, id, sizeof(id) - 1) < 0)
		id[0] = '\0';
	doc_digest_init(&d);
	doc_digest_add(&d, id, sizeof(id));
	doc_digest_hex(&d, hex);
	memcpy(out, hex, BOOT);
	out[BOOT] = '\0';
}

/* Could somebody else have moved a folder of ours to a name in there? */
static bool
is_open_to_others(int top)
{
	struct stat st;

	return fstat(top, &st) < 0 ||
	    (st.st_uid != geteuid() && st.st_uid != 0) ||
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX));
}

/* Is nobody there?  `name` is KIND.PID.BOOT.RANDOM, without KIND and the dot;
 * the lock stays taken, so that nobody comes. */
static bool
is_left(int fd, const char *name, const struct doc_lair_kind *kind)
{
	const char *boot = strchr(name, '.');
	bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
	char ours[BOOT + 1];
	struct stat st;

	if ((!locked && errno == EWOULDBLOCK) || fstat(fd, &st) < 0 ||
	    st.st_uid != geteuid() || boot == NULL)
		return false;
	boot_mark(ours);
	if (locked && strncmp(boot + 1, ours, BOOT) == 0)
		return true;
	return time(NULL) - st.st_mtim.tv_sec > DAY_S &&
	    (kind->busy || (locked && !doc_whose_shared(fd)));
}

void
doc_lair_sweep(int top, const struct doc_lair_kind *kind)
{
	int fd = openat(top, ".", FOLDER);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	size_t n = strlen(kind->word);

	if (d == NULL && fd >= 0)
		close(fd);
	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		doc_autoclose int its = -1;

		if (strncmp(e->d_name, kind->word, n) != 0 ||
		    e->d_name[n] != '.' || is_open_to_others(fd))
			continue;
		its = openat(fd, e->d_name, FOLDER);
		if (its >= 0 && is_left(its, e->d_name + n + 1, kind))
			doc_tree_remove_at(fd, e->d_name);
	}
	closedir(d);
}

/* Whoever sweeps between our mkdir and our lock takes the folder for left:
 * ENOENT. */
static int
lock(struct doc_lair *lair, int top)
{
	struct stat ours, there;
	doc_autoclose int fd = openat(top, lair->name, FOLDER);

	if (fd < 0)
		return -1;
	/* A disk without locks is one where nobody sweeps at once. */
	if ((flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) ||
	    fstat(fd, &ours) < 0 ||
	    fstatat(top, lair->name, &there, AT_SYMLINK_NOFOLLOW) < 0 ||
	    ours.st_ino != there.st_ino || ours.st_dev != there.st_dev) {
		errno = ENOENT;
		return -1;
	}
	lair->fd = doc_steal_fd(&fd);
	return 0;
}

/* -> why it was not ours. */
static int
give_back(const struct doc_lair *lair, int top)
{
	int why = errno;

	unlinkat(top, lair->name, AT_REMOVEDIR);
	errno = why;
	return why;
}

int
doc_lair_make(struct doc_lair *lair, int top, const struct doc_lair_kind *kind)
{
	char boot[BOOT + 1];

	boot_mark(boot);
	for (int tries = 0; tries < TRIES; tries++) {
		uint32_t random;

		if (getrandom(&random, sizeof(random), 0) < 0)
			break;
		snprintf(lair->name, sizeof(lair->name),
		    "%.20s.%ld.%s.%08" PRIx32, kind->word, (long)getpid(), boot,
		    random);
		if (mkdirat(top, lair->name, 0700) < 0) {
			if (errno != EEXIST)
				break;
		} else if (lock(lair, top) == 0) {
			return 0;
		} else if (give_back(lair, top) != ENOENT) {
			break;
		}
	}
	lair->name[0] = '\0';
	lair->fd = -1;
	return -1;
}

void
doc_lair_remove(struct doc_lair *lair, int top)
{
	if (lair->name[0] != '\0')
		doc_tree_remove_at(top, lair->name);
	lair->name[0] = '\0';
	if (lair->fd >= 0)
		close(doc_steal_fd(&lair->fd));
}

int
doc_lair_open(const char *dir, const struct doc_lair_kind *kind, char *path,
    size_t size, struct doc_error *err)
{
	doc_autoclose int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct doc_lair lair;
	int n;

	if (top >= 0)
		doc_lair_sweep(top, kind);
	if (top < 0 || doc_lair_make(&lair, top, kind) < 0)
		return doc_error_sys(err, "cannot make a folder in %s", dir);
	n = snprintf(path, size, "%s/%s", dir, lair.name);
	if (n >= 0 && (size_t)n < size)
		return lair.fd;
	doc_lair_remove(&lair, top);
	path[0] = '\0';
	return doc_error_set(err, DOC_E_NAME, "'%s' is too long", dir);
}
