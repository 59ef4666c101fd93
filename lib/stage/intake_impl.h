/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake_impl - what intake.c and item.c share; nobody else includes it.
 */
#ifndef DOC_INTAKE_IMPL_H
#define DOC_INTAKE_IMPL_H

#include "lib/record/path.h"
#include "lib/stage/intake.h"

struct intake {
	struct doc_flow flow; /* first: the flow finds us by cast */
	const struct doc_intake_setup *setup;
	struct doc_spool spool;
	struct doc_lines names;
	struct doc_walk walk;
	size_t operand; /* index of the one being walked, plus one */
	bool walking;
	uint64_t in, out, count[DOC_STATUS_COUNT];
};

/* One budget for an input and all that comes out of it. */
struct tree {
	unsigned refs;
	uint64_t members, bytes;
	char *root; /* what the user named: opened as such */
};

/* The pools: a light one for every document, and a heavy one, with all the
 * libraries that open containers, for those that are one. */
enum { POOL_SNIFF, POOL_OPEN };

/* A document on its way to a record. */
struct item {
	struct doc_task task; /* first: the flow's */
	struct intake *intake;
	struct tree *tree;
	struct doc_buf path;
	struct doc_buf *members; /* names, outermost first */
	size_t member_count;
	char parent[DOC_ID_SIZE];
	struct doc_spool_file data; /* of a member with content */
	char *data_path;	    /* once it has its place in the spool */
	uint64_t size;
	int64_t mtime;
	bool has_mtime, has_size;
	struct doc_error known;		 /* wrong before anybody looked */
	enum doc_reason reason;		 /* not to be looked at, and why */
	char *sha256, *media, *encoding; /* NULL until known; owned */
	uint64_t reasons;		 /* why what follows is not whole */
	int fd;				 /* while a worker is on it, else -1 */
	struct doc_job *job; /* likewise, else NULL: items are many */
	bool opened;	     /* as a container, with these: */
	uint64_t seen, refused;
	struct item *open;	   /* member being written by the worker */
	struct item *first, *last; /* members so far, by task.next */
	uint64_t delivered;
};

/* A document the user named, at `path` below `root`. */
struct item *item_top(struct intake *in, const char *root, const char *path,
    const struct stat *st, const struct doc_error *err);

#endif
