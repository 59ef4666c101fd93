/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/spool/gc.h"
#include "lib/spool/shelf.h"

/* A file that was moved aside; one that is found was left by a gc that was
 * killed. */
#define ASIDE ".old."

struct sweep {
	struct doc_shelf shelf; /* first: it finds us by cast */
	struct doc_gc *gc;
};

/* Milliseconds since it was written or used; a time that is yet to come counts
 * as now. */
static uint64_t
age_ms(const struct stat *st)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = ((int64_t)now.tv_sec - st->st_mtim.tv_sec) * 1000 +
	    (now.tv_nsec - st->st_mtim.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (uint64_t)ms;
}

/* Removed, or used in the last moment and back in its place. */
static bool
finish(const struct doc_gc *gc, int dir, const char *aside)
{
	struct stat st;

	if (fstatat(dir, aside, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (age_ms(&st) < gc->keep_ms &&
	    (renameat2(dir, aside, dir, aside + strlen(ASIDE),
		 RENAME_NOREPLACE) == 0 ||
		errno != EEXIST))
		return false;
	/* Or it was written anew meanwhile. */
	return unlinkat(dir, aside, 0) == 0;
}

static int
visit(struct doc_shelf *shelf, int dir, const char *name)
{
	struct doc_gc *gc = ((struct sweep *)shelf)->gc;
	char path[512], aside[300];
	struct stat st;

	if (strncmp(name, ASIDE, strlen(ASIDE)) == 0) {
		if (!gc->dry_run)
			finish(gc, dir, name);
		return 0;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    S_ISDIR(st.st_mode))
		return 0;
	gc->seen++;
	snprintf(path, sizeof(path), "%s/%s", shelf->place, name);
	if (gc->wanted != NULL && gc->wanted(gc, path)) {
		gc->wanted_count++;
		return 0;
	}
	if (age_ms(&st) < gc->keep_ms)
		return 0;
	if (!gc->dry_run) {
		snprintf(aside, sizeof(aside), ASIDE "%s", name);
		if (renameat(dir, name, dir, aside) < 0 ||
		    !finish(gc, dir, aside))
			return 0;
	}
	gc->removed++;
	gc->bytes += (uint64_t)st.st_size;
	return 0;
}

/* Not empty: it stays. */
static void
leave(struct doc_shelf *shelf, int above, const char *name)
{
	if (!((struct sweep *)shelf)->gc->dry_run)
		unlinkat(above, name, AT_REMOVEDIR);
}

int
doc_gc_run(struct doc_gc *gc, const struct doc_spool *spool,
    struct doc_error *err)
{
	struct sweep s = { .shelf = { .tenant = gc->tenant,
			       .file = visit,
			       .leave = leave },
		.gc = gc };

	return doc_shelf_walk(&s.shelf, spool, err);
}
