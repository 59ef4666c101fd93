/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output - a report that is written bit by bit, and is there as a whole or not
 * at all.
 *
 * docrun and its verbs.  A regular file is written beside its place and then
 * renamed; "-", a pipe or a device is written to directly.
 */
#ifndef DOC_OUTPUT_H
#define DOC_OUTPUT_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct doc_output {
	const char *path; /* borrowed */
	char temp[4200];  /* "" when written to directly */
	int fd;		  /* -1: not open */
	struct doc_buf buf;
};

/* `out` is standard output, for the path "-". */
int doc_output_open(struct doc_output *o, const char *path, int out,
    struct doc_error *err) DOC_MUST_CHECK;

/* Write what is in `buf`, if that is much, or `now`. */
int doc_output_flush(struct doc_output *o, bool now,
    struct doc_error *err) DOC_MUST_CHECK;

/* The report is whole: put it in its place.  Closes in any case. */
int doc_output_commit(struct doc_output *o,
    struct doc_error *err) DOC_MUST_CHECK;

/* It is not: what was there before stays. */
void doc_output_drop(struct doc_output *o);

#endif
