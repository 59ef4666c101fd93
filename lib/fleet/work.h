/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work - a private folder of this host for one shard.
 *
 * docrun.  BASE/docrun-UID/NAME, both 0700, BASE being $TMPDIR or /var/tmp.
 * What is in it are strangers' documents and must not stay: it is locked while
 * its process lives, and whoever makes the next one removes those that are
 * not, be it that their process was killed or that the host went down.
 */
#ifndef DOC_WORK_H
#define DOC_WORK_H

#include "lib/base/error.h"

struct doc_workdir {
	char path[4096];
	int fd; /* holds the lock; -1 none */
};

int doc_workdir_open(struct doc_workdir *w,
    struct doc_error *err) DOC_MUST_CHECK;

/* Remove it and all in it. */
void doc_workdir_close(struct doc_workdir *w);

/* Remove those that nobody holds.  Returns how many. */
unsigned doc_workdir_sweep(void);

#endif
