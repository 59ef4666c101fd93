/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inflate - deflate and gzip data from memory (zlib), without a copy of the
 * whole result.
 *
 * Any process; no state is kept between calls.
 */
#ifndef DOC_INFLATE_H
#define DOC_INFLATE_H

#include "lib/base/error.h"

enum doc_inflate_kind {
	DOC_INFLATE_RAW,  /* deflate without a wrapper, as in zip (RFC 1951) */
	DOC_INFLATE_GZIP, /* one gzip member (RFC 1952) */
	DOC_INFLATE_ZLIB  /* as in PDF (RFC 1950) */
};

/* Takes the next piece of the result.  Returns 0 to go on, 1 to stop, or -1
 * with *err. */
typedef int doc_inflate_sink(void *ctx, const char *p, size_t n,
    struct doc_error *err);

/* Inflate src[0..n).  Returns 0 when the stream came to its end, 1 when the
 * sink stopped it, -1 with DAMAGED (broken or cut short; the sink has what was
 * before), MEMORY, or the sink's error. */
int doc_inflate(const char *src, size_t n, enum doc_inflate_kind kind,
    doc_inflate_sink *sink, void *ctx, struct doc_error *err) DOC_MUST_CHECK;

/* CRC-32 as in zip and gzip; start with 0. */
uint32_t doc_inflate_crc(uint32_t crc, const char *p, size_t n);

#endif
