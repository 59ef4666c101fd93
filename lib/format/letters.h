/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letters - does text in a Latin script look like it?
 *
 * Any process; pure.  Read in the wrong one of the charsets of DOS, Macintosh
 * and Windows, which all are ASCII and 128 more, text has symbols inside its
 * words, and capitals behind small letters.  No language is needed to see it.
 */
#ifndef DOC_LETTERS_H
#define DOC_LETTERS_H

#include "lib/base/base.h"

/* Points for all characters beyond ASCII in n bytes of valid UTF-8: the higher,
 * the more natural. */
int doc_letters_score(const char *p, size_t n);

#endif
