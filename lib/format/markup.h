/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markup - the text of WordprocessingML and DrawingML parts, and of the
 * comments of spreadsheets and slides, which all share their element names.
 *
 * Runs in the worker.
 */
#ifndef DOC_MARKUP_H
#define DOC_MARKUP_H

#include "lib/format/docx_numbers.h"

enum doc_markup_flags {
	DOC_MARKUP_STATIC = 1, /* layouts and masters: not the placeholders,
				* which every slide fills itself */
	DOC_MARKUP_NOTES = 2   /* notes: not the slide number */
};

/* `numbers` may be NULL.  0, 1 when the XML is broken, or -1 when memory ran
 * out. */
int doc_markup_put(struct doc_layout *flow, const char *p, size_t n,
    struct doc_numbers *numbers, unsigned flags) DOC_MUST_CHECK;

/* A part of a package; one that is missing or broken is a reason. */
void doc_markup_part(struct doc_opc *opc, const char *part, unsigned flags);

/* All parts that `rels` has of a type. */
void doc_markup_rels(struct doc_opc *opc, const struct doc_rels *rels,
    const char *type, unsigned flags);

#endif
