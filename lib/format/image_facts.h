/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_facts - words that are in a picture's file: EXIF, XMP, IPTC, comments.
 *
 * Runs in the worker.  No pixel is decoded.
 */
#ifndef DOC_IMAGE_FACTS_H
#define DOC_IMAGE_FACTS_H

#include "lib/format/text.h"

/* As in plain.h; there are fields, but no text. */
int doc_image_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
