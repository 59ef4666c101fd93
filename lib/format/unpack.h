/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack - libarchive, reduced to what the formats here need.
 *
 * Runs in the worker.  Reads from memory only; no format or filter that would
 * start a program or open a path is enabled.  LC_CTYPE must be UTF-8, or names
 * stored as UTF-16 are lost (libarchive issue 587).
 */
#ifndef DOC_UNPACK_H
#define DOC_UNPACK_H

#include "lib/base/error.h"

enum doc_unpack_kind {
	DOC_UNPACK_ANY, /* every format, and lone compressed files */
	DOC_UNPACK_ZIP, /* zip by its local headers, from the first byte */
	DOC_UNPACK_RAW	/* a lone compressed file, whatever is in it */
};

/* libarchive's status ladder: a bad entry is not a dead archive. */
enum doc_unpack_status {
	DOC_UNPACK_OK,
	DOC_UNPACK_END,
	DOC_UNPACK_BAD, /* this entry; the next one may be fine */
	DOC_UNPACK_DEAD /* nothing more can be read */
};

enum doc_unpack_type {
	DOC_UNPACK_FILE,
	DOC_UNPACK_DIRECTORY,
	DOC_UNPACK_LINK, /* symbolic, or a second name of an earlier entry */
	DOC_UNPACK_SPECIAL
};

/* Valid until the next call on the same archive. */
struct doc_unpack_entry {
	const char *name; /* bytes as stored; UTF-8 where stored as UTF-16 */
	enum doc_unpack_type type;
	bool encrypted;
	bool gap; /* before it there are bytes that no entry has */
	bool has_mtime;
	int64_t mtime; /* seconds since 1970 */
	bool has_size;
	bool has_holes;	   /* a format in which the end may be one */
	uint64_t size;	   /* as declared, when it has one */
	uint64_t position; /* of its header, bytes from the start */
};

struct doc_unpack;

struct doc_unpack_wish {
	const char *passwords;	/* to try, each ending in a newline, or NULL */
	unsigned password_from; /* number of the first of them; 0 is 1 */
	/* Of an LHA with names that are not UTF-8, which libarchive 3.6.2 takes
	 * for broken: see doc_unpack_is_lha. */
	bool raw_names;
};

/* The bytes must outlive it, and so must the passwords.  0, or -1 with DAMAGED,
 * ENCRYPTED, UNSUPPORTED, MEMORY or ENGINE. */
int doc_unpack_open_wish(const char *data, size_t size,
    enum doc_unpack_kind kind, const struct doc_unpack_wish *wish,
    struct doc_unpack **u, struct doc_error *err) DOC_MUST_CHECK;

/* Without a wish. */
int doc_unpack_open(const char *data, size_t size, enum doc_unpack_kind kind,
    struct doc_unpack **u, struct doc_error *err) DOC_MUST_CHECK;

/* The entry is filled for OK, and as far as known for BAD. */
enum doc_unpack_status doc_unpack_next(struct doc_unpack *u,
    struct doc_unpack_entry *entry);

/* The next piece of the entry's content, which belongs at *offset; what lies
 * between pieces is zeros.  At END there is no piece, and the length is the
 * entry's if it has holes, else what was read. */
enum doc_unpack_status doc_unpack_block(struct doc_unpack *u, const char **p,
    size_t *n, uint64_t *offset);

/* Why the last call was BAD or DEAD. */
int doc_unpack_error(struct doc_unpack *u, struct doc_error *err);

/* What doc_unpack_open(..., DOC_UNPACK_ANY, ...) finds under one compression.
 */
enum doc_unpack_what {
	DOC_UNPACK_LONE, /* a file that is no archive */
	DOC_UNPACK_TAR,
	DOC_UNPACK_OTHER /* another archive, or several layers, or nothing */
};
enum doc_unpack_what doc_unpack_what(const char *data, size_t size);

/* After an entry. */
bool doc_unpack_is_lha(struct doc_unpack *u);

/* Is a member passed over by its header, and its content checked by a sum of
 * its own? */
bool doc_unpack_leads_over(struct doc_unpack *u);

/* Can a password open its members?  libarchive 3.6.2 unlocks zip; on the locked
 * members of a 7z or RAR it gives up the whole archive when it tries. */
bool doc_unpack_unlocks(struct doc_unpack *u);

/* Which password was tried last, from 1; 0: none yet.  The last one tried for
 * an entry that could be read is the one that fits. */
unsigned doc_unpack_password(const struct doc_unpack *u);

void doc_unpack_free(struct doc_unpack *u);

#endif
