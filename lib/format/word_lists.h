/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_lists - the numbers in front of headings and list items of Word 97 to
 * 2003, which stand nowhere in the text but are counted from tables ([MS-DOC]
 * 2.4.6.3).
 *
 * Runs in the worker; pure.  Bullets are no text and give no label.
 */
#ifndef DOC_WORD_LISTS_H
#define DOC_WORD_LISTS_H

#include "lib/base/buf.h"

struct doc_word_lists;

/* A table: `from` bytes into the stream of tables, n bytes; 0: there is none.
 */
struct doc_word_table {
	size_t from, n;
};

struct doc_word_list_tables {
	struct doc_word_table lists, uses, styles; /* PlfLst, PlfLfo, STSH */
	struct doc_word_table paragraphs;	   /* PlcBtePapx */
};

/* NULL when the document has no lists, or memory ran out.  What is broken is
 * left out. */
struct doc_word_lists *doc_word_lists_read(const struct doc_buf *stream,
    const struct doc_buf *tables, const struct doc_word_list_tables *where);
void doc_word_lists_free(struct doc_word_lists *lists);

/* A paragraph begins at byte `fc` of the stream: count it, and put its label
 * with a blank in place of what `label` has. */
void doc_word_lists_next(struct doc_word_lists *lists, uint32_t fc,
    struct doc_buf *label);

#endif
