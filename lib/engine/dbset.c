/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/engine/dbset.h"

/* What cl_load reads (libclamav 1.4, others.h: CLI_DBEXT). */
static const char *const extensions[] = { "cvd", "cld", "cud", "cat", "cbc",
	"cdb", "cfg", "crb", "db", "fp", "ftm", "gdb", "hdb", "hdu", "hsb",
	"hsu", "idb", "ign", "ign2", "imp", "info", "ldb", "ldu", "mdb", "mdu",
	"msb", "msu", "ndb", "ndu", "pdb", "pwdb", "rmd", "sdb", "sfp", "wdb",
	"yar", "yara", "zmd" };

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? "" : dot + 1;
}

bool
doc_db_is(const char *name, const char *ext)
{
	return strcasecmp(extension(name), ext) == 0;
}

static bool
is_container(const char *name)
{
	return doc_db_is(name, "cvd") || doc_db_is(name, "cld") ||
	    doc_db_is(name, "cud");
}

static int
is_database(const struct dirent *d)
{
	for (size_t i = 0; i < DOC_LEN(extensions); i++)
		if (doc_db_is(d->d_name, extensions[i]))
			return d->d_name[0] != '.';
	return false;
}

/* Lists of signatures to ignore act on what is loaded after them, and daily
 * holds such a list: libclamav's own order. */
static int
rank(const char *name)
{
	if (doc_db_is(name, "ign") || doc_db_is(name, "ign2"))
		return 0;
	return strncmp(name, "daily.", 6) == 0 ? 1 : 2;
}

static int
in_order(const void *a, const void *b)
{
	const char *x = ((const struct doc_dbfile *)a)->name;
	const char *y = ((const struct doc_dbfile *)b)->name;

	return rank(x) != rank(y) ? rank(x) - rank(y) : strcmp(x, y);
}

/* ClamAV-VDB:build time:version:signatures:level:md5:signature:builder:time */
static void
read_header(int fd, struct doc_dbfile *f)
{
	char head[513], *at = head, *part[9] = { NULL };
	ssize_t n = doc_read_full(fd, head, sizeof(head) - 1);

	if (n <= 0)
		return;
	head[n] = '\0';
	for (size_t i = 0; i < DOC_LEN(part) && at != NULL; i++)
		part[i] = strsep(&at, ":");
	if (part[8] == NULL || strcmp(part[0], "ClamAV-VDB") != 0)
		return;
	f->version = (unsigned)strtoul(part[2], NULL, 10);
	f->built = strtoll(part[8], NULL, 10);
}

static int
add(struct doc_dbset *set, int dir, const char *path, struct doc_error *err)
{
	doc_autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	const char *slash = strrchr(path, '/');
	struct doc_dbfile *all, f = { .name = NULL };
	struct stat st;

	/* One that went away since the folder was read is not one of ours. */
	if (fd < 0 && errno == ENOENT && set->folder)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot open database '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return 0;
	all = reallocarray(set->file, set->count + 1, sizeof(*all));
	if (all != NULL)
		set->file = all;
	f.name = strdup(slash == NULL ? path : slash + 1);
	if (all == NULL || f.name == NULL) {
		free(f.name);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	f.size = (uint64_t)st.st_size;
	f.mtime_ns = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	f.built = st.st_mtim.tv_sec;
	if (is_container(f.name))
		read_header(fd, &f);
	all[set->count++] = f;
	return 0;
}

static int
add_folder(struct doc_dbset *set, struct doc_error *err)
{
	doc_autoclose int dir = open(set->path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list = NULL;
	int n, rc = 0;

	n = dir < 0 ? -1 : scandirat(dir, ".", &list, is_database, NULL);
	if (n < 0)
		return doc_error_set(err, DOC_E_ENGINE, "cannot read '%s': %s",
		    set->path, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = add(set, dir, list[i]->d_name, err);
		free(list[i]);
	}
	free(list);
	if (set->count > 0)
		qsort(set->file, set->count, sizeof(*set->file), in_order);
	return rc;
}

/* The same database in the other wrapping, and newer? */
static bool
is_outdated(const struct doc_dbset *set, const struct doc_dbfile *f)
{
	size_t stem = strlen(f->name) - 3;

	if (!is_container(f->name))
		return false;
	for (size_t i = 0; i < set->count; i++) {
		const struct doc_dbfile *o = &set->file[i];

		if (o != f && is_container(o->name) &&
		    strlen(o->name) == stem + 3 &&
		    strncmp(o->name, f->name, stem) == 0 &&
		    (o->version > f->version ||
			(o->version == f->version && o < f)))
			return true;
	}
	return false;
}

static void
drop_outdated(struct doc_dbset *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (is_outdated(set, &set->file[i])) {
			free(set->file[i].name);
			memmove(&set->file[i], &set->file[i + 1],
			    (set->count - i - 1) * sizeof(*set->file));
			set->count--;
			i--;
		}
}

static void
digest(struct doc_dbset *set)
{
	struct doc_digest d;

	doc_digest_init(&d);
	for (size_t i = 0; i < set->count; i++) {
		const struct doc_dbfile *f = &set->file[i];
		int64_t facts[2] = { (int64_t)f->size, f->mtime_ns };

		doc_digest_field(&d, f->name, strlen(f->name));
		doc_digest_field(&d, facts, sizeof(facts));
	}
	doc_digest_hex(&d, set->digest);
}

int
doc_dbset_read(const char *path, struct doc_dbset *set, struct doc_error *err)
{
	struct doc_dbset s = { .path = strdup(path) };
	struct stat st;
	int rc;

	if (s.path == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (stat(path, &st) < 0)
		rc = doc_error_set(err, DOC_E_ENGINE, "cannot open '%s': %s",
		    path, strerror(errno));
	else if ((s.folder = S_ISDIR(st.st_mode)))
		rc = add_folder(&s, err);
	else
		rc = add(&s, AT_FDCWD, path, err);
	if (rc == 0 && s.count == 0)
		rc = doc_error_set(err, DOC_E_ENGINE,
		    "no signature database in '%s'", path);
	if (rc < 0) {
		doc_dbset_release(&s);
		return -1;
	}
	drop_outdated(&s);
	digest(&s);
	*set = s;
	return 0;
}

int
doc_dbset_path(const struct doc_dbset *set, size_t i, char *buf, size_t size)
{
	int n = set->folder
	    ? snprintf(buf, size, "%s/%s", set->path, set->file[i].name)
	    : snprintf(buf, size, "%s", set->path);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}

int
doc_dbset_open(const struct doc_dbset *set, size_t i, struct doc_error *err)
{
	char path[4096];
	int fd = -1;

	if (doc_dbset_path(set, i, path, sizeof(path)) == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot open database '%s': %s", set->file[i].name,
		    strerror(errno));
	return fd;
}

void
doc_dbset_key(const char *hex, char key[static DOC_DB_KEY])
{
	(void)snprintf(key, DOC_DB_KEY, "%.*s", DOC_DB_KEY - 1, hex);
}

int64_t
doc_dbset_built(const struct doc_dbset *set)
{
	int64_t built = 0;

	for (size_t i = 0; i < set->count; i++)
		built = DOC_MAX(built, set->file[i].built);
	return built;
}

void
doc_dbset_release(struct doc_dbset *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->file[i].name);
	free(set->file);
	free(set->path);
	*set = (struct doc_dbset){ .path = NULL };
}
