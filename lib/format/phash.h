/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * phash - a fingerprint by which near-duplicates are found.
 *
 * Any process; pure.  The perceptual hash of the lowest frequencies: the
 * picture, on white, is averaged down to 32 x 32 grey cells, transformed by
 * the discrete cosine transform, and each bit says if one of the 8 x 8 lowest
 * frequencies is above their median.  Scaling, compression and small changes
 * of colour leave it nearly as it is.  Unlike differences of neighbours it
 * also tells pages apart that are mostly white.
 */
#ifndef DOC_PHASH_H
#define DOC_PHASH_H

#include "lib/format/pixels.h"

/* 0 for a picture of one colour.  Two pictures are alike when few of the bits
 * differ: up to 8 is near, 32 is chance. */
uint64_t doc_phash(const struct doc_pixels *px);

#endif
