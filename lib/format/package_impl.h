/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * package_impl - between package.c (reading parts), package_index.c (where they
 * are), and the aids for what those two do not read.  Numbers in comments are
 * sections of APPNOTE.TXT 6.3.10.
 *
 * Runs in the worker.
 */
#ifndef DOC_PACKAGE_IMPL_H
#define DOC_PACKAGE_IMPL_H

#include "lib/format/archive.h"
#include "lib/format/inflate.h"

#define DOC_ZIP_LOCAL_LEN 30 /* 4.3.7 */

enum {
	DOC_ZIP_STORED = 0,
	DOC_ZIP_IMPLODED = 6,
	DOC_ZIP_DEFLATED = 8,
	DOC_ZIP_DEFLATED64 = 9,
	DOC_ZIP_BZIP2 = 12,
	DOC_ZIP_UNKNOWN = 0xffff
};

/* General purpose bits 0 and 3 (4.4.4). */
enum { DOC_ZIP_ENCRYPTED = 1, DOC_ZIP_STREAMED = 8 };

/* The largest real packages (spreadsheets, slide decks) have some thousand
 * parts. */
#define DOC_PACKAGE_PARTS ((size_t)100000)

struct doc_part {
	char *name;
	uint64_t offset; /* of the local header, in the mapping */
	uint64_t packed; /* bytes */
	uint64_t size;	 /* unpacked, as the directory says */
	uint32_t crc;
	unsigned method, flags;
};

struct doc_package_aid;

struct doc_package {
	const struct doc_package_aid *aid;
	const char *data;
	size_t size;
	struct doc_part *part;
	size_t count, room;
	size_t *sorted;	    /* part numbers by folded name, then number */
	const char **names; /* NULL-ended */
	uint64_t total;	    /* bytes read so far */
	bool streamed;	    /* the directory could not be used */
	uint64_t directory; /* where it starts */
	uint64_t end;	    /* of the whole, by its end record; 0: 64-bit */
};

/* Where a part goes: to `buf`, or to `sink` if there is one. */
struct doc_part_reader {
	struct doc_package *pkg;
	struct doc_buf *buf;
	doc_inflate_sink *sink;
	void *ctx;
	uint64_t taken; /* bytes so far */
	uint32_t crc;
};

/* What the directory, or the mapping, does not give. */
struct doc_package_aid {
	int (*index)(struct doc_package *pkg, struct doc_error *err);
	int (*read)(struct doc_part_reader *r, const struct doc_part *part,
	    struct doc_error *err);
};

int doc_package_open_aided(const struct doc_input *in,
    const struct doc_package_aid *aid, struct doc_package **out,
    struct doc_error *err) DOC_MUST_CHECK;

/* 0, or -1 as doc_package_read. */
int doc_part_read(struct doc_part_reader *r, const struct doc_part *part,
    struct doc_error *err) DOC_MUST_CHECK;

/* Sink of a part's bytes: a doc_inflate_sink with a doc_part_reader. */
int doc_part_take(void *reader, const char *p, size_t n, struct doc_error *err);

/* Append a part, called by the `len` bytes at `name`. */
int doc_part_add(struct doc_package *pkg, const struct doc_part *part,
    const char *name, size_t len) DOC_MUST_CHECK;

/* Find all parts of pkg->data.  DAMAGED, MEMORY. */
int doc_package_index(struct doc_package *pkg,
    struct doc_error *err) DOC_MUST_CHECK;

/* The part of that name: the first with the very same bytes, else the first
 * that folds to the same; NULL. */
struct doc_part *doc_package_find(const struct doc_package *pkg,
    const char *name);

/* Does the part's offset point at a local header? */
bool doc_package_at_header(const struct doc_package *pkg,
    const struct doc_part *part);

#endif
