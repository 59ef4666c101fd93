/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff - two runs over the same documents: what is worse, what is other.
 *
 * docrun diff; reads two files of records.  Documents are matched by id, which
 * is made from tenant, path and members.  Of the first run 128 bytes are held
 * for each document, at most; of the second nothing.
 */
#ifndef DOC_DIFF_H
#define DOC_DIFF_H

#include "lib/review/records.h"

/* X(id, spelling, text): what can differ. */
/* clang-format off */
#define DOC_CHANGES(X) \
	X(GONE,    "gone",    "no record any more; worse") \
	X(NEW,     "new",     "no record before") \
	X(CONTENT, "content", "the content is another one") \
	X(TYPE,    "type",    "another media type; worse when it is not known any more") \
	X(VERDICT, "verdict", "worse unless it is clean now and was not infected") \
	X(STATUS,  "status",  "of a stage; worse: an error, less than before, or nothing") \
	X(TEXT,    "text",    "letters of text; worse when they are fewer and the content is the same")

enum doc_change {
#define X(id, name, text) DOC_CHANGE_##id,
	DOC_CHANGES(X)
#undef X
	DOC_CHANGE_COUNT
};
/* clang-format on */

const char *doc_change_name(enum doc_change change);

struct doc_difference {
	enum doc_change change;
	bool worse;
	char stage[32];	     /* "" when it is of no stage */
	char a[128], b[128]; /* before and after, for people; may be "" */
};

struct doc_diff {
	/* set by the caller */
	unsigned loss; /* per cent of the text that may get lost */
	/* Called for each; `rec` is of the second run, or of the first when it
	 * is gone.  -1 ends it, with *err. */
	int (*tell)(struct doc_diff *d, const struct doc_difference *it,
	    const struct doc_record *rec, struct doc_error *err);
	/* found out */
	uint64_t documents_a, documents_b, same;
	uint64_t count[DOC_CHANGE_COUNT], worse[DOC_CHANGE_COUNT];
	uint64_t cpu_ms_a, cpu_ms_b; /* of what both have (--stats) */
	bool complete_a, complete_b;
};

int doc_diff_run(struct doc_diff *d, struct doc_records *a,
    struct doc_records *b, struct doc_error *err) DOC_MUST_CHECK;

#endif
