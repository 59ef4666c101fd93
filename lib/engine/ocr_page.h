/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_page - a page read as often as it needs: upright, straight, at the right
 * size, in the layout that fits.
 *
 * Runs in the worker, after doc_tesseract_init in its zygote.
 */
#ifndef DOC_OCR_PAGE_H
#define DOC_OCR_PAGE_H

#include "lib/engine/leptonica.h"
#include "lib/engine/ocr_words.h"

struct doc_ocr_page {
	struct doc_sheet sheet; /* what was read; boxes are on it */
	struct doc_ocr_words words;
	unsigned width, height; /* of the page as it came, pixels */
	unsigned readings;	/* 1 to 3 that were joined */
};
#define doc_autopage __attribute__((cleanup(doc_ocr_page_release)))
void doc_ocr_page_release(struct doc_ocr_page *page);

/*
 * Read px.  One reading where that is good; a second and third, of the page
 * smoothed and enlarged and in other layouts, where words are unsure.
 * `readings_most` caps them, from 1.  MEMORY, PIXELS, ENGINE.
 */
int doc_ocr_page_read(const struct doc_pixels *px, unsigned readings_most,
    struct doc_work *work, struct doc_ocr_page *page,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
