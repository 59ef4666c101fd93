/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base64 - RFC 4648 with padding (nettle).  Any process. */
#ifndef DOC_BASE64_H
#define DOC_BASE64_H

#include "lib/base/buf.h"

int doc_base64_encode(struct doc_buf *out, const void *p, size_t n);

/* -1 when the text is not base64 or memory ran out; out is unchanged then. */
int doc_base64_decode(struct doc_buf *out, const char *s, size_t n);

#endif
