/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_place - where words are on the page as it came, not as it was read:
 * turned and made straight.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_OCR_PLACE_H
#define DOC_OCR_PLACE_H

#include "lib/engine/ocr_page.h"

/* Put every word's box where it is on the page that doc_ocr_page_read was
 * given, in its pixels: the least upright box around what may lie askew. */
void doc_ocr_place_words(struct doc_ocr_page *page);

/*
 * For graft.h: append the page and a row for each word,
 *
 *	page NUMBER WIDTH HEIGHT
 *	X0 Y0 X1 Y1 HEIGHT TEXT
 *	end
 *
 * in pixels of the page as it came, X0 Y0 to X1 Y1 being the line the word
 * stands on.  Before doc_ocr_place_words.  -1: no memory.
 */
int doc_ocr_place_rows(const struct doc_ocr_page *page, unsigned number,
    struct doc_buf *out) DOC_MUST_CHECK;

#endif
