/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exif_facts - what a camera wrote into a picture (libexif).
 *
 * Runs in the worker.
 */
#ifndef DOC_EXIF_FACTS_H
#define DOC_EXIF_FACTS_H

#include "lib/format/meta.h"

/* p[0..n) begins with a TIFF header: the whole of a TIFF file, or what stands
 * in other files behind "Exif". */
void doc_exif_facts(struct doc_meta *meta, const char *p, size_t n);

#endif
