/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canvas - something to draw on, and its pixels (cairo).
 *
 * Runs in the worker.  Who draws gets cairo's context through its own
 * library's header.
 */
#ifndef DOC_CANVAS_H
#define DOC_CANVAS_H

#include "lib/format/beat.h"
#include "lib/format/pixels.h"

/* cairo's image surfaces end here (15-bit coordinates). */
#define DOC_CANVAS_SIDE 32767

struct _cairo;
struct _cairo_surface;

struct doc_canvas {
	struct _cairo *cr; /* draw here; one unit is one pixel */
	struct _cairo_surface *surface;
	struct doc_beat *beat; /* with each shape drawn; set before opening it,
				  or NULL */
};

#define doc_autocanvas __attribute__((cleanup(doc_canvas_close)))

/* White paper, or nothing at all when it is to be transparent.  MEMORY. */
int doc_canvas_open(struct doc_canvas *c, unsigned width, unsigned height,
    bool transparent, struct doc_error *err) DOC_MUST_CHECK;

/* What was drawn, as 1 (grey), 3 or, with transparency, 4 bands; nothing is
 * drawn after that.  0, or -1 with MEMORY, DAMAGED (cairo gave up). */
int doc_canvas_pixels(struct doc_canvas *c, unsigned bands,
    struct doc_pixels *px, struct doc_error *err) DOC_MUST_CHECK;

void doc_canvas_close(struct doc_canvas *c);

#endif
