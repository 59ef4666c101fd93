/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout - from the structure of a document to lines and tab-separated rows.
 *
 * Runs in the worker; pure.  Separators are owed, not written: whatever stands
 * between two pieces of text is decided when the second one comes, so empty
 * paragraphs leave nothing behind and empty cells at the end of a row neither.
 */
#ifndef DOC_LAYOUT_H
#define DOC_LAYOUT_H

#include "lib/format/text.h"

struct doc_layout {
	struct doc_text *text;
	struct doc_buf *side; /* while set, text goes here instead */
	unsigned cells;	      /* begun in this row */
	unsigned tabs;	      /* owed */
	bool line, space;     /* owed */
	bool fresh;	      /* in a cell that has no text yet */
	bool row_fresh;	      /* in a row that has no text yet */
	bool in_line;	      /* there is text on the current line */
	unsigned depth;	      /* of rows around us */
	bool one_line;	      /* a row is one line, whatever its cells hold */
};

/* Cap of text put aside, bytes; what is more is lost with the reason memory. */
#define DOC_LAYOUT_SIDE_MAX ((size_t)16 << 20)

/* A paragraph or other block begins or ends. */
void doc_layout_line(struct doc_layout *f);
void doc_layout_row(struct doc_layout *f);
void doc_layout_row_end(struct doc_layout *f);
void doc_layout_cell(struct doc_layout *f);
/* n more empty cells. */
void doc_layout_skip(struct doc_layout *f, unsigned n);

/* Text as it stands; with white space collapsed as in HTML and ODF. */
void doc_layout_put(struct doc_layout *f, const char *s, size_t n);
void doc_layout_puts(struct doc_layout *f, const char *s);
void doc_layout_wrap(struct doc_layout *f, const char *s, size_t n);
/* White space is owed, unless at the start of a line. */
void doc_layout_space(struct doc_layout *f);
/* Finish the line in the sink, before a page ends. */
void doc_layout_flush(struct doc_layout *f);

/* What is put between these two goes to `side`, as lines of its own ... */
void doc_layout_divert(struct doc_layout *f, struct doc_buf *side,
    struct doc_layout *was);
void doc_layout_restore(struct doc_layout *f, const struct doc_layout *was);
/* ... and from there to where it belongs, which empties it. */
void doc_layout_merge(struct doc_layout *f, struct doc_buf *side);

#endif
