/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_split - a word that is two: "13A" where the page has "13 A".
 *
 * Runs in the worker; pure.  Tesseract's network was taught on running text
 * and swallows the space between a number and a letter in tables.
 */
#ifndef DOC_OCR_SPLIT_H
#define DOC_OCR_SPLIT_H

#include "lib/engine/ocr_words.h"
#include "lib/format/pixels.h"

/* Where the word `s` (UTF-8) in `box` of the grey page px is to be cut: offset
 * of the first byte of its second part, and *column the middle of the gap, in
 * pixels of px; 0 when it is one word. */
size_t doc_ocr_split(const struct doc_pixels *px, const struct doc_box *box,
    const char *s, int *column);

#endif
