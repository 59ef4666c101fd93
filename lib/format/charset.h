/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * charset - which charset is it, and make it UTF-8 (the one user of ICU).
 *
 * Runs in the worker; doc_charset_warm in the zygote.  Labels are read as web
 * browsers read them (WHATWG Encoding): "iso-8859-1" and "us-ascii" mean
 * windows-1252, "gb2312" means GB18030 and so on, because that is what people
 * put behind these names.
 */
#ifndef DOC_CHARSET_H
#define DOC_CHARSET_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

enum { DOC_CHARSET_NAME = 64 }; /* bytes of a name with its NUL */

/* In the zygote: ICU's tables, and no look at files later. */
int doc_charset_warm(struct doc_error *err) DOC_MUST_CHECK;

/* A decoder to UTF-8. */
struct doc_charset;

/* The decoder for a label, or NULL: no such charset (or out of memory). */
struct doc_charset *doc_charset_open(const char *label);
/* Its name as IANA prefers it. */
const char *doc_charset_name(const struct doc_charset *cs);
/* Append n bytes as UTF-8 to `out`; sequences may be split over calls, `last`
 * says that nothing follows.  0, or -1 when `out` is full. */
int doc_charset_put(struct doc_charset *cs, const char *p, size_t n, bool last,
    struct doc_buf *out);
/* Bad sequences replaced by U+FFFD so far. */
uint64_t doc_charset_repairs(const struct doc_charset *cs);
void doc_charset_free(struct doc_charset *cs);

/* The label of a Windows or Macintosh code page; what nobody knows is
 * windows-1252. */
void doc_charset_of_codepage(unsigned codepage,
    char name[static DOC_CHARSET_NAME]);
/* The code page Windows uses for a language ([MS-LCID]). */
unsigned doc_charset_codepage_of_language(unsigned lcid);

/* Are both the same charset?  Labels as above. */
bool doc_charset_same(const char *a, const char *b);

/* Name of the charset by the byte order mark, or NULL; *skip: its length. */
const char *doc_charset_bom(const char *p, size_t n, size_t *skip);

/* Detection by letter statistics in a sample of a few KiB: how sure it is, up
 * to 100, or -1 when nothing is likely.  guess.h knows more. */
int doc_charset_detect(const char *p, size_t n,
    char name[static DOC_CHARSET_NAME]);

#endif
