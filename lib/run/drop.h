/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drop - folders that files are dropped into while we look (inotify).
 *
 * docrun --watch.  A file is handed on when it is whole: at once when it was
 * renamed into place, else when nothing has changed about it for the time it
 * needs to settle.  One that changes afterwards is handed on again; one that
 * vanishes before is not.  Names with a dot in front are not looked at, and of
 * a maildir (a folder with new/ and tmp/) only new/ is.
 *
 * What inotify misses is found by walking all of it again: when its queue ran
 * over, and every now and then when it has no room for a folder, or the files
 * lie on another machine's disk.
 */
#ifndef DOC_DROP_H
#define DOC_DROP_H

#include "lib/base/loop.h"
#include "lib/run/names.h"

struct doc_drop;

/* Watch the folders (NULL-ended; borrowed).  NULL with IO, NOT_FOUND. */
struct doc_drop *doc_drop_open(char **folders, uint64_t settle_ms,
    struct doc_error *err) DOC_MUST_CHECK;

/* Ready when something happened; the next doc_drop_next sees to it. */
struct doc_watch *doc_drop_watch(struct doc_drop *d);

/* A file: 1 with *found, the path valid until the next call; 0: none for now,
 * look again within a second; -1: a folder is gone, or no memory. */
int doc_drop_next(struct doc_drop *d, struct doc_found *found,
    struct doc_error *err);

void doc_drop_free(struct doc_drop *d);

#endif
