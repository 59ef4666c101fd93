/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ole_text - which old Office format is in a compound file, and its text.
 *
 * Runs in the worker.
 */
#ifndef DOC_OLE_TEXT_H
#define DOC_OLE_TEXT_H

#include "lib/format/text.h"

/* As in plain.h. */
int doc_ole_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
