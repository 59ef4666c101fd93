/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * volumes_impl - what volumes.c, which finds the files of an archive, and
 * volumes_join.c share; nobody else includes it.
 */
#ifndef DOC_VOLUMES_IMPL_H
#define DOC_VOLUMES_IMPL_H

#include <limits.h>
#include <sys/stat.h>

#include "lib/stage/volumes.h"

/* Names behind a gap that are looked for. */
enum { DOC_VOLUMES_BEYOND = 8 };

/* A document among the others. */
struct set {
	const struct doc_volumes_at *at;
	const char *name; /* the last part of its path */
	size_t folder;	  /* bytes before it */
	size_t len;
	struct doc_volname v;
};

/* False: it is not called as one of several.  Borrows `at`. */
bool set_of(struct set *s, const struct doc_volumes_at *at);

/* Is the one at that place there, as whatever?  Its path, too. */
bool set_find(const struct set *s, unsigned place, char path[static PATH_MAX],
    struct stat *st);

/* The one at that place, open, and by its first bytes what it is called; -1.
 */
int set_open(const struct set *s, unsigned place, struct stat *st,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
