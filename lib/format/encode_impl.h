/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode_impl - between encode.c and the one file for each kind of picture;
 * nobody else includes it.
 */
#ifndef DOC_ENCODE_IMPL_H
#define DOC_ENCODE_IMPL_H

#include "lib/base/buf.h"
#include "lib/format/pixels.h"

/* Append the file to `out`: 0, or -1 when it does not fit there or the kind
 * cannot hold such a picture.  JPEG takes 1 and 3 bands. */
int doc_webp_encode(const struct doc_pixels *px, struct doc_buf *out);
int doc_jpeg_encode(const struct doc_pixels *px, struct doc_buf *out);
int doc_png_encode(const struct doc_pixels *px, struct doc_buf *out);

#endif
