/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * graft - recognised words laid, unseen, under the pages they are on (qpdf).
 *
 * Runs in the worker of docgraft.  Pages keep what they have, bit by bit: their
 * pictures are not decoded and coded again.  Each of the pages that were read
 * gets one more content stream before its own, with the words in text rendering
 * mode 3 (ISO 32000-1, 9.3.6) and in a font whose glyphs are empty.
 */
#ifndef DOC_GRAFT_H
#define DOC_GRAFT_H

#include "lib/base/buf.h"
#include "lib/pool/work.h"

/*
 * The input of a graft is the document, the rows of each page (ocr_place.h),
 * and the length of the document as DOC_GRAFT_TAIL bytes, decimal digits and a
 * newline: a worker reads one file.
 */
enum { DOC_GRAFT_TAIL = 21 };
#define DOC_GRAFT_TAIL_FORMAT "%020ju\n"

/* Tell the document from the rows.  PROTOCOL: that is no such file. */
int doc_graft_open(const struct doc_input *in, struct doc_input *document,
    const char **rows, size_t *rows_len, struct doc_error *err) DOC_MUST_CHECK;

/* Begin with a PDF, which is borrowed until doc_graft_free.  DAMAGED,
 * ENCRYPTED, MEMORY. */
struct doc_graft;
int doc_graft_new(struct doc_graft **graft, const void *pdf, size_t size,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_graft_free(struct doc_graft *graft);

/* Leave out who made the PDF and when; leptonica writes the time of day. */
void doc_graft_forget(struct doc_graft *graft);

/* The first page of another PDF behind those there are; likewise borrowed. */
int doc_graft_append(struct doc_graft *graft, const void *pdf, size_t size,
    struct doc_error *err) DOC_MUST_CHECK;

/* The words of all pages of `rows` below their pages; the heart of `work`
 * beats.  Rows of pages that are not there are left out. */
int doc_graft_rows(struct doc_graft *graft, const char *rows, size_t rows_len,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

/* The whole as a PDF to work->out, the same bytes every time.  What was
 * encrypted, and opened without a password, is not any more.  DAMAGED, MEMORY,
 * IO. */
int doc_graft_write(struct doc_graft *graft, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

/* A TrueType font of two empty glyphs, half as wide as high; and the words of
 * one page as the operators of a content stream.  `frame` maps what the rows
 * count in, pixels from the top left, to the page: x' = a x + c y + e,
 * y' = b x + d y + f.  -1: no memory. */
struct doc_graft_frame {
	double a, b, c, d, e, f;
};
int doc_graft_font(struct doc_buf *out) DOC_MUST_CHECK;
int doc_graft_words(const char *rows, size_t rows_len,
    const struct doc_graft_frame *frame, const char *font,
    struct doc_buf *out) DOC_MUST_CHECK;

#endif
