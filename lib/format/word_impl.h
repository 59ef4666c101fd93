/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_impl - between word.c (the text of a Word file) and word_marks.c (what
 * its characters and paragraphs are).  Numbers are sections of [MS-DOC].
 *
 * Runs in the worker.
 */
#ifndef DOC_WORD_IMPL_H
#define DOC_WORD_IMPL_H

#include "lib/base/buf.h"

/* Length of the operand at p (2.2.5.1 and 2.6.1), or the whole rest when it is
 * broken. */
size_t doc_word_operand_len(unsigned sprm, const unsigned char *p, size_t n);

/* The properties of run i of a formatted disk page of 512 bytes with `runs` of
 * them; false when they are outside of it.  Before those of a paragraph stand
 * two bytes, its style. */
bool doc_word_properties(const unsigned char *page, unsigned runs, unsigned i,
    bool paragraph, const unsigned char **p, size_t *n);

/* Ranges of file positions, sorted; found by position. */
struct doc_word_marks {
	struct range {
		uint32_t from, to;
	} * range;
	size_t count;
};

enum doc_word_mark {
	DOC_WORD_DELETED, /* characters of a tracked deletion */
	DOC_WORD_ROW_END  /* the paragraph mark is the end of a table row */
};

/* Read the ranges that have a mark out of the formatted disk pages (2.9.33,
 * 2.9.175) in `stream`; plc[0..n) is the table of those pages (2.8.5, 2.8.6).
 * What is broken is left out. */
void doc_word_marks_read(struct doc_word_marks *marks, enum doc_word_mark mark,
    const struct doc_buf *stream, const char *plc, size_t n);
/* Is position `fc` in a range? */
bool doc_word_marked(const struct doc_word_marks *marks, uint32_t fc);
void doc_word_marks_release(struct doc_word_marks *marks);

#endif
