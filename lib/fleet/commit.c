/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/tree.h"
#include "lib/base/whose.h"
#include "lib/fleet/commit.h"

enum { TO_A_FOLDER = 1000, DOCUMENT_COST = 64 << 10 };

static void
folder_of(const char *dir, uint32_t number, char out[static 4200])
{
	snprintf(out, 4200, "%.4000s/out/%07" PRIu32, dir,
	    number / TO_A_FOLDER);
}

/* Temporary files are called .NUMBER.PID.TAG. */
static void
sweep(const char *folder)
{
	DIR *d = opendir(folder);

	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct stat st;
		char tag[DOC_WHOSE_TAG];
		uint32_t n;
		long pid;

		if (sscanf(e->d_name, ".%" SCNu32 ".%ld.%8s", &n, &pid, tag) ==
			3 &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    doc_whose_gone(tag, (pid_t)pid, st.st_mtime))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

int
doc_commit_begin(struct doc_commit *c, const char *dir, uint32_t number,
    struct doc_error *err)
{
	char tag[DOC_WHOSE_TAG];

	c->fd = -1;
	folder_of(dir, number, c->folder);
	if (doc_tree_make(c->folder, err) < 0)
		return -1;
	sweep(c->folder);
	doc_whose_tag(tag);
	snprintf(c->final, sizeof(c->final), "%s/%010" PRIu32 ".ndjson",
	    c->folder, number);
	snprintf(c->temp, sizeof(c->temp), "%s/.%010" PRIu32 ".%ld.%s",
	    c->folder, number, (long)getpid(), tag);
	c->fd = open(c->temp,
	    O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return c->fd < 0 ? doc_error_sys(err, "cannot write '%s'", c->temp) : 0;
}

static int
sync_path(const char *path, int (*sync)(int), struct doc_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : sync(fd);

	if (rc < 0)
		doc_error_sys(err, "cannot write to '%s'", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

void
doc_commit_drop(struct doc_commit *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	unlink(c->temp);
	c->fd = -1;
}

int
doc_commit_finish(struct doc_commit *c, const char *spool,
    struct doc_error *err)
{
	bool first;

	if (sync_path(spool, syncfs, err) < 0)
		return -1;
	if (fdatasync(c->fd) < 0)
		return doc_error_sys(err, "cannot write '%s'", c->temp);
	first = link(c->temp, c->final) == 0;
	/* Its answer may be lost on the way from a server, but not the link. */
	if (!first && access(c->final, F_OK) < 0)
		return doc_error_sys(err, "cannot make '%s'", c->final);
	doc_commit_drop(c);
	return sync_path(c->folder, fsync, err) < 0 ? -1 : first;
}

int
doc_committed(const char *dir, uint32_t number, struct doc_error *err)
{
	char folder[4200], path[4300];
	int fd;

	folder_of(dir, number, folder);
	snprintf(path, sizeof(path), "%s/%010" PRIu32 ".ndjson", folder,
	    number);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		doc_error_sys(err, "cannot read '%s'", path);
	return fd;
}

static int
each_in(int out, const char *name, int (*each)(uint32_t, void *), void *ctx,
    struct doc_error *err)
{
	int fd = openat(out, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int rc = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return doc_error_sys(err, "cannot read 'out/%s'", name);
	}
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;) {
		uint32_t n;
		int at = 0;

		if (sscanf(e->d_name, "%10" SCNu32 ".ndjson%n", &n, &at) == 1 &&
		    at > 0 && e->d_name[at] == '\0')
			rc = each(n, ctx);
	}
	closedir(d);
	return rc;
}

int
doc_commits(const char *dir, int (*each)(uint32_t, void *), void *ctx,
    struct doc_error *err)
{
	char path[4200];
	DIR *d;
	int rc = 0;

	snprintf(path, sizeof(path), "%s/out", dir);
	d = opendir(path);
	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return doc_error_sys(err, "cannot read '%s'", path);
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			rc = each_in(dirfd(d), e->d_name, each, ctx, err);
	closedir(d);
	return rc;
}

struct cost {
	uint64_t cost;
	uint32_t number;
};

struct known_done {
	uint8_t *done;
	uint32_t shards;
};

static int
mark(uint32_t number, void *ctx)
{
	struct known_done *k = ctx;

	if (number < k->shards)
		k->done[number / 8] |= (uint8_t)(1U << number % 8);
	return 0;
}

static int
dearest(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int
price(const char *dir, const struct known_done *k, struct cost *costs,
    size_t *n, struct doc_error *err)
{
	doc_autoclose int fd = -1;
	char path[4200];

	snprintf(path, sizeof(path), "%s/shards", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	for (uint32_t i = 0; i < k->shards; i++) {
		struct doc_shard s;

		if (k->done[i / 8] >> i % 8 & 1)
			continue;
		if (doc_shard_find(fd, i, &s, err) < 0)
			return -1;
		costs[(*n)++] = (struct cost){
			s.bytes + (uint64_t)s.inputs * DOCUMENT_COST, i
		};
	}
	qsort(costs, *n, sizeof(*costs), dearest);
	return 0;
}

int
doc_todo(const char *dir, uint32_t shards, uint32_t **list, size_t *n,
    struct doc_error *err)
{
	struct known_done k = { calloc(shards / 8 + 1, 1), shards };
	doc_autofree struct cost *costs = calloc(shards + 1U, sizeof(*costs));
	int rc = -1;

	*list = NULL;
	*n = 0;
	if (k.done == NULL || costs == NULL)
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	else if (doc_commits(dir, mark, &k, err) == 0)
		rc = price(dir, &k, costs, n, err);
	if (rc == 0 && (*list = calloc(*n + 1, sizeof(**list))) == NULL)
		rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	for (size_t i = 0; rc == 0 && i < *n; i++)
		(*list)[i] = costs[i].number;
	free(k.done);
	return rc;
}
