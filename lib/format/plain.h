/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain - plain text in any charset, CSV, source code, JSON, XML as it stands.
 *
 * Runs in the worker; libicu (ucsdet, ucnv).
 */
#ifndef DOC_PLAIN_H
#define DOC_PLAIN_H

#include "lib/format/text.h"

/*
 * Put the text to `text` and the metadata to `text->work`.  0, or -1 with
 * DAMAGED, ENCRYPTED, UNSUPPORTED, MEMORY; what was put before a failure
 * stays.  Damage that leaves part of the text readable is no failure: the
 * reason `damaged` is added instead.
 */
int doc_plain_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
