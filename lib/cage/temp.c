/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/cage/parts.h"

/* Inodes are kernel memory that no size= counts: about 1 KiB each.  An
 * unpacked archive of this many files at one time is a bomb. */
enum { MAX_INODES = 32768 };

int
doc_cage_tmpfs(const char *at, uint64_t bytes, bool nobody)
{
	unsigned uid = nobody ? DOC_CAGE_NOBODY : geteuid();
	unsigned gid = nobody ? DOC_CAGE_NOBODY : getegid();
	char options[128];

	/* size=0 would mean no limit. */
	snprintf(options, sizeof(options),
	    "size=%llu,nr_inodes=%d,mode=0700,uid=%u,gid=%u",
	    (unsigned long long)DOC_MAX(bytes, (uint64_t)1), MAX_INODES, uid,
	    gid);
	return mount("docpipe", at, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    options);
}

static int
make_dir(struct doc_cage *cage, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/w-%ld-XXXXXX", cage->temp,
	    (long)getpid());

	if (n < 0 || (size_t)n >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdtemp(path) == NULL)
		return -1;
	if (cage->drop_uid && chown(path, DOC_CAGE_NOBODY, DOC_CAGE_NOBODY) < 0)
		return -1;
	return 0;
}

/* In a child: can a worker, as whom it will be, make a file there? */
static int
try_dir(void *arg)
{
	struct doc_cage *cage = arg;
	struct doc_error err = { 0 };
	int fd;

	if (doc_cage_drop(cage->drop_uid, &err) < 0 || chdir(cage->temp) < 0)
		return 1;
	fd = open("try", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return 1;
	close(fd);
	return unlink("try") < 0;
}

int
doc_cage_temp_open(struct doc_cage *cage, struct doc_error *err)
{
	struct doc_cage trial = *cage;
	int bad;

	/* Nobody has to go through it, but not to list it. */
	if (cage->drop_uid && chmod(cage->temp, 0711) < 0)
		return doc_cage_fail(err, "open the temporary directory");
	if (make_dir(cage, trial.temp, sizeof(trial.temp)) < 0)
		return doc_cage_fail(err, "make a private directory");
	bad = doc_cage_try(try_dir, &trial);
	rmdir(trial.temp);
	if (bad != 0)
		return doc_error_set(err, DOC_E_SANDBOX,
		    "workers cannot use the temporary directory: one of those "
		    "above it is closed to user nobody");
	return 0;
}

int
doc_cage_temp_enter(struct doc_cage *cage, uint64_t bytes,
    struct doc_error *err)
{
	char path[sizeof(cage->temp)];

	if (!cage->profile->temp)
		return 0;
	if (cage->place[0] != '\0') {
		if (unshare(CLONE_NEWNS) < 0)
			return doc_cage_fail(err, "unshare the mounts");
		if (doc_cage_tmpfs(cage->temp, bytes, cage->drop_uid) < 0)
			return doc_cage_fail(err, "mount a private directory");
		return 0;
	}
	if (make_dir(cage, path, sizeof(path)) < 0)
		return doc_cage_fail(err, "make a private directory");
	memcpy(cage->temp, path, sizeof(path));
	return 0;
}
