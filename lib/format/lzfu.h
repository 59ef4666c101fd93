/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lzfu - the compressed RTF of Outlook messages ([MS-OXRTFCP]).
 *
 * Any process; pure.
 */
#ifndef DOC_LZFU_H
#define DOC_LZFU_H

#include "lib/base/buf.h"

/* Append what p[0..n) unpacks to; stops where it is broken.  -1 when it is not
 * such data, or memory ran out. */
int doc_lzfu(const char *p, size_t n, struct doc_buf *out);

#endif
