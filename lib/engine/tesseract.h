/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tesseract - words from pixels (Tesseract C API).
 *
 * doc_tesseract_init runs in the zygote (OMP_THREAD_LIMIT=1 must be in the
 * environment since exec), all else in the worker.
 */
#ifndef DOC_TESSERACT_H
#define DOC_TESSERACT_H

#include "lib/engine/ocr_words.h"
#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* Load the models of `lang` ("eng+deu") and recognise one small picture, so
 * that workers start warm.  ENGINE names the missing model and its Debian
 * package (tesseract-ocr-deu). */
int doc_tesseract_init(const char *lang, struct doc_error *err) DOC_MUST_CHECK;

/* How words lie on the page. */
enum doc_ocr_layout {
	DOC_LAYOUT_AUTO,  /* columns, tables, pictures: Tesseract finds out */
	DOC_LAYOUT_BLOCK, /* lines from the left edge to the right */
	DOC_LAYOUT_SPARSE /* words anywhere, in no order */
};

/* Read a page once.  Beats the heart of `work`.  No words on a page with ink
 * under memory pressure is the error MEMORY, never success. */
int doc_tesseract_read(const struct doc_pixels *px, enum doc_ocr_layout layout,
    struct doc_work *work, struct doc_ocr_words *words,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
