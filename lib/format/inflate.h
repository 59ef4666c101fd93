/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inflate - deflate and gzip data from memory (zlib), without a copy of the
 * whole result.
 *
 * Any process; no state is kept between calls but in a doc_gunzip.
 */
#ifndef DOC_INFLATE_H
#define DOC_INFLATE_H

#include <sys/types.h>

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

/* A gzip file, with all its members one after the other, read piece by piece.
 * Checksums and lengths are held against what came out (libarchive 3.6.2 reads
 * past them).  What follows the last member is left alone. */
struct doc_gunzip;

bool doc_gunzip_fits(const char *data, size_t size);

/* The bytes must outlive it. */
int doc_gunzip_open(const char *data, size_t size, struct doc_gunzip **g,
    struct doc_error *err) DOC_MUST_CHECK;

/* The next piece, valid until the next call.  Returns its length, 0 at the end,
 * -1 with DAMAGED or MEMORY, when all that could be read has been given. */
ssize_t doc_gunzip_next(struct doc_gunzip *g, const char **p,
    struct doc_error *err) DOC_MUST_CHECK;

/* What the header of the first member, which has been read when the first piece
 * has, says: a name, or NULL; seconds since 1970, or 0. */
const char *doc_gunzip_name(const struct doc_gunzip *g, uint32_t *mtime);

void doc_gunzip_free(struct doc_gunzip *g);

/* CRC-32 as in zip and gzip; start with 0. */
uint32_t doc_inflate_crc(uint32_t crc, const char *p, size_t n);

#endif
