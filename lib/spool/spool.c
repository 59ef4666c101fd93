/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/tree.h"
#include "lib/spool/spool.h"

static const struct doc_lair_kind incoming = { .word = ".incoming",
	.busy = true };

static int
default_path(char out[static PATH_MAX], struct doc_error *err)
{
	const char *own = getenv("DOCPIPE_SPOOL");
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (own != NULL && *own != '\0')
		snprintf(out, PATH_MAX, "%s", own);
	else if (cache != NULL && *cache == '/')
		snprintf(out, PATH_MAX, "%s/docpipe/spool", cache);
	else if (home != NULL && *home == '/')
		snprintf(out, PATH_MAX, "%s/.cache/docpipe/spool", home);
	else
		return doc_error_set(err, DOC_E_USAGE,
		    "no place for the spool: give --spool, or set HOME");
	return 0;
}

static int
open_spool(struct doc_spool *spool, const char *path, bool make,
    struct doc_error *err)
{
	char chosen[PATH_MAX];

	*spool = (struct doc_spool){ .dir = -1, .incoming.fd = -1 };
	if (path != NULL)
		snprintf(chosen, sizeof(chosen), "%s", path);
	else if (default_path(chosen, err) < 0)
		return -1;
	if (make && doc_tree_make(chosen, err) < 0)
		return -1;
	spool->path = realpath(chosen, NULL);
	spool->dir = open(chosen, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->path == NULL || spool->dir < 0) {
		doc_error_sys(err, "cannot open the spool '%s'", chosen);
		free(doc_steal(&spool->path));
		return -1;
	}
	doc_lair_sweep(spool->dir, &incoming);
	return 0;
}

int
doc_spool_open(struct doc_spool *spool, const char *path, struct doc_error *err)
{
	return open_spool(spool, path, true, err);
}

int
doc_spool_find(struct doc_spool *spool, const char *path, struct doc_error *err)
{
	return open_spool(spool, path, false, err);
}

void
doc_spool_close(struct doc_spool *spool)
{
	doc_lair_remove(&spool->incoming, spool->dir);
	if (spool->path != NULL) {
		close(spool->dir);
		free(doc_steal(&spool->path));
	}
}

int
doc_spool_failed(struct doc_error *err, const char *what)
{
	struct doc_error why = { 0 };

	doc_error_sys(&why, "%s", what);
	if (doc_error_class(why.code) != DOC_CLASS_SYSTEM)
		why.code = DOC_E_IO;
	if (err->code == DOC_E_NONE)
		*err = why;
	return -1;
}

int
doc_spool_create(struct doc_spool *spool, struct doc_spool_file *file,
    struct doc_error *err)
{
	int fd;

	if (spool->incoming.name[0] == '\0' &&
	    doc_lair_make(&spool->incoming, spool->dir, &incoming) < 0)
		return doc_spool_failed(err, "cannot write to the spool");
	snprintf(file->name, sizeof(file->name), "%s/%ju", spool->incoming.name,
	    (uintmax_t)spool->next++);
	fd = openat(spool->dir, file->name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		file->name[0] = '\0';
		return doc_spool_failed(err, "cannot write to the spool");
	}
	return fd;
}

int
doc_spool_reopen(const struct doc_spool *spool,
    const struct doc_spool_file *file, struct doc_error *err)
{
	int fd = openat(spool->dir, file->name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? doc_spool_failed(err, "cannot read from the spool")
		      : fd;
}

int
doc_spool_digest(const struct doc_spool *spool,
    const struct doc_spool_file *file, char hex[static DOC_DIGEST_HEX],
    struct doc_error *err)
{
	doc_autoclose int fd = doc_spool_reopen(spool, file, err);

	if (fd < 0)
		return -1;
	if (doc_digest_fd(fd, hex, NULL) < 0)
		return doc_spool_failed(err, "cannot read from the spool");
	return 0;
}

void
doc_spool_drop(struct doc_spool *spool, struct doc_spool_file *file)
{
	if (file->name[0] != '\0')
		unlinkat(spool->dir, file->name, 0);
	file->name[0] = '\0';
}

/* The folder that ends at `slash`. */
static int
make_folder(const struct doc_spool *spool, char *at, char *slash)
{
	int rc;

	*slash = '\0';
	rc = mkdirat(spool->dir, at, 0700);
	*slash = '/';
	return rc < 0 && errno != EEXIST ? -1 : 0;
}

/* TENANT/aa/SHA256; the first two are mostly there already. */
static int
make_place(const struct doc_spool *spool, char *at)
{
	char *last = strrchr(at, '/');

	if (make_folder(spool, at, last) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	for (char *p = strchr(at, '/'); p; p = strchr(p + 1, '/'))
		if (make_folder(spool, at, p) < 0)
			return -1;
	return 0;
}

/* gc removes folders that are empty: again, then. */
static int
put(const struct doc_spool *spool, const char *from, char *at)
{
	for (int tries = 0; tries < 100; tries++) {
		if (renameat(spool->dir, from, spool->dir, at) == 0)
			return 0;
		if (errno != ENOENT ||
		    (make_place(spool, at) < 0 && errno != ENOENT))
			return -1;
	}
	return -1;
}

int
doc_spool_read(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name, struct doc_buf *out)
{
	char at[256];
	struct stat st;
	doc_autoclose int fd = -1;
	int n = snprintf(at, sizeof(at), "%s/%.2s/%s/%s", tenant, sha256,
	    sha256, name);
	ssize_t got;

	if (n < 0 || (size_t)n >= sizeof(at))
		return 0;
	fd = openat(spool->dir, at, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size == 0)
		return 0;
	if (doc_buf_reserve(out, (size_t)st.st_size) < 0)
		return -1;
	got = doc_read_full(fd, out->data + out->len, (size_t)st.st_size);
	if (got != st.st_size)
		return 0;
	out->len += (size_t)got;
	futimens(fd, NULL); /* what is used is kept longer */
	return 1;
}

int
doc_spool_commit(struct doc_spool *spool, struct doc_spool_file *file,
    const char *tenant, const char *sha256, const char *name, char **path,
    struct doc_error *err)
{
	char at[256];
	char *full;
	int n;

	assert(doc_digest_is_hex(sha256) && strchr(name, '/') == NULL);
	n = snprintf(at, sizeof(at), "%s/%.2s/%s/%s", tenant, sha256, sha256,
	    name);
	if (n < 0 || (size_t)n >= sizeof(at) ||
	    asprintf(&full, "%s/%s", spool->path, at) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (put(spool, file->name, at) < 0) {
		free(full);
		return doc_spool_failed(err,
		    "cannot put a file into the spool");
	}
	file->name[0] = '\0';
	*path = full;
	return 0;
}

char *
doc_spool_path(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s/%.2s/%s/%s", spool->path, tenant, sha256,
		sha256, name) < 0)
		return NULL;
	return path;
}

/* Its time first, then the look. */
static bool
use(const struct doc_spool *spool, const char *tenant, const char *sha256,
    const char *name, struct stat *st)
{
	char at[256];
	int len = snprintf(at, sizeof(at), "%s/%.2s/%s/%s", tenant, sha256,
	    sha256, name);

	if (len < 0 || (size_t)len >= sizeof(at))
		return false;
	utimensat(spool->dir, at, NULL, AT_SYMLINK_NOFOLLOW);
	return fstatat(spool->dir, at, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st->st_mode);
}

bool
doc_spool_use(const struct doc_spool *spool, const char *tenant,
    const char *sha256, const char *name)
{
	struct stat st;

	return use(spool, tenant, sha256, name, &st);
}

int
doc_spool_put(struct doc_spool *spool, const char *tenant, const char *sha256,
    const char *name, const void *p, size_t n, struct doc_error *err)
{
	struct doc_spool_file file;
	char *path = NULL;
	struct stat st;
	int fd, rc;

	if (use(spool, tenant, sha256, name, &st) && (uint64_t)st.st_size == n)
		return 0;
	fd = doc_spool_create(spool, &file, err);
	if (fd < 0)
		return -1;
	rc = doc_write_full(fd, p, n);
	if (rc < 0)
		doc_spool_failed(err, "cannot write to the spool");
	close(fd);
	if (rc == 0)
		rc = doc_spool_commit(spool, &file, tenant, sha256, name, &path,
		    err);
	else
		doc_spool_drop(spool, &file);
	free(path);
	return rc;
}
