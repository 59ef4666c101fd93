/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode - pixels to a picture file (libwebp, libjpeg, libpng).
 *
 * Runs in the worker; pure.  The files hold pixels and nothing else: no
 * metadata, no profile; the pixels are sRGB.  Same pixels, same bytes.
 */
#ifndef DOC_ENCODE_H
#define DOC_ENCODE_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

enum doc_picture { DOC_PICTURE_WEBP, DOC_PICTURE_JPEG, DOC_PICTURE_PNG };

/*
 * Write px to work->out, transparency on white where the kind has none.  Says
 * width, height and phash.  0, or -1 with MEMORY, OUTPUT, IO, UNSUPPORTED (too
 * large for the kind).
 */
int doc_encode(const struct doc_pixels *px, enum doc_picture kind,
    struct doc_work *work, struct doc_error *err) DOC_MUST_CHECK;

#endif
