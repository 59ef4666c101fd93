/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pixels - a picture in memory, between a renderer and who wants the picture.
 *
 * Runs in the worker.  Rows top to bottom, no padding surprises: row y starts
 * at data + y * stride.
 */
#ifndef DOC_PIXELS_H
#define DOC_PIXELS_H

#include "lib/base/base.h"

struct doc_pixels {
	unsigned width, height; /* pixels */
	unsigned bands;		/* 1 grey, 3 RGB, 4 RGBA; 8 bits each */
	unsigned dpi;		/* resolution, 0 unknown */
	size_t stride;		/* bytes from row to row */
	unsigned char *data;	/* owned; free() */
};

#define doc_autopixels __attribute__((cleanup(doc_pixels_release)))

static inline void
doc_pixels_release(struct doc_pixels *px)
{
	free(px->data);
	px->data = NULL;
}

/* Room for the size and bands set in px, rows without gaps; -1: no memory. */
int doc_pixels_alloc(struct doc_pixels *px) DOC_MUST_CHECK;

/* RGBA on white paper, as 3 bands; -1: no memory. */
int doc_pixels_flatten(const struct doc_pixels *px,
    struct doc_pixels *flat) DOC_MUST_CHECK;

/* Half as wide and high, in place: each pixel the mean of four. */
void doc_pixels_halve(struct doc_pixels *px);

#endif
