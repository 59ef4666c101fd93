/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * picture - any picture file as a few pixels: who decodes which kind.
 *
 * doc_picture_init runs in the zygote, the rest in the worker.
 */
#ifndef DOC_PICTURE_H
#define DOC_PICTURE_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

int doc_picture_init(struct doc_error *err) DOC_MUST_CHECK;

/* Decode page in->page, shrunk into box x box (pictures are never enlarged,
 * drawings are), upright and in sRGB, transparency kept.  in->media decides
 * who reads it; "" leaves it to the bytes.  *pages: how many there are.  What
 * was lost is said as a reason.  0, or -1 with DAMAGED, UNSUPPORTED, PIXELS,
 * MEMORY. */
int doc_picture_pixels(const struct doc_input *in, unsigned box,
    struct doc_pixels *px, unsigned *pages, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
