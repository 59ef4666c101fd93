/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/spool/gc.h"
#include "lib/spool/spool.h"

typedef int visit(struct doc_gc *gc, int parent, const char *name,
    struct doc_error *err);

static bool
is_hex(const char *name, size_t len)
{
	return strspn(name, "0123456789abcdef") == len && name[len] == '\0';
}

static DIR *
open_dir(int parent, const char *name)
{
	int fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
}

/* What is gone already, or is no folder, is nobody's loss. */
static int
open_failed(struct doc_error *err)
{
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
	    ? 0
	    : doc_error_sys(err, "cannot read a folder of the spool");
}

/* Call fn for each name of `len` hexadecimal digits; 0 digits: any name that
 * does not begin with a dot. */
static int
each(struct doc_gc *gc, int parent, const char *name, size_t len, visit *fn,
    struct doc_error *err)
{
	DIR *dir = open_dir(parent, name);
	struct dirent *e;
	int rc = 0;

	if (dir == NULL)
		return open_failed(err);
	while (rc == 0 && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && (len == 0 || is_hex(e->d_name, len)))
			rc = fn(gc, dirfd(dir), e->d_name, err);
	closedir(dir);
	return rc;
}

/* The age of the youngest file, UINT64_MAX of none, and the bytes of all. */
static uint64_t
look_at(DIR *dir, uint64_t *bytes)
{
	uint64_t age_ms = UINT64_MAX;
	struct timespec now;
	struct dirent *e;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	while ((e = readdir(dir)) != NULL) {
		int64_t ms;

		if (e->d_name[0] == '.' ||
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) <
			0)
			continue;
		ms = ((int64_t)now.tv_sec - st.st_mtim.tv_sec) * 1000 +
		    (now.tv_nsec - st.st_mtim.tv_nsec) / 1000000;
		/* A time that is yet to come counts as now. */
		if (ms < 0)
			ms = 0;
		if ((uint64_t)ms < age_ms)
			age_ms = (uint64_t)ms;
		*bytes += (uint64_t)st.st_size;
	}
	return age_ms;
}

static void
empty(DIR *dir)
{
	struct dirent *e;

	rewinddir(dir);
	while ((e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(dir), e->d_name, 0);
}

static int
visit_entry(struct doc_gc *gc, int parent, const char *name,
    struct doc_error *err)
{
	DIR *dir = open_dir(parent, name);
	uint64_t bytes = 0;

	if (dir == NULL)
		return open_failed(err);
	gc->seen++;
	if (look_at(dir, &bytes) >= gc->keep_ms) {
		if (!gc->dry_run) {
			empty(dir);
			/* Not empty: somebody wrote there meanwhile. */
			unlinkat(parent, name, AT_REMOVEDIR);
		}
		gc->removed++;
		gc->bytes += bytes;
	}
	closedir(dir);
	return 0;
}

static int
visit_shelf(struct doc_gc *gc, int parent, const char *name,
    struct doc_error *err)
{
	if (each(gc, parent, name, DOC_DIGEST_HEX - 1, visit_entry, err) < 0)
		return -1;
	if (!gc->dry_run)
		unlinkat(parent, name, AT_REMOVEDIR);
	return 0;
}

static int
visit_tenant(struct doc_gc *gc, int parent, const char *name,
    struct doc_error *err)
{
	return gc->tenant != NULL && strcmp(gc->tenant, name) != 0
	    ? 0
	    : each(gc, parent, name, 2, visit_shelf, err);
}

int
doc_gc(struct doc_gc *gc, const char *path, struct doc_error *err)
{
	struct doc_spool spool;
	int rc;

	if (path != NULL && access(path, F_OK) < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	if (doc_spool_open(&spool, path, err) < 0)
		return -1;
	rc = each(gc, spool.dir, ".", 0, visit_tenant, err);
	doc_spool_close(&spool);
	return rc;
}
