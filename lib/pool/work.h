/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work - one unit of work as the code inside the cage sees it.
 *
 * Runs in the worker, which is single-threaded as far as this interface goes.
 * Formats and engines get a doc_work to say what they found and a doc_input to
 * read from; they know nothing of sockets, names or records.  Tests and
 * fuzzers provide their own ops.
 *
 * Saying something never fails: a supervisor that went away is noticed by the
 * transport, which ends the worker.  Strings are repaired to UTF-8 and cut to
 * the cap of their field.
 */
#ifndef DOC_WORK_H
#define DOC_WORK_H

#include "lib/base/error.h"
#include "lib/record/field.h"
#include "lib/record/reason.h"

/* The document: an fd opened read-only by the supervisor, and its bytes. */
struct doc_input {
	int fd;		   /* at offset 0; borrowed, do not close */
	const char *data;  /* all bytes, mapped read-only; NULL when empty */
	size_t size;	   /* bytes */
	uint64_t whole;	   /* bytes it has; more than `size` where only the
			    * head is mapped (zygote.h) */
	const char *media; /* media type from the record, "" when unknown */
	unsigned page;	   /* unit of work: page from 1; 0 is the whole */
	unsigned unit;	   /* stage's own kind of unit; 0 is the usual one */
	unsigned depth;	   /* nesting depth of the document */
	unsigned volumes;  /* files its bytes were joined from; 0: one */
};

struct doc_work;

/* NULL for the first three: whoever it is does not listen. */
struct doc_work_ops {
	void (*field)(struct doc_work *w, enum doc_field field, const void *p,
	    size_t n); /* an int is 8 bytes, native order */
	void (*reason)(struct doc_work *w, enum doc_reason reason);
	/* `done` of `total` (0 unknown) pages are complete, and so are the
	 * first `bytes` of the output file: the heartbeat and salvage point. */
	void (*progress)(struct doc_work *w, unsigned done, unsigned total,
	    uint64_t bytes);
	/* Ask for an empty file to write one member to.  Returns the fd, or -1
	 * with the limit in *err (stop: the budget is spent). */
	int (*member_open)(struct doc_work *w, struct doc_error *err);
	/* The member is complete: DOC_FOR_MEMBER fields given since
	 * member_open describe it.  ok says if its content is whole; when not,
	 * *err tells why (the member is still delivered, as an error).
	 * Without a member_open before it, the member has no content: links,
	 * directories, members that cannot be read. */
	void (*member_close)(struct doc_work *w, const struct doc_error *err,
	    enum doc_reason reason);
	/* A whole member of at most DOC_WORK_CONTENT bytes at once, without
	 * an answer to wait for; described as with member_close.  0, or -1
	 * with the limit in *err (stop; this one may be lost).  NULL: there is
	 * no such short way. */
	int (*member_put)(struct doc_work *w, const void *p, size_t n,
	    struct doc_error *err);
	/* The work ends here, as it is; does not return.  NULL: it goes on. */
	void (*enough)(struct doc_work *w);
};

enum { DOC_WORK_CONTENT = 32 << 10 };

struct doc_work {
	const struct doc_work_ops *ops;
	int out; /* the output file (text, picture), write-only; -1: none */
	const char *temp;    /* private directory with room to write, or NULL */
	uint64_t max_output; /* bytes the output file may have */
	uint64_t max_member; /* bytes the open member may have; 0: any */
	void *ctx;	     /* of the ops */
};

void doc_work_int(struct doc_work *w, enum doc_field field, uint64_t value);
void doc_work_str(struct doc_work *w, enum doc_field field, const char *s);
void doc_work_strn(struct doc_work *w, enum doc_field field, const char *s,
    size_t n);
/* Raw bytes, for DOC_T_BYTES. */
void doc_work_bytes(struct doc_work *w, enum doc_field field, const void *p,
    size_t n);
/* A unix time as RFC 3339 in UTC, for created and modified. */
void doc_work_time(struct doc_work *w, enum doc_field field, int64_t unix_s);
/* The result is not whole, and why.  May be called more than once. */
void doc_work_reason(struct doc_work *w, enum doc_reason reason);
void doc_work_progress(struct doc_work *w, unsigned done, unsigned total,
    uint64_t bytes);
/* All that was wanted is said: ends the work if that can be. */
void doc_work_enough(struct doc_work *w);

#endif
