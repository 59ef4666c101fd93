/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf - text, facts and pixels of PDF documents (poppler-glib, cairo).
 *
 * doc_pdf_warm runs in the zygote, all else in the worker.
 */
#ifndef DOC_PDF_H
#define DOC_PDF_H

#include "lib/format/beat.h"
#include "lib/format/pixels.h"
#include "lib/format/text.h"

/* In the zygote: load fonts' index and keep one small document open, so that
 * poppler's global state is built once (DESIGN: 17 % of the time). */
int doc_pdf_warm(struct doc_error *err) DOC_MUST_CHECK;

/* As in plain.h; also the field ocr_pages. */
int doc_pdf_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

/* Says which pages need OCR (field ocr_pages) and how many there are (pages)
 * without keeping text.  `redo`: text that lies on pictures does not count. */
int doc_pdf_survey(const struct doc_input *in, bool redo, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

/* What to render. */
struct doc_pdf_render {
	unsigned page; /* from 1 */
	unsigned box;  /* fit into box x box pixels; 0: use dpi */
	unsigned dpi;  /* 0: to be read, see doc_pdf_reading_dpi */
	bool grey;
	uint64_t max_pixels;   /* dpi is lowered to stay below */
	struct doc_beat *beat; /* with each shape drawn; or NULL */
	struct doc_work *work; /* told when part of it is missing; or NULL */
};

/* 0 and *px to release, or -1 with DAMAGED, ENCRYPTED, MEMORY. */
int doc_pdf_pixels(const struct doc_input *in, const struct doc_pdf_render *how,
    struct doc_pixels *px, unsigned *pages,
    struct doc_error *err) DOC_MUST_CHECK;

/* Pages of the document.  0, or -1 with DAMAGED, ENCRYPTED, MEMORY. */
int doc_pdf_pages(const struct doc_input *in, unsigned *pages,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
