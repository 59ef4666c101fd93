/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk - the files below a folder, sorted by name, no link followed.
 *
 * Supervisor of doclist, and docrun to count what is to come.  Looks at names
 * only.  Memory grows with the folders open at one time, not with the tree.
 */
#ifndef DOC_WALK_H
#define DOC_WALK_H

#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct doc_walk {
	struct doc_walk_dir *top; /* innermost open folder */
	struct doc_buf path;
	const char *start; /* operand not yet looked at */
	/* Set after doc_walk_start: folders of other file systems are handed
	 * out with SPECIAL instead of entered; and these are passed over. */
	bool one_file_system;
	bool (*skip)(const struct doc_walk *w, void *ctx); /* of w->path */
	void *ctx;
	uint64_t skipped;
	dev_t device; /* of the operand */
};

void doc_walk_start(struct doc_walk *w, const char *operand);

/*
 * The next thing that is not a folder.  1 with *path (valid until the next
 * call) and *st; 0 at the end.  What could not be looked at, or is not a
 * regular file, comes with *err set (NOT_FOUND, PERMISSION, SYMLINK, SPECIAL);
 * *st is zero where nothing is known of it;
 * *path is NULL when memory ran out (NO_MEMORY).
 */
int doc_walk_next(struct doc_walk *w, const char **path, struct stat *st,
    struct doc_error *err);

void doc_walk_release(struct doc_walk *w);

#endif
