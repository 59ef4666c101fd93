/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field - what a worker may say about a document.
 *
 * Any process.  This table is the whitelist between the two sides of the
 * cage: a worker's answer is a list of (field, value) and nothing else; the
 * supervisor checks type, size and stage of each against this table and writes
 * the JSON itself.  The spelling is the key in the record (docrecord(5)).
 *
 * X(id, spelling, type, cap, stages, explanation); cap is bytes for strings
 * and entries for lists (each entry at most DOC_FIELD_ENTRY bytes).
 */
#ifndef DOC_FIELD_H
#define DOC_FIELD_H

#include "lib/base/base.h"

enum doc_field_type {
	DOC_T_INT,  /* 0 .. 2^53 */
	DOC_T_STR,  /* UTF-8, no NUL */
	DOC_T_LIST, /* of strings; sent one entry at a time */
	DOC_T_BYTES /* raw bytes of a name; becomes a path form */
};

enum doc_field_stage {
	DOC_FOR_JOB = 1, /* from the supervisor to the worker */
	DOC_FOR_LIST = 2,
	DOC_FOR_SCAN = 4,
	DOC_FOR_TEXT = 8,
	DOC_FOR_OCR = 16,
	DOC_FOR_PREVIEW = 32,
	DOC_FOR_MEMBER = 64 /* about a member of a container */
};

#define DOC_FIELD_ENTRY ((size_t)1024)

/* clang-format off */
#define DOC_FIELDS(X) \
	X(MEDIA,       "media",       STR,   128, JOB | LIST, "media type by content") \
	X(ENCODING,    "encoding",    STR,    64, LIST | TEXT, "character encoding of a text") \
	X(SHA256,      "sha256",      STR,    64, LIST, "digest of the content, hexadecimal") \
	X(ALSO,        "also",        STR,   128, LIST, "another type it has as well, whose members are its own") \
	X(NAME,        "name",        BYTES, 4096, MEMBER, "raw name of a member") \
	X(SHOWN,       "member",      STR,  8192, MEMBER, "the name as people would read it, where it is not UTF-8") \
	X(MTIME,       "mtime",       INT,     8, MEMBER, "modification time, seconds since 1970") \
	X(KIND,        "media",       STR,   128, MEMBER, "media type by content, one answer of many") \
	X(CHARSET,     "encoding",    STR,    64, MEMBER, "its character encoding") \
	X(BESIDES,     "also",        STR,   128, MEMBER, "another type it has as well") \
	X(SEEN,        "members",     INT,     8, LIST, "members of a container, as seen") \
	X(PASSWORD,    "password",    INT,     8, LIST, "number of the password that fitted, from 1") \
	X(REFUSED,     "refused",     INT,     8, LIST, "members that were not delivered") \
	X(MATCHES,     "matches",     LIST,   64, SCAN, "signatures found") \
	X(FOUND,       "found",       LIST,   64, SCAN, "each match: signature, database, part of the document") \
	X(DB,          "db",          STR,    64, SCAN, "the signatures it was scanned with, as a digest") \
	X(HEURISTICS,  "heuristics",  LIST,   64, SCAN, "heuristic alerts") \
	X(SCANNED,     "scanned",     INT,     8, SCAN, "bytes the engine looked at, unpacked") \
	X(TITLE,       "title",       STR,  4096, TEXT, "title") \
	X(CREATOR,     "creator",     STR,  4096, TEXT, "author or sender") \
	X(CONTRIBUTOR, "contributor", STR,  4096, TEXT, "who changed it last") \
	X(SUBJECT,     "subject",     STR,  4096, TEXT, "subject") \
	X(DESCRIPTION, "description", STR,  8192, TEXT, "description or comment") \
	X(KEYWORDS,    "keywords",    STR,  4096, TEXT, "keywords, as written") \
	X(CATEGORY,    "category",    STR,  1024, TEXT, "category, as written") \
	X(LANGUAGE,    "language",    STR,    64, TEXT, "language tag, as written") \
	X(PUBLISHER,   "publisher",   STR,  1024, TEXT, "publisher or company") \
	X(PRODUCER,    "producer",    STR,  1024, TEXT, "software that made it") \
	X(CREATED,     "created",     STR,    64, TEXT, "creation time, RFC 3339") \
	X(MODIFIED,    "modified",    STR,    64, TEXT, "last change, RFC 3339") \
	X(PAGE_COUNT,  "page_count",  INT,     8, TEXT, "pages or slides, as the document claims") \
	X(WORD_COUNT,  "word_count",  INT,     8, TEXT, "words, as the document claims") \
	X(HIDDEN,      "hidden",      LIST,  256, TEXT, "hidden sheets and slides, by name or number") \
	X(OUTLINE,     "outline",     LIST,  256, TEXT, "bookmarks of a PDF") \
	X(METADATA,    "metadata",    LIST,  256, TEXT, "raw properties, as name=value") \
	X(RECIPIENTS,  "recipients",  LIST,  256, TEXT, "to and cc of a mail") \
	X(ATTACHMENTS, "attachments", LIST,  256, TEXT, "names of attached files") \
	X(PAGES,       "pages",       INT,     8, TEXT | OCR | PREVIEW, "pages, sheets or slides") \
	X(WORDS,       "words",       INT,     8, TEXT | OCR, "words of text") \
	X(CHARS,       "chars",       INT,     8, TEXT | OCR, "characters of text without spaces") \
	X(REPAIRS,     "repairs",     INT,     8, TEXT | OCR, "bad bytes replaced by U+FFFD") \
	X(OCR_PAGES,   "ocr_pages",   LIST,  256, TEXT | OCR, "pages that need OCR: reason:first-last") \
	X(TEXT_BYTES,  "text_bytes",  INT,     8, OCR, "bytes of text before the layout of the page") \
	X(LAYOUT_BYTES, "layout_bytes", INT,    8, OCR, "bytes of layout behind it, before the places of the words") \
	X(TURNED,      "turned",      INT,     8, OCR, "degrees clockwise that the page was turned before reading") \
	X(CONFIDENCE,  "confidence",  INT,     8, OCR, "mean word confidence, 0 to 100") \
	X(WIDTH,       "width",       INT,     8, PREVIEW, "pixels across") \
	X(HEIGHT,      "height",      INT,     8, PREVIEW, "pixels down") \
	X(PHASH,       "phash",       STR,    16, PREVIEW, "fingerprint for near-duplicates, hexadecimal") \
	X(SOURCE,      "source",      STR,    16, PREVIEW, "what the picture was made from") \
	X(PAGE,        "page",        INT,     8, JOB, "the page to work on, from 1; 0 is the whole") \
	X(DEPTH,       "depth",       INT,     8, JOB, "how deep the document is nested") \
	X(UNIT,        "unit",        INT,     8, JOB, "what to do, in the terms of the stage") \
	X(SIZE,        "size",        INT,     8, JOB, "bytes of the document that count, if fewer than it has") \
	X(VOLUMES,     "volumes",     INT,     8, JOB, "files it was joined from; 0: it is one")

enum doc_field {
	DOC_F_NONE,
#define X(id, name, type, cap, stages, text) DOC_F_##id,
	DOC_FIELDS(X)
#undef X
	DOC_F_COUNT
};
/* clang-format on */

struct doc_field_info {
	const char *name; /* key in the record */
	enum doc_field_type type;
	size_t cap;
	unsigned stages; /* bits of enum doc_field_stage */
	const char *text;
};

/* The row of a field, or NULL when there is no such field. */
const struct doc_field_info *doc_field_info(unsigned field);

#endif
