/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uchardet - the second opinion on a charset (the one user of libuchardet): it
 * knows Thai, the Baltic languages, Vietnamese, DOS and Macintosh charsets that
 * ICU does not, and is worse at Latin-1.
 *
 * Runs in the worker; pure.
 */
#ifndef DOC_UCHARDET_H
#define DOC_UCHARDET_H

#include "lib/format/charset.h"

/* Its guess for a sample of a few KiB, under a name doc_charset_open knows;
 * false when it has none. */
bool doc_uchardet(const char *p, size_t n, char name[static DOC_CHARSET_NAME]);

#endif
