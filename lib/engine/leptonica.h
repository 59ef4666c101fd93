/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leptonica - pictures for recognition: decoded, upright, straight, dark on
 * light, and at the size Tesseract reads best.
 *
 * Runs in the worker.  Everything is grey once it was prepared.
 */
#ifndef DOC_LEPTONICA_H
#define DOC_LEPTONICA_H

#include "lib/engine/ocr_words.h"
#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* Decode page `in->page` (from 1) of a picture file to grey or RGB pixels, and
 * say how many there are.  0, or -1 with DAMAGED, UNSUPPORTED, PIXELS. */
int doc_leptonica_pixels(const struct doc_input *in, struct doc_pixels *px,
    unsigned *pages, struct doc_error *err) DOC_MUST_CHECK;

/* What scanners are set to: for pictures that tell no resolution, or that of a
 * screen, which programs write when they do not know; or more than scanners
 * have for paper. */
#define DOC_DPI_DEFAULT 300
#define DOC_DPI_SCREEN	100
#define DOC_DPI_MOST	800

/* Page `in->page` of a picture file as a PDF of one page, appended: a JPEG as
 * it is, black and white in G4, what was compressed without loss likewise. */
int doc_leptonica_pdf(const struct doc_input *in, struct doc_buf *pdf,
    struct doc_error *err) DOC_MUST_CHECK;

/* px as a PNG file to fd.  MEMORY, IO, NO_SPACE. */
int doc_leptonica_png(const struct doc_pixels *px, int fd,
    struct doc_error *err) DOC_MUST_CHECK;

/* A page as it is read: grey, light text on dark turned into dark on light,
 * straight to a tenth of a degree, upright. */
struct doc_sheet {
	struct doc_pixels px; /* bands 1 */
	unsigned glyph; /* median height of its letters, pixels; 0: none */
	double skew;	/* degrees clockwise it was turned by */
	unsigned quads; /* quarter turns clockwise besides */
	unsigned guess; /* those it may need, should it not read well */
	bool inverted;
};
#define doc_autosheet __attribute__((cleanup(doc_sheet_release)))
void doc_sheet_release(struct doc_sheet *sheet);

/* Make the sheet of a page; px is not changed.  MEMORY. */
int doc_sheet_make(const struct doc_pixels *px, struct doc_sheet *sheet,
    struct doc_error *err) DOC_MUST_CHECK;

/* The sheet with letters about `glyph` pixels high, smoothed if asked to:
 * that joins the dots of halftones and dithered scans.  *scale is pixels of
 * `out` per pixel of the sheet.  MEMORY. */
int doc_sheet_scaled(const struct doc_sheet *sheet, unsigned glyph, bool smooth,
    struct doc_pixels *out, double *scale,
    struct doc_error *err) DOC_MUST_CHECK;

/* Share of what looks like letters that no word covers, 0 to 1. */
double doc_sheet_unread(const struct doc_sheet *sheet,
    const struct doc_ocr_words *words);

/* The sheet turned clockwise 1 to 3 times more.  MEMORY. */
int doc_sheet_turn(const struct doc_sheet *sheet, unsigned quads,
    struct doc_sheet *turned, struct doc_error *err) DOC_MUST_CHECK;

#endif
