/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exif - which way up a camera held the picture.
 *
 * Runs in the worker; pure.  For decoders that leave orientation alone
 * (leptonica); libvips applies it by itself.
 */
#ifndef DOC_EXIF_H
#define DOC_EXIF_H

#include "lib/base/base.h"

/* The orientation tag (TIFF 6.0, tag 274) of the JPEG file at data: 1 upright
 * to 8.  1 also when there is none or it makes no sense. */
unsigned doc_exif_orientation(const void *data, size_t size);

#endif
