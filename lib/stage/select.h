/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * select - which documents are wanted: --include, --exclude, --max-size,
 * --newer.
 *
 * Supervisor of doclist; pure, but for --newer=FILE.  A pattern is a glob as in
 * fnmatch(3), in which '*' also fits a '/'.  It is held against the whole name
 * and against its last part; the name of a member is the path and the names of
 * all levels, with '/' between them.
 */
#ifndef DOC_SELECT_H
#define DOC_SELECT_H

#include <time.h>

#include "lib/base/opt.h"
#include "lib/record/path.h"

struct doc_select {
	struct doc_words include, exclude;
	uint64_t max_size; /* bytes; 0: any */
	const char *newer; /* a time, or a file whose time counts; or NULL */
	struct timespec newer_than; /* by doc_select_settle */
	bool one_file_system;
};

/* After parsing.  USAGE when --newer is neither a time nor a file. */
int doc_select_settle(struct doc_select *s,
    struct doc_error *err) DOC_MUST_CHECK;

/* With --newer, does this time not count? */
bool doc_select_is_old(const struct doc_select *s, const struct timespec *t);

/* Not to be touched, nor what is below or in it. */
bool doc_select_excludes(const struct doc_select *s,
    const struct doc_name *name);

/* Wanted for itself?  What leads to others is looked at all the same. */
bool doc_select_includes(const struct doc_select *s,
    const struct doc_name *name);

#endif
