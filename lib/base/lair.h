/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lair - a folder that a process has for itself while it lives, and that goes
 * with it: removed at its end or, when it was killed, by the next that wants
 * one of that kind beside it.
 *
 * Any process with one thread.  It is TOP/KIND.PID.BOOT.RANDOM, 0700, and
 * locked by who has it.  The lock tells, and not the number, whether he lives:
 * several containers may share TOP, and each has its own process 7.  BOOT is of
 * the running kernel, because a lock says nothing about another one's processes
 * (a disk of the net, a folder shared with a virtual machine); what such left
 * is removed when nothing was made in it for a day.
 *
 * Removed is only what is our user's, and only where nobody else could have put
 * it: TOP is ours or root's, and if others may write there, sticky like /tmp.
 * No link is followed.
 */
#ifndef DOC_LAIR_H
#define DOC_LAIR_H

#include "lib/base/error.h"

enum { DOC_LAIR_NAME = 64 };

struct doc_lair_kind {
	const char *word; /* what names begin with, up to 20 bytes */
	/* Its owner makes files in it as long as he works: after a day without
	 * any he is gone, where locks tell nothing, too. */
	bool busy;
};

struct doc_lair {
	char name[DOC_LAIR_NAME]; /* in TOP; "" when there is none */
	int fd;			  /* locked; -1 when there is none */
};

/* Make one in `top`, an fd.  -1 with errno. */
int doc_lair_make(struct doc_lair *lair, int top,
    const struct doc_lair_kind *kind) DOC_MUST_CHECK;

/* Remove it with all that is in it. */
void doc_lair_remove(struct doc_lair *lair, int top);

/* Remove those in `top` whose owners are gone. */
void doc_lair_sweep(int top, const struct doc_lair_kind *kind);

/* Sweep the folder `dir` and make one there, whose path goes to `path`.
 * Returns an fd that holds the lock, to be closed after the folder was removed
 * (doc_tree_remove). */
int doc_lair_open(const char *dir, const struct doc_lair_kind *kind, char *path,
    size_t size, struct doc_error *err) DOC_MUST_CHECK;

#endif
