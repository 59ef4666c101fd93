/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "lib/stage/walk.h"

struct doc_walk_dir {
	struct doc_walk_dir *up;
	int fd;
	size_t path_len; /* of the folder's own name in walk->path */
	char **names;
	size_t n, at;
};

void
doc_walk_start(struct doc_walk *w, const char *operand)
{
	*w = (struct doc_walk){ .start = operand };
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
leave(struct doc_walk *w)
{
	struct doc_walk_dir *d = w->top;

	w->top = d->up;
	for (size_t i = 0; i < d->n; i++)
		free(d->names[i]);
	free(d->names);
	close(d->fd);
	free(d);
}

static int
read_names(struct doc_walk_dir *d)
{
	int fd = dup(d->fd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t room = 0;
	struct dirent *e;
	int failed;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (errno = 0, (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (d->n == room) {
			char **more;

			room = room ? room * 2 : 64;
			more = reallocarray(d->names, room, sizeof(*more));
			if (more == NULL)
				break;
			d->names = more;
		}
		d->names[d->n] = strdup(e->d_name);
		if (d->names[d->n] == NULL)
			break;
		d->n++;
	}
	/* A name that is left out is a document lost. */
	failed = errno;
	closedir(dir);
	errno = failed;
	if (failed != 0)
		return -1;
	if (d->n > 0)
		qsort(d->names, d->n, sizeof(*d->names), by_bytes);
	return 0;
}

static int
enter(struct doc_walk *w, int fd, struct doc_error *err)
{
	struct doc_walk_dir *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		close(fd);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	*d = (struct doc_walk_dir){ .up = w->top,
		.fd = fd,
		.path_len = w->path.len };
	w->top = d;
	if (read_names(d) < 0) {
		doc_error_sys(err, "cannot read the folder");
		leave(w);
		return -1;
	}
	return 0;
}

static void
classify(const struct stat *st, struct doc_error *err)
{
	if (S_ISLNK(st->st_mode))
		doc_error_set(err, DOC_E_SYMLINK,
		    "a symbolic link; links are not followed");
	else if (!S_ISREG(st->st_mode))
		doc_error_set(err, DOC_E_SPECIAL, "not a regular file: %s",
		    S_ISFIFO(st->st_mode)	? "a fifo"
			: S_ISSOCK(st->st_mode) ? "a socket"
						: "a device");
}

/* Look at w->path, which is `name` in `dir`.  1: hand it out; 0: it was a
 * folder and is open now. */
static int
visit(struct doc_walk *w, int dir, const char *name, struct stat *st,
    struct doc_error *err)
{
	int fd;

	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0) {
		*st = (struct stat){ 0 };
		doc_error_sys(err, "cannot look at the file");
		return 1;
	}
	if (!S_ISDIR(st->st_mode)) {
		classify(st, err);
		return 1;
	}
	if (w->top == NULL)
		w->device = st->st_dev;
	if (w->one_file_system && st->st_dev != w->device) {
		doc_error_set(err, DOC_E_SPECIAL,
		    "a folder of another file system");
		return 1;
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		doc_error_sys(err, "cannot open the folder");
	return fd < 0 || enter(w, fd, err) < 0;
}

static const char *
set_path(struct doc_walk *w, size_t len, const char *name)
{
	w->path.len = len;
	if (len > 0 && w->path.data[len - 1] != '/' &&
	    doc_buf_addc(&w->path, '/') < 0)
		return NULL;
	return doc_buf_adds(&w->path, name) < 0 ? NULL : doc_buf_str(&w->path);
}

static int
no_memory(struct doc_error *err)
{
	doc_error_set(err, DOC_E_NO_MEMORY, "no memory for a name");
	return 1;
}

int
doc_walk_next(struct doc_walk *w, const char **path, struct stat *st,
    struct doc_error *err)
{
	*err = (struct doc_error){ 0 };
	if (w->start != NULL) {
		const char *operand = w->start;

		w->start = NULL;
		*path = set_path(w, 0, operand);
		if (*path == NULL)
			return no_memory(err);
		/* A slash at the end asks for what a link points to. */
		if (visit(w, AT_FDCWD, operand, st, err) == 1)
			return 1;
	}
	while (w->top != NULL) {
		struct doc_walk_dir *d = w->top;
		const char *name;

		if (d->at == d->n) {
			leave(w);
			continue;
		}
		name = d->names[d->at++];
		*path = set_path(w, d->path_len, name);
		if (*path == NULL)
			return no_memory(err);
		if (w->skip != NULL && w->skip(w, w->ctx)) {
			w->skipped++;
			continue;
		}
		if (visit(w, d->fd, name, st, err) == 1)
			return 1;
	}
	return 0;
}

void
doc_walk_release(struct doc_walk *w)
{
	while (w->top != NULL)
		leave(w);
	doc_buf_release(&w->path);
}
