/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gauge - what a process is doing, for anybody who wants to look.
 *
 * Written by supervisors, docrun and docprogress, read through board.h.  When
 * DOCPIPE_PROGRESS names a folder, the process maps one small file there,
 * STAGE.PID, and stores its counters into it.  Nothing is sent and nobody is
 * waited for: a store costs a nanosecond, whoever looks and however often.
 * The file stays behind when the process ends, so that its counts do.
 *
 * A gauge that is not open (all zero) is a gauge nobody looks at: every
 * function here may be called with it and does nothing.
 */
#ifndef DOC_GAUGE_H
#define DOC_GAUGE_H

#include "lib/base/error.h"

/* X(id, spelling in JSON): 64-bit numbers, each with one writer. */
/* clang-format off */
#define DOC_GAUGES(X) \
	X(IN,           "in")           /* documents that came */ \
	X(IN_BYTES,     "in_bytes") \
	X(OUT,          "out")          /* documents that are finished */ \
	X(OUT_BYTES,    "out_bytes") \
	X(OK,           "ok")           /* the next four as enum doc_status */ \
	X(PARTIAL,      "partial") \
	X(SKIPPED,      "skipped") \
	X(ERROR,        "error") \
	X(FINDINGS,     "findings")     /* infected documents */ \
	X(MEMBERS,      "members")      /* of IN: those out of containers */ \
	X(MEMBER_BYTES, "member_bytes") \
	X(TOTAL,        "total")        /* inputs to come; 0 unknown */ \
	X(TOTAL_BYTES,  "total_bytes") \
	X(BUSY,         "busy")         /* workers computing now */ \
	X(HELD,         "held")         /* documents in its window now */ \
	X(BLOCKED,      "blocked")      /* 1: its reader is slower than it */ \
	X(ENDED,        "ended")        /* 1: it came to its end by itself */ \
	X(STATUS,       "status")       /* then: with this exit status */

enum doc_gauge_count {
#define X(id, name) DOC_G_##id,
	DOC_GAUGES(X)
#undef X
	DOC_G_COUNT
};
/* clang-format on */

enum {
	DOC_GAUGE_STAGE = 24, /* bytes of a stage's name, with NUL */
	DOC_GAUGE_SLOTS = 64, /* documents shown as being worked on */
	DOC_GAUGE_NAME = 232  /* bytes of the name of one, cut in front */
};

#define DOC_GAUGE_ENV "DOCPIPE_PROGRESS"

struct doc_gauge_page;

struct doc_gauge {
	struct doc_gauge_page *page; /* NULL: nobody looks */
	int fd;
};

/* Open the gauge of this process in the folder of the environment, which is
 * made if need be; without one, or when that fails (a warning), nobody looks.
 * `stage` is a name of ours: "docscan". */
void doc_gauge_open(struct doc_gauge *g, const char *stage);
/* The same in `dir`. */
int doc_gauge_open_in(struct doc_gauge *g, const char *dir, const char *stage,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_gauge_close(struct doc_gauge *g);

/* Only the process that opened it: there is one writer. */
void doc_gauge_add(struct doc_gauge *g, enum doc_gauge_count which, uint64_t n);
void doc_gauge_set(struct doc_gauge *g, enum doc_gauge_count which, uint64_t n);

/* A document was finished now; adding to OUT says so by itself. */
void doc_gauge_move(struct doc_gauge *g);

/* Work on `name` (UTF-8, n bytes) begins.  Returns a slot from 1 for
 * doc_gauge_end, 0 when all are taken: then this one is not shown. */
unsigned doc_gauge_begin(struct doc_gauge *g, const char *name, size_t n);
void doc_gauge_end(struct doc_gauge *g, unsigned slot);

/* Remove the files that an earlier run left in `dir`. */
void doc_gauge_sweep(const char *dir);

#endif
