/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text - where extracted text goes.
 *
 * Runs in the worker.  Whatever comes in, the output file is valid UTF-8
 * without NUL and without control characters other than tab, newline and form
 * feed; repairs and words are counted.  Streams through a fixed buffer, so a
 * document of any size costs no memory; stops at the output limit and says so
 * (`partial`, reason `output`).  A worker that was told of the limit and puts
 * as much again ends there and then, with what it has.
 *
 * Form of the text (docpipe(7)): one form feed between pages, sheets and
 * slides; a paragraph is a line; the cells of a table row are separated by
 * tabs and the row is a line.
 */
#ifndef DOC_TEXT_H
#define DOC_TEXT_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/* What is wanted besides the text itself; all zero is the usual. */
struct doc_text_wish {
	bool metadata; /* raw properties as well */
	bool join;     /* words divided at the end of a line made whole */
	bool one;      /* of the alternatives of a mail only the best */
	const char *passwords; /* to try, each ending in a newline; or NULL */
};

struct doc_text {
	struct doc_text_wish wish;
	struct doc_work *work;
	struct doc_buf *keep; /* where it goes instead of work->out; or NULL */
	struct doc_buf pending; /* not yet written */
	uint64_t bytes;		/* written or pending */
	uint64_t dropped;	/* beyond the limit; as much again ends it */
	uint64_t words, chars, repairs;
	unsigned page;	/* complete pages */
	unsigned total; /* pages expected, as given to doc_text_page */
	int sys;	/* errno of the first write that failed, or 0 */
	bool in_word;
	bool feed; /* a form feed is owed before more text */
	bool full; /* the limit was reached; the rest is dropped */
	char last; /* last byte put, 0 at the start */
};

void doc_text_init(struct doc_text *t, struct doc_work *work);

/* n bytes of supposed UTF-8, whole sequences (one that is split over two calls
 * counts as bad bytes).  CR and CR LF become LF.  Returns -1 once the limit is
 * reached, when the extractor may stop early (it need not: more text is
 * dropped). */
int doc_text_put(struct doc_text *t, const char *s, size_t n);
int doc_text_puts(struct doc_text *t, const char *s);

/* End the current line if anything is on it: paragraphs call this. */
int doc_text_line(struct doc_text *t);

/* Page (sheet, slide) `done` of `total` (0 unknown) is complete: flushes,
 * writes the form feed before the next page, and beats the heart. */
int doc_text_page(struct doc_text *t, unsigned total);

/* Flush and report words, chars, repairs (and pages, when doc_text_page was
 * called).  0, or -1 with IO or NO_SPACE. */
int doc_text_finish(struct doc_text *t, struct doc_error *err);

void doc_text_release(struct doc_text *t);

/* Reads a document: puts its text, says its fields. */
typedef int doc_text_fn(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err);

/* The whole of a job: text from `read` to work->out.  What came out before a
 * failure is kept.  `read` NULL is UNSUPPORTED. */
int doc_text_job(doc_text_fn *read, const struct doc_text_wish *wish,
    const struct doc_input *in, struct doc_work *work, struct doc_error *err);

#endif
