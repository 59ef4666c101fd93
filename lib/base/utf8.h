/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8 - is it UTF-8, which characters, and if it is not, make it so.
 *
 * Any process; pure functions.  UTF-8 as in RFC 3629: no surrogates, nothing
 * above U+10FFFF, no overlong forms.
 */
#ifndef DOC_UTF8_H
#define DOC_UTF8_H

#include "lib/base/buf.h"

/* Length in bytes (1..4) of the valid sequence at p, or 0 if there is none in
 * the n bytes.  n may be 0. */
size_t doc_utf8_step(const char *p, size_t n);

/* The code point of the valid sequence of `step` bytes, 1 to 4, at p. */
static inline uint32_t
doc_utf8_rune(const char *p, size_t step)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t rune = (unsigned char)p[0] & lead[step];

	for (size_t i = 1; i < step; i++)
		rune = rune << 6 | ((unsigned char)p[i] & 0x3f);
	return rune;
}

/* Offset of the first byte that is not valid UTF-8; n when all is. */
size_t doc_utf8_valid(const char *p, size_t n);

/* Append p[0..n) to buf with each bad byte as U+FFFD.  Returns the number of
 * replacements, or -1 when buf is full (see buf.h). */
int64_t doc_utf8_repair(struct doc_buf *buf, const char *p, size_t n);

/* Append it so that it cannot play with a terminal or its reader: control
 * characters, those that turn the direction of writing, and bad bytes become
 * '?'.  -1 when buf is full. */
int doc_utf8_printable(struct doc_buf *buf, const char *p, size_t n);

/* Append one code point as UTF-8; not a valid one becomes U+FFFD. */
int doc_utf8_put(struct doc_buf *buf, uint32_t rune);

/* Append `units` characters of little-endian UTF-16, each of `width` bytes: 2,
 * or 1 where the upper byte, always 0, is left out.  Lone surrogates become
 * U+FFFD. */
int doc_utf8_put_utf16(struct doc_buf *buf, const void *p, size_t units,
    unsigned width);

#endif
