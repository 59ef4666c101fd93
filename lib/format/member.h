/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * member - one member of a container on its way out.
 *
 * Runs in the worker.  A small one is collected and sent whole; a larger one
 * gets a file when it turns out to be large.  What a container's reader has to
 * tell apart: this member is bad (go on), and nothing more is wanted (stop).
 */
#ifndef DOC_MEMBER_H
#define DOC_MEMBER_H

#include "lib/pool/work.h"

struct doc_member {
	struct doc_work *work;
	int fd;	       /* -1: still collected */
	uint64_t end;  /* bytes so far */
	size_t held;   /* of them collected */
	bool refused;  /* no more members are wanted, nor this one */
	char *content; /* DOC_WORK_CONTENT bytes, owned */
};

/* Member after member; no memory is asked for again. */
int doc_member_init(struct doc_member *m, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_member_release(struct doc_member *m);

/* The next one; its fields are said after this and before doc_member_end. */
void doc_member_begin(struct doc_member *m, const char *name, size_t n);

/* Bytes that belong at `at`, not before what was written; what lies between is
 * zeros.  -1 with OUTPUT, BYTES, IO; m->refused: with the limit that says no
 * to any further member. */
int doc_member_write(struct doc_member *m, const void *p, size_t n, uint64_t at,
    struct doc_error *err) DOC_MUST_CHECK;

/* Nothing is written yet.  -1 with IO. */
int doc_member_restart(struct doc_member *m,
    struct doc_error *err) DOC_MUST_CHECK;

/* The member is complete, or not whole for `bad` (NULL, or no code).  -1 with
 * the limit in *err when nothing more is wanted; then this one may be lost. */
int doc_member_end(struct doc_member *m, const struct doc_error *bad,
    struct doc_error *err) DOC_MUST_CHECK;

/* All of it at once: begin, write, end. */
int doc_member_whole(struct doc_member *m, const char *name, const void *p,
    size_t n, struct doc_error *err) DOC_MUST_CHECK;

#endif
