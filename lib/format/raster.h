/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raster - pictures: shrink and encode (libvips).
 *
 * doc_raster_init runs in the zygote and runs no operation there: libvips
 * starts threads at the first one, and a forked child of that hangs for ever.
 * All else runs in the worker.
 */
#ifndef DOC_RASTER_H
#define DOC_RASTER_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

enum doc_raster_kind { DOC_RASTER_WEBP, DOC_RASTER_JPEG, DOC_RASTER_PNG };

/* In the zygote: cache and vectors off, all loaders blocked but those for
 * JPEG, PNG, WebP, TIFF, GIF, HEIF/AVIF, PNM.  Sets VIPSHOME and
 * VIPS_NOVECTOR in the environment. */
int doc_raster_init(struct doc_error *err) DOC_MUST_CHECK;

/* Shrink the picture `in` into box x box (never enlarge), orientation and
 * colour profile applied, transparency on white where the kind has none, and
 * write it to work->out.  Says width, height and pages.  0, or -1 with
 * DAMAGED, UNSUPPORTED, PIXELS, MEMORY, IO. */
int doc_raster_thumbnail(const struct doc_input *in, unsigned box,
    enum doc_raster_kind kind, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

/* Encode rendered pixels to work->out; says width and height. */
int doc_raster_encode(const struct doc_pixels *px, enum doc_raster_kind kind,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

/* As above, shrunk into box x box: for pixels from another decoder. */
int doc_raster_shrink(const struct doc_pixels *px, unsigned box,
    enum doc_raster_kind kind, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
