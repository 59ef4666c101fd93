/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leptonica_impl - what the leptonica*.c files share.  Nobody else includes it.
 */
#ifndef DOC_LEPTONICA_IMPL_H
#define DOC_LEPTONICA_IMPL_H

#include "lib/engine/leptonica.h"

struct Pix;

/* A picture file decoded, upright; destroy *pix. */
struct leptonica_picture {
	struct Pix *pix;
	unsigned pages; /* in the file */
	bool turned;	/* it does not lie in the file as it is */
};

/* Page in->page of a picture file.  DAMAGED, UNSUPPORTED, PIXELS, MEMORY. */
int leptonica_decode(const struct doc_input *in,
    struct leptonica_picture *picture, struct doc_error *err) DOC_MUST_CHECK;

/* Shades that are made of dots become grey, in place; `binary` is the same
 * page. */
void leptonica_smooth_shades(struct Pix *grey, struct Pix *binary);

/* To 8 bit grey, or 32 bit colour where there is colour; *pix is replaced. */
int leptonica_plain(struct Pix **pix) DOC_MUST_CHECK;

#endif
