/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xmldoc - XML that is a document: FictionBook, DocBook, JATS, TEI, DITA,
 * feeds, SVG.  Other XML is text as it stands.
 *
 * Runs in the worker.
 */
#ifndef DOC_XMLDOC_H
#define DOC_XMLDOC_H

#include "lib/format/text.h"

/* As in plain.h. */
int doc_xmldoc_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
