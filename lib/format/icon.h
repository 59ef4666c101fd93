/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * icon - bitmaps of older systems: BMP, ICO and CUR, ICNS, TGA, XBM
 * (gdk-pixbuf, whose XPM reader wants a path).
 *
 * doc_icon_init runs in the zygote, where the decoders are loaded; the rest in
 * the worker, which could not load them.
 */
#ifndef DOC_ICON_H
#define DOC_ICON_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* Decoders that are not installed are done without. */
void doc_icon_init(void);

/* Is this a media type of ours? */
bool doc_icon_reads(const char *media);

/* 3 or 4 bands, rows without gaps; of several icons the one gdk-pixbuf takes
 * for the best.  A file that ends early is drawn as far as it goes, with a
 * reason.  0, or -1 with DAMAGED, PIXELS, UNSUPPORTED, MEMORY. */
int doc_icon_pixels(const struct doc_input *in, uint64_t max_pixels,
    struct doc_pixels *px, struct doc_work *work,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
