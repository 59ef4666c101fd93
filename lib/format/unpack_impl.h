/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack_impl - what an archive is compressed in, apart from the archive; and
 * libarchive's errors.  For unpack.c and unpack_source.c only.
 *
 * libarchive ends with the archive, which may be before its compression does;
 * but whether all that was true is told by a checksum behind both.  So what is
 * compressed is unpacked apart, and read to its end.
 */
#ifndef DOC_UNPACK_IMPL_H
#define DOC_UNPACK_IMPL_H

#include <sys/types.h>

#include "lib/base/error.h"

struct archive;
struct archive_entry;
struct doc_gunzip;

typedef int doc_unpack_support(struct archive *);

struct doc_source {
	/* One of these at most; neither: bytes in memory. */
	struct doc_gunzip *gunzip;
	struct archive *filter;
	struct archive_entry *lone; /* the filter's; NULL: it is empty */
	/* The next piece, as archive_read_open wants it, with the source as
	 * its data; NULL for bytes in memory. */
	ssize_t (*pull)(struct archive *a, void *source, const void **p);
};

/* Enable formats or filters.  0, or -1 with ENGINE. */
int doc_unpack_enable(struct archive *a, doc_unpack_support *const *list,
    size_t n, struct doc_error *err) DOC_MUST_CHECK;
int doc_unpack_filters(struct archive *a, struct doc_error *err) DOC_MUST_CHECK;

/* Is libarchive's message about this? */
bool doc_unpack_says(struct archive *a, const char *words);

/* Returns -1 with what it complains of. */
int doc_unpack_error_of(struct archive *a, struct doc_error *err);

/* Of gzip the outermost is taken off by zlib, and the filters are left to the
 * archive; all others are taken off by filters of their own.  0, or -1 with
 * DAMAGED, UNSUPPORTED, MEMORY or ENGINE. */
int doc_source_open(struct doc_source *s, const char *data, size_t size,
    struct doc_error *err) DOC_MUST_CHECK;

/* To its end.  -1, with the error in `a`, when it turns out to be damaged. */
int doc_source_drain(struct doc_source *s, struct archive *a);

/* How many compressions there are, around what `a` reads. */
int doc_source_layers(const struct doc_source *s, struct archive *a);

/* A lone compressed file may tell what it was called, and when it was
 * changed. */
void doc_source_name(const struct doc_source *s, struct archive_entry *e);

void doc_source_release(struct doc_source *s);

#endif
