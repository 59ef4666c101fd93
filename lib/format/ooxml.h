/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ooxml - Office Open XML (docx, xlsx, pptx and kin: ECMA-376, ISO 29500
 * transitional and strict).
 *
 * Runs in the worker; libarchive, libxml2.
 */
#ifndef DOC_OOXML_H
#define DOC_OOXML_H

#include "lib/format/text.h"

/*
 * Put the text to `text` and the metadata to `text->work`.  0, or -1 with
 * DAMAGED, ENCRYPTED, UNSUPPORTED, MEMORY; what was put before a failure
 * stays.  Damage that leaves part of the text readable is no failure: the
 * reason `damaged` is added instead.
 */
int doc_ooxml_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
