/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_field - fields of Word documents that draw in what is elsewhere.
 *
 * Any process; pure.
 */
#ifndef DOC_WORD_FIELD_H
#define DOC_WORD_FIELD_H

#include "lib/base/buf.h"

/* Add what a field's instructions (n bytes of UTF-8, as `INCLUDEPICTURE
 * "http://…" \d`) load when the document is opened or printed, as a line of
 * `lines`, unless it is there: pictures, texts, linked and DDE objects (ISO
 * 29500-1 17.16.5; IMPORT and INCLUDE are their older names).  Hyperlinks, and
 * pictures of the mail they came with ("cid:"), are not loaded. */
void doc_word_field_outside(const char *s, size_t n, struct doc_buf *lines);

/* Characters with their reading above, which Word writes as a formula and not
 * as text (17.16.5.12): `EQ \* jc2 \o\ad(\s\up 9(reading),characters)`.
 * Appends "characters (reading)"; true if it was that. */
bool doc_word_field_ruby(const char *s, size_t n, struct doc_buf *out);

#endif
