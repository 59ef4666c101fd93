/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/whose.h"
#include "lib/run/drop.h"
#include "lib/run/sightings.h"
#include "lib/stage/volumes.h"

enum {
	EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
	    IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF,
	ITSELF = IN_DELETE_SELF | IN_MOVE_SELF,
	WALK_MS = 30000, /* from one walk to the next, at least, ... */
	WALK_SHARE = 50	 /* ... and so many times as long as one takes */
};

/* A file that may not be whole yet, or a folder to be read. */
struct waiting {
	struct waiting *next;
	uint64_t sig, due_ms;
	char path[];
};

struct list {
	struct waiting *head, **tail;
};

struct doc_drop {
	struct doc_watch watch;
	struct doc_error err;
	char **folders;
	uint64_t settle_ms;
	char **paths; /* by inotify's number for the folder; NULL: none */
	size_t path_room;
	struct list renamed;  /* into place: whole by that */
	struct list settling; /* in the order they are due */
	struct list folders_to_read;
	DIR *dir; /* being read */
	char *dir_path;
	char *handed; /* the path that is out */
	struct doc_sightings seen;
	bool unread;  /* there are events */
	bool walking; /* all of it, from the top */
	bool blind;   /* inotify does not tell all */
	uint64_t walk_start_ms, next_walk_ms;
};

static void
no_memory(struct doc_drop *d)
{
	doc_error_set(&d->err, DOC_E_NO_MEMORY, "no memory");
}

static void
list_add(struct doc_drop *d, struct list *l, const char *path, uint64_t sig,
    uint64_t due_ms)
{
	size_t n = strlen(path) + 1;
	struct waiting *w = malloc(sizeof(*w) + n);

	if (w == NULL) {
		no_memory(d);
		return;
	}
	*w = (struct waiting){ .sig = sig, .due_ms = due_ms };
	memcpy(w->path, path, n);
	if (l->head == NULL)
		l->tail = &l->head;
	*l->tail = w;
	l->tail = &w->next;
}

static void
list_pop(struct list *l)
{
	struct waiting *w = l->head;

	l->head = w->next;
	free(w);
}

static char *
join(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* inotify only tells what this machine does. */
static bool
is_remote(const char *path)
{
	doc_autoclose int fd = open(path, O_PATH | O_CLOEXEC);

	return fd >= 0 && doc_whose_shared(fd);
}

static void
go_blind(struct doc_drop *d, const char *path, const char *why)
{
	if (!d->blind)
		doc_warn("'%s': %s; it is looked through every %d s or more "
			 "instead",
		    path, why, WALK_MS / 1000);
	d->blind = true;
}

/* Before it is read, so that nothing falls between. */
static void
watch_folder(struct doc_drop *d, const char *path, uint32_t events)
{
	int wd = inotify_add_watch(d->watch.fd, path,
	    events | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);

	if (wd < 0) {
		/* Gone already, or not a folder any more: its parent knows. */
		if (errno != ENOENT && errno != ENOTDIR)
			go_blind(d, path, strerror(errno));
		return;
	}
	if ((size_t)wd >= d->path_room) {
		size_t room = 2 * (size_t)wd + 64;
		char **more = reallocarray(d->paths, room, sizeof(*more));

		if (more == NULL) {
			no_memory(d);
			return;
		}
		memset(more + d->path_room, 0,
		    (room - d->path_room) * sizeof(*more));
		d->paths = more;
		d->path_room = room;
	}
	free(d->paths[wd]);
	d->paths[wd] = strdup(path);
	if (d->paths[wd] == NULL)
		no_memory(d);
}

/* It was moved away, and what happens in it is no concern of ours. */
static void
forget_folder(struct doc_drop *d, const char *path)
{
	size_t n = strlen(path);

	for (size_t wd = 0; wd < d->path_room; wd++) {
		const char *p = d->paths[wd];

		if (p == NULL || strncmp(p, path, n) != 0 ||
		    (p[n] != '/' && p[n] != '\0'))
			continue;
		inotify_rm_watch(d->watch.fd, (int)wd);
		free(d->paths[wd]);
		d->paths[wd] = NULL;
	}
}

static void
read_folder(struct doc_drop *d, const char *path)
{
	list_add(d, &d->folders_to_read, path, 0, 0);
}

/* From the top: what is there, and is not yet known. */
static void
walk(struct doc_drop *d)
{
	d->walking = true;
	d->walk_start_ms = doc_clock_ms();
	d->seen.round++;
	for (char **f = d->folders; *f != NULL; f++) {
		doc_autofree char *top = strdup(*f), *new = NULL, *tmp = NULL;

		for (size_t n = top ? strlen(top) : 0;
		     n > 1 && top[n - 1] == '/';)
			top[--n] = '\0';
		new = top ? join(top, "new") : NULL;
		tmp = top ? join(top, "tmp") : NULL;
		if (new == NULL || tmp == NULL) {
			no_memory(d);
			return;
		}
		/* The folder itself, to know when it goes. */
		watch_folder(d, top, ITSELF);
		read_folder(d, is_folder(new) && is_folder(tmp) ? new : top);
		if (is_remote(top))
			go_blind(d, top, "a disk of another machine");
	}
}

static void
end_walk(struct doc_drop *d)
{
	uint64_t now = doc_clock_ms(), took = now - d->walk_start_ms;

	d->walking = false;
	doc_sightings_sweep(&d->seen);
	d->next_walk_ms = now + DOC_MAX(took * WALK_SHARE, (uint64_t)WALK_MS);
}

/* Has nothing changed for long enough?  By the clock of the disk, which may be
 * another machine's: then it is looked at twice. */
static bool
is_old(const struct doc_drop *d, const struct stat *st)
{
	int64_t last = DOC_MAX(st->st_mtim.tv_sec, st->st_ctim.tv_sec);

	return (int64_t)time(NULL) - last > (int64_t)(d->settle_ms / 1000 + 1);
}

enum how { SETTLES, AT_ONCE, CHANGES };

/* 1: hand it on. */
static int
consider(struct doc_drop *d, const char *path, enum how how,
    struct doc_found *found)
{
	struct doc_sighting *k = doc_sightings_find(&d->seen, path);
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (S_ISDIR(st.st_mode)) {
		read_folder(d, path);
		return 0;
	}
	doc_found_of(found, path, &st);
	if (k != NULL)
		k->round = d->seen.round;
	if (k != NULL && k->sig == found->sig)
		return 0;
	/* What changed may be another file that is joined to it. */
	if (how == CHANGES || (how == SETTLES && !is_old(d, &st))) {
		list_add(d, &d->settling, path, found->sig,
		    doc_clock_ms() + d->settle_ms);
		return 0;
	}
	free(d->handed);
	d->handed = strdup(path);
	if (d->handed == NULL ||
	    doc_sightings_put(&d->seen, path, found->sig) < 0) {
		no_memory(d);
		return 0;
	}
	found->path = d->handed;
	return 1;
}

/* Of those that wait in `l`, one that is due and as it was. */
static int
next_due(struct doc_drop *d, struct list *l, struct doc_found *found)
{
	while (l->head != NULL && d->err.code == DOC_E_NONE &&
	    l->head->due_ms <= doc_clock_ms()) {
		struct waiting *w = l->head;
		struct stat st;
		int rc = 0;

		if (lstat(w->path, &st) == 0) {
			doc_found_of(found, w->path, &st);
			rc = consider(d, w->path,
			    found->sig == w->sig ? AT_ONCE : CHANGES, found);
		}
		list_pop(l);
		if (rc > 0)
			return 1;
	}
	return 0;
}

static void
close_folder(struct doc_drop *d)
{
	closedir(d->dir);
	d->dir = NULL;
	free(d->dir_path);
	d->dir_path = NULL;
}

static void
open_folder(struct doc_drop *d)
{
	struct waiting *w = d->folders_to_read.head;

	watch_folder(d, w->path, EVENTS);
	d->dir = opendir(w->path);
	d->dir_path = strdup(w->path);
	if (d->dir_path == NULL)
		no_memory(d);
	if (d->dir == NULL) {
		if (errno != ENOENT && errno != ENOTDIR)
			doc_warn("cannot read '%s': %s", w->path,
			    strerror(errno));
		free(d->dir_path);
		d->dir_path = NULL;
	}
	list_pop(&d->folders_to_read);
}

/* What lies in the folders that are to be read. */
static int
next_lying(struct doc_drop *d, struct doc_found *found)
{
	while (d->err.code == DOC_E_NONE) {
		doc_autofree char *path = NULL;
		struct dirent *e;

		if (d->dir == NULL && d->folders_to_read.head == NULL)
			break;
		if (d->dir == NULL) {
			open_folder(d);
			continue;
		}
		e = readdir(d->dir);
		if (e == NULL) {
			close_folder(d);
			continue;
		}
		if (e->d_name[0] == '.')
			continue;
		path = join(d->dir_path, e->d_name);
		if (path == NULL)
			no_memory(d);
		else if (consider(d, path, SETTLES, found) > 0)
			return 1;
	}
	if (d->walking && d->err.code == DOC_E_NONE)
		end_walk(d);
	return 0;
}

/* A file that was made is written to next, and closed; one that has been
 * linked here, or is none, is all there is to it. */
static bool
is_made_whole(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 &&
	    (!S_ISREG(st.st_mode) || st.st_nlink > 1);
}

/* As it is now, to be looked at again when it is due. */
static void
wait_for(struct doc_drop *d, struct list *l, const char *path, uint64_t due_ms)
{
	struct doc_found found;
	struct stat st;

	if (lstat(path, &st) < 0)
		return;
	doc_found_of(&found, path, &st);
	list_add(d, l, path, found.sig, due_ms);
}

/* It is joined to another one, or others to it. */
static void
wait_for_other(const char *path, void *ctx)
{
	struct doc_drop *d = ctx;

	wait_for(d, &d->settling, path, doc_clock_ms() + d->settle_ms);
}

static void
on_entry(struct doc_drop *d, const struct inotify_event *e)
{
	doc_autofree char *path = join(d->paths[e->wd], e->name);

	if (path != NULL && !(e->mask & IN_ISDIR))
		doc_volumes_concern(path, wait_for_other, d);
	if (path == NULL) {
		no_memory(d);
	} else if (e->mask & (IN_MOVED_FROM | IN_DELETE)) {
		doc_sightings_drop(&d->seen, path);
		if (e->mask & IN_ISDIR)
			forget_folder(d, path);
	} else if (e->mask & IN_ISDIR) {
		read_folder(d, path);
	} else if (e->mask & IN_MOVED_TO) {
		wait_for(d, &d->renamed, path, 0);
	} else if (!(e->mask & IN_CREATE) || is_made_whole(path)) {
		wait_for(d, &d->settling, path, doc_clock_ms() + d->settle_ms);
	}
}

static bool
is_top(const struct doc_drop *d, const char *path)
{
	size_t n = strlen(path);

	for (char **f = d->folders; *f != NULL; f++)
		if (strncmp(*f, path, n) == 0 &&
		    strspn(*f + n, "/") == strlen(*f + n))
			return true;
	return false;
}

static void
on_event(struct doc_drop *d, const struct inotify_event *e)
{
	const char *path;

	if (e->mask & IN_Q_OVERFLOW) {
		doc_warn("more happened than was told; looking through all");
		walk(d);
		return;
	}
	if (e->wd < 0 || (size_t)e->wd >= d->path_room ||
	    (path = d->paths[e->wd]) == NULL)
		return;
	if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
		if (is_top(d, path))
			doc_error_set(&d->err, DOC_E_NOT_FOUND,
			    "the folder '%s' is gone", path);
	} else if (e->mask & IN_IGNORED) {
		free(d->paths[e->wd]);
		d->paths[e->wd] = NULL;
	} else if (e->len > 0 && e->name[0] != '.') {
		on_entry(d, e);
	}
}

static void
read_events(struct doc_drop *d)
{
	char buf[1 << 16]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	d->unread = false;
	while (d->err.code == DOC_E_NONE &&
	    (n = read(d->watch.fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (const void *)p;

			on_event(d, e);
			p += sizeof(*e) + e->len;
		}
}

static void
ready(struct doc_watch *w, unsigned events)
{
	struct doc_drop *d = w->ctx;

	(void)events;
	d->unread = true;
}

struct doc_drop *
doc_drop_open(char **folders, uint64_t settle_ms, struct doc_error *err)
{
	struct doc_drop *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
		return NULL;
	}
	d->folders = folders;
	d->settle_ms = settle_ms;
	d->watch = (struct doc_watch){ .ready = ready, .ctx = d };
	d->watch.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->watch.fd < 0)
		doc_error_sys(&d->err, "cannot watch folders");
	for (char **f = folders; d->err.code == DOC_E_NONE && *f; f++)
		if (!is_folder(*f))
			doc_error_set(&d->err, DOC_E_NOT_FOUND,
			    "--watch: '%s' is no folder", *f);
	if (d->err.code == DOC_E_NONE)
		walk(d);
	if (d->err.code == DOC_E_NONE)
		return d;
	*err = d->err;
	doc_drop_free(d);
	return NULL;
}

struct doc_watch *
doc_drop_watch(struct doc_drop *d)
{
	return &d->watch;
}

int
doc_drop_next(struct doc_drop *d, struct doc_found *found,
    struct doc_error *err)
{
	int rc = 0;

	if (d->unread)
		read_events(d);
	if (d->blind && !d->walking && doc_clock_ms() >= d->next_walk_ms)
		walk(d);
	if (next_due(d, &d->renamed, found) > 0 ||
	    next_due(d, &d->settling, found) > 0 || next_lying(d, found) > 0)
		rc = 1;
	if (d->err.code == DOC_E_NONE)
		return rc;
	*err = d->err;
	return -1;
}

void
doc_drop_free(struct doc_drop *d)
{
	struct list *lists[] = { &d->renamed, &d->settling,
		&d->folders_to_read };

	for (size_t i = 0; i < DOC_LEN(lists); i++)
		while (lists[i]->head != NULL)
			list_pop(lists[i]);
	for (size_t wd = 0; wd < d->path_room; wd++)
		free(d->paths[wd]);
	free(d->paths);
	if (d->dir != NULL)
		close_folder(d);
	if (d->watch.fd >= 0)
		close(d->watch.fd);
	free(d->handed);
	doc_sightings_release(&d->seen);
	free(d);
}
