/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docx_numbers - the numbers in front of headings and list items, which stand
 * nowhere in the text but are counted from definitions (ISO 29500-1, 17.9).
 *
 * Runs in the worker.  Bullets are no text and give no label.
 */
#ifndef DOC_DOCX_NUMBERS_H
#define DOC_DOCX_NUMBERS_H

#include "lib/format/opc.h"

struct doc_numbers;

/* From the parts that `rels` of the main part names; NULL when the document
 * has no numbering. */
struct doc_numbers *doc_numbers_read(struct doc_opc *opc,
    const struct doc_rels *rels);

/*
 * The next paragraph has this style (or NULL), numbering (-1: not given) and
 * level (-1: not given): count it, and append its label, if it has one.
 */
void doc_numbers_next(struct doc_numbers *n, const char *style, int num,
    int level, struct doc_buf *label);

void doc_numbers_free(struct doc_numbers *n);

#endif
