/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tesseract - text from pixels (Tesseract C API, leptonica).
 *
 * doc_tesseract_init runs in the zygote (OMP_THREAD_LIMIT=1 must be in the
 * environment since exec), all else in the worker.
 */
#ifndef DOC_TESSERACT_H
#define DOC_TESSERACT_H

#include "lib/format/pixels.h"
#include "lib/format/text.h"

/* Load the models of `lang` ("eng+deu") and recognise one small picture, so
 * that workers start warm.  ENGINE names the missing model and its Debian
 * package (tesseract-ocr-deu). */
int doc_tesseract_init(const char *lang, struct doc_error *err) DOC_MUST_CHECK;

/* Recognise a page; text to `text`, mean word confidence 0..100 to
 * *confidence.  A page that reads badly and seems to lie on its side or head
 * is turned and read again.  Empty text on a page with ink under memory
 * pressure is the error MEMORY, never success. */
int doc_tesseract_page(const struct doc_pixels *px, struct doc_text *text,
    unsigned *confidence, struct doc_error *err) DOC_MUST_CHECK;

/* Decode page `in->page` (from 1) of a picture file to grey or RGB pixels, and
 * say how many there are.  0, or -1 with DAMAGED, UNSUPPORTED, PIXELS. */
int doc_leptonica_pixels(const struct doc_input *in, struct doc_pixels *px,
    unsigned *pages, struct doc_error *err) DOC_MUST_CHECK;

/* Quarter turns clockwise that would make Latin text upright, by its
 * ascenders; 0 also when it cannot tell. */
unsigned doc_leptonica_quads(const struct doc_pixels *px);

/* px turned clockwise 1 to 3 times.  MEMORY. */
int doc_leptonica_turn(const struct doc_pixels *px, unsigned quads,
    struct doc_pixels *turned, struct doc_error *err) DOC_MUST_CHECK;

#endif
