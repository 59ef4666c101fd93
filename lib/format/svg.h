/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svg - SVG drawings as pixels (librsvg).
 *
 * Runs in the worker.  Nothing outside the document is loaded: it has no base
 * address, so librsvg refuses every reference but data: URLs, and the cage
 * would refuse the rest.  Scripts and animations are not run.
 */
#ifndef DOC_SVG_H
#define DOC_SVG_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* In the zygote: load fonts and tables by drawing a little. */
int doc_svg_warm(struct doc_error *err) DOC_MUST_CHECK;

/* Draw it into box x box pixels, on nothing (4 bands).  DAMAGED, MEMORY. */
int doc_svg_pixels(const struct doc_input *in, unsigned box,
    struct doc_pixels *px, struct doc_error *err) DOC_MUST_CHECK;

#endif
