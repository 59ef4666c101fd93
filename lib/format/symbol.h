/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol - characters of fonts that are older than Unicode, as documents use
 * them in text.
 *
 * Any process; pure.
 */
#ifndef DOC_SYMBOL_H
#define DOC_SYMBOL_H

#include "lib/base/buf.h"

/* Append what `code` of a font shows; nothing for what is no text. */
void doc_symbol(const char *font, unsigned long code, struct doc_buf *utf8);

#endif
