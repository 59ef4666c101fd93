/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signames - which database file a signature came from.  libclamav forgets it
 * on loading; 8 bytes for each name keep it (24 MB for three million, shared
 * with the engine by all workers).
 *
 * Filled in the zygote, asked in the worker.
 */
#ifndef DOC_SIGNAMES_H
#define DOC_SIGNAMES_H

#include "lib/base/base.h"

struct doc_signames {
	uint64_t *hash; /* of names, file by file */
	size_t count, room;
	size_t *end; /* of each file's names in `hash` */
	size_t files;
};

/* A name of the file that is being loaded.  -1: out of memory. */
int doc_signames_add(struct doc_signames *s, const char *name);
/* The file is loaded; what comes next belongs to the next one. */
int doc_signames_next(struct doc_signames *s);

/* The number of the file with `name`, as the engine reports it (with
 * ".UNOFFICIAL"); -1 when it is in none.  A linear search of the whole, for
 * the few documents that match. */
int doc_signames_find(const struct doc_signames *s, const char *name);

#endif
