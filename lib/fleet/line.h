/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line - names, which may hold any byte but NUL, at the end of a line of text:
 * a newline is "\n", a backslash "\\", all other bytes are themselves.
 *
 * docrun; pure.
 */
#ifndef DOC_LINE_H
#define DOC_LINE_H

#include "lib/base/buf.h"

int doc_line_escape(struct doc_buf *b, const char *s, size_t n);
void doc_line_unescape(char *s); /* in place */

#endif
