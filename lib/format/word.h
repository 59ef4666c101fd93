/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word - documents of Word 6 to 2003 ([MS-DOC]).
 *
 * Runs in the worker.
 */
#ifndef DOC_WORD_H
#define DOC_WORD_H

#include "lib/format/ole.h"
#include "lib/format/text.h"

/* The text: body, then notes, page headers and footers, comments, text boxes.
 * 0, or -1 with DAMAGED, ENCRYPTED, UNSUPPORTED. */
int doc_word_text(struct doc_ole *ole, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
