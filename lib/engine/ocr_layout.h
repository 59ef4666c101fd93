/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_layout - words with their places, in the forms other programs read.
 *
 * doc_ocr_layout_put runs in the worker and makes the part of one page; head
 * and tail around all parts are constant and the supervisor's.
 */
#ifndef DOC_OCR_LAYOUT_H
#define DOC_OCR_LAYOUT_H

#include "lib/engine/ocr_words.h"

/* By the words of --layout. */
enum doc_layout_kind {
	DOC_LAYOUT_NONE,
	DOC_LAYOUT_HOCR, /* http://kba.github.io/hocr-spec/1.2/ */
	DOC_LAYOUT_TSV,	 /* as Tesseract prints it: levels 1, 4 and 5 */
	DOC_LAYOUT_ALTO	 /* 3.1 */
};

/* The page the words are on: pixels, and how many to an inch (0 unknown). */
struct doc_layout_page {
	unsigned number; /* from 1 */
	unsigned width, height, dpi;
};

/* Append the page.  -1: no memory. */
int doc_ocr_layout_put(enum doc_layout_kind kind,
    const struct doc_layout_page *page, const struct doc_ocr_words *words,
    struct doc_buf *out) DOC_MUST_CHECK;

const char *doc_ocr_layout_head(enum doc_layout_kind kind);
const char *doc_ocr_layout_tail(enum doc_layout_kind kind);

#endif
