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

#include "lib/base/io.h"
#include "lib/spool/incoming.h"

#define INCOMING ".incoming."

enum { FOREIGN_AGE_S = 24 * 3600 };

static void
boot_mark(char out[static 9])
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
	memcpy(out, hex, 8);
	out[8] = '\0';
}

/* -1, or an fd that keeps its lock: nobody is there, and nobody comes. */
static int
take_left(const struct doc_spool *spool, const char *name, const char *boot)
{
	const char *its = strchr(name + strlen(INCOMING), '.');
	doc_autoclose int fd = openat(spool->dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
	struct stat st;

	if (fd < 0 || (!locked && errno == EWOULDBLOCK) || fstat(fd, &st) < 0)
		return -1;
	if (locked && its != NULL && strncmp(its + 1, boot, 8) == 0)
		return doc_steal_fd(&fd);
	return time(NULL) - st.st_mtim.tv_sec > FOREIGN_AGE_S
	    ? doc_steal_fd(&fd)
	    : -1;
}

static void
remove_folder(struct doc_spool *spool)
{
	int fd = openat(spool->dir, spool->incoming,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			unlinkat(fd, e->d_name, 0);
	closedir(d);
	unlinkat(spool->dir, spool->incoming, AT_REMOVEDIR);
}

void
doc_incoming_remove(struct doc_spool *spool)
{
	if (spool->incoming[0] != '\0')
		remove_folder(spool);
	spool->incoming[0] = '\0';
	if (spool->mine >= 0)
		close(doc_steal_fd(&spool->mine));
}

void
doc_incoming_sweep(const struct doc_spool *spool)
{
	int fd = fcntl(spool->dir, F_DUPFD_CLOEXEC, 3);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char boot[9];

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	boot_mark(boot);
	rewinddir(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct doc_spool old = { .dir = spool->dir, .mine = -1 };

		if (strncmp(e->d_name, INCOMING, strlen(INCOMING)) != 0 ||
		    strlen(e->d_name) >= sizeof(old.incoming))
			continue;
		old.mine = take_left(spool, e->d_name, boot);
		if (old.mine < 0)
			continue;
		strcpy(old.incoming, e->d_name);
		doc_incoming_remove(&old);
	}
	closedir(d);
}

/* Whoever sweeps between our mkdir and our lock takes the folder for left. */
static int
lock_incoming(struct doc_spool *spool)
{
	struct stat ours, there;

	spool->mine = openat(spool->dir, spool->incoming,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (spool->mine >= 0 &&
	    (flock(spool->mine, LOCK_EX | LOCK_NB) == 0 ||
		errno != EWOULDBLOCK) &&
	    fstat(spool->mine, &ours) == 0 &&
	    fstatat(spool->dir, spool->incoming, &there, AT_SYMLINK_NOFOLLOW) ==
		0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
		return 0;
	if (spool->mine >= 0)
		close(doc_steal_fd(&spool->mine));
	return -1;
}

int
doc_incoming_make(struct doc_spool *spool)
{
	char boot[9];

	boot_mark(boot);
	for (int tries = 0; tries < 100; tries++) {
		uint32_t random;

		if (getrandom(&random, sizeof(random), 0) < 0)
			break;
		snprintf(spool->incoming, sizeof(spool->incoming),
		    INCOMING "%ld.%s.%08" PRIx32, (long)getpid(), boot, random);
		if (mkdirat(spool->dir, spool->incoming, 0700) == 0) {
			if (lock_incoming(spool) == 0)
				return 0;
		} else if (errno != EEXIST) {
			break;
		}
	}
	spool->incoming[0] = '\0';
	return -1;
}
