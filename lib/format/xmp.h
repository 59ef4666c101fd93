/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xmp - properties in RDF that pictures and PDF files carry (ISO 16684-1).
 *
 * Runs in the worker.
 */
#ifndef DOC_XMP_H
#define DOC_XMP_H

#include "lib/format/meta.h"

/* Read the packet p[0..n), or the first one found within it. */
void doc_xmp_facts(struct doc_meta *meta, const char *p, size_t n);

#endif
