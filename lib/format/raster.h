/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raster - picture files and pixels: decode, shrink, colours (libvips).
 *
 * doc_raster_init runs in the zygote and runs no operation there: libvips
 * starts threads at the first one, and a forked child of that hangs for ever.
 * All else runs in the worker.
 */
#ifndef DOC_RASTER_H
#define DOC_RASTER_H

#include "lib/format/beat.h"
#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* A picture of more pixels is not decoded: 400 million are 1.6 GB in memory
 * where a format cannot be read row by row. */
#define DOC_RASTER_PIXELS (UINT64_C(400) * 1000 * 1000)

/* In the zygote: cache and vectors off, all loaders blocked but those for
 * JPEG, PNG, WebP, TIFF, GIF, HEIF/AVIF, JPEG XL, PNM.  Sets VIPSHOME and
 * VIPS_NOVECTOR in the environment. */
int doc_raster_init(struct doc_error *err) DOC_MUST_CHECK;

struct doc_raster {
	unsigned box;	       /* fit into box x box pixels, never enlarge */
	unsigned page;	       /* from 1 */
	struct doc_beat *beat; /* with each strip decoded; or NULL */
};

/* Decode a picture file: orientation and colour profile applied, transparency
 * kept.  *pages is how many it has; what was lost in it is said as a reason.
 * 0 and *px to release, or -1 with DAMAGED, UNSUPPORTED, PIXELS, MEMORY. */
int doc_raster_pixels(const void *data, size_t size,
    const struct doc_raster *how, struct doc_pixels *px, unsigned *pages,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

/* Bytes of an ICC profile, borrowed. */
struct doc_profile_icc {
	const void *data;
	size_t size;
};

/* Shrink pixels of another decoder (without gaps between rows) in the same
 * way; icc may be NULL: they are sRGB. */
int doc_raster_shrink(const struct doc_pixels *px,
    const struct doc_profile_icc *icc, unsigned box, struct doc_pixels *small,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
