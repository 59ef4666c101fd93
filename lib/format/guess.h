/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guess - the charset of text whose bytes prove none: what ICU says, what
 * uchardet says, and what neither knows.
 *
 * Runs in the worker.
 */
#ifndef DOC_GUESS_H
#define DOC_GUESS_H

#include "lib/format/charset.h"

/* The likely charset of a sample of a few KiB that begins at a character;
 * false when nothing is likely. */
bool doc_guess(const char *p, size_t n, char name[static DOC_CHARSET_NAME]);

/* The same of a sample so short that statistics are in doubt: what is told by
 * where letters stand comes first. */
bool doc_guess_few(const char *p, size_t n, char name[static DOC_CHARSET_NAME]);

/* Text in HZ, Chinese in seven bits between ~{ and ~} (RFC 1843). */
bool doc_guess_is_hz(const char *p, size_t n);

#endif
