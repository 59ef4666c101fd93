/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names - what doclist is to look at, one file after the other.
 *
 * docrun.  Files and folders the user named, or a list of names.  Looks at
 * names and stat only.
 */
#ifndef DOC_NAMES_H
#define DOC_NAMES_H

#include "lib/record/stream.h"
#include "lib/stage/walk.h"

struct doc_names {
	char **operands; /* NULL-ended; walked in order */
	size_t operand;
	bool walking;
	struct doc_walk walk;
	struct doc_lines list; /* names from a file, when list.fd is not -1 */
	bool listed;
	struct doc_drop *drop; /* --watch: instead of the operands */
	bool digests; /* each has its SHA-256 and two blanks before it */
};

/* What one name is: bytes that live until the next call. */
struct doc_found {
	const char *path;
	size_t len;
	uint64_t size;	    /* bytes; 0 if it cannot be told */
	const char *digest; /* 64 characters and two blanks; NULL: none */
	uint64_t sig; /* of what stat says: another file, another number */
};

enum { DOC_NAMES_LATER = 2 };

/* 1, 0 at the end, -1 with *err: the list cannot be read; DOC_NAMES_LATER:
 * none for now. */
int doc_names_next(struct doc_names *n, struct doc_found *found,
    struct doc_error *err);
void doc_names_release(struct doc_names *n);

/* What is found at `path`, which is borrowed. */
void doc_found_of(struct doc_found *f, const char *path, const struct stat *st);

#endif
