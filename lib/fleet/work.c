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

#include "lib/base/tree.h"
#include "lib/fleet/work.h"

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static void
base_path(char out[static 4000])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(out, 4000, "%s/docrun-%u",
	    tmp != NULL && *tmp == '/' ? tmp : "/var/tmp", (unsigned)getuid());
}

/* Ours and nobody else's, for others may write to the folder above. */
static int
open_base(const char *base, struct doc_error *err)
{
	struct stat st;
	int fd = -1;

	/* Whoever closes the last one removes it. */
	for (unsigned tries = 0; fd < 0 && tries < 100; tries++) {
		if (mkdir(base, 0700) < 0 && errno != EEXIST)
			return doc_error_sys(err, "cannot make '%s'", base);
		fd = open(base, FOLDER);
		if (fd < 0 && errno != ENOENT)
			break;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		doc_error_sys(err, "cannot open '%s'", base);
	} else if (st.st_uid != getuid() || (st.st_mode & 077) != 0) {
		doc_error_set(err, DOC_E_IO, "'%s' is not ours alone", base);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

int
doc_workdir_open(struct doc_workdir *w, struct doc_error *err)
{
	char base[4000];

	w->fd = -1;
	base_path(base);
	doc_workdir_sweep();
	/* A sweeper may come between any two of these, and finds no lock. */
	for (unsigned tries = 0; tries < 10; tries++) {
		doc_autoclose int dir = open_base(base, err);
		uint32_t random;

		if (dir < 0 || getrandom(&random, sizeof(random), 0) < 0)
			break;
		snprintf(w->path, sizeof(w->path), "%s/%ld.%08" PRIx32, base,
		    (long)getpid(), random);
		if (mkdir(w->path, 0700) < 0)
			continue;
		w->fd = open(w->path, FOLDER);
		if (w->fd >= 0 && flock(w->fd, LOCK_EX) == 0 &&
		    faccessat(AT_FDCWD, w->path, F_OK, 0) == 0)
			return 0;
		if (w->fd >= 0)
			close(w->fd);
		w->fd = -1;
	}
	return doc_error_sys(err, "cannot make '%s'", w->path);
}

void
doc_workdir_close(struct doc_workdir *w)
{
	if (w->fd < 0)
		return;
	doc_tree_remove(w->path);
	close(w->fd);
	w->fd = -1;
	/* The folder of them all, if it is empty now. */
	*strrchr(w->path, '/') = '\0';
	rmdir(w->path);
}

unsigned
doc_workdir_sweep(void)
{
	struct doc_error err = { 0 };
	unsigned swept = 0;
	char base[4000];
	DIR *d;
	int fd;

	base_path(base);
	fd = open_base(base, &err);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		doc_autoclose int at = -1;
		char path[4300];

		if (e->d_name[0] == '.')
			continue;
		at = openat(fd, e->d_name, FOLDER);
		if (at < 0 || flock(at, LOCK_EX | LOCK_NB) < 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", base, e->d_name);
		doc_tree_remove(path);
		swept++;
	}
	closedir(d);
	rmdir(base);
	return swept;
}
