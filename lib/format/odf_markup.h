/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * odf_markup - the text of one OpenDocument XML stream: content.xml, styles.xml
 * (headers and footers only) or a flat document, which is both.
 *
 * Runs in the worker.
 */
#ifndef DOC_ODF_MARKUP_H
#define DOC_ODF_MARKUP_H

#include "lib/format/layout.h"
#include "lib/format/odf_lists.h"

/* `lists` may be NULL.  0, 1 when the XML is broken, or -1 when memory ran
 * out. */
int doc_odf_put(struct doc_layout *flow, struct doc_odf_lists *lists,
    const char *p, size_t n) DOC_MUST_CHECK;

#endif
