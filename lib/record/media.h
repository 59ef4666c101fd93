/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * media - what can be done with a media type.
 *
 * Any process; a pure table.  Types compare ignoring ASCII case and anything
 * from a ';' on (RFC 2045 section 5.1).
 */
#ifndef DOC_MEDIA_H
#define DOC_MEDIA_H

#include "lib/base/buf.h"

/* Which code reads it.  NONE: nobody here. */
enum doc_family {
	DOC_FAMILY_NONE,
	DOC_FAMILY_ARCHIVE,    /* many members; also kinds libarchive cannot
				  read, which then are errors, not leaves */
	DOC_FAMILY_COMPRESSED, /* one member */
	DOC_FAMILY_MAIL,       /* one message */
	DOC_FAMILY_MBOX,       /* many messages */
	DOC_FAMILY_TNEF,       /* winmail.dat: attachments of Outlook */
	DOC_FAMILY_PST,	       /* a store of Outlook: messages */
	DOC_FAMILY_PDF,
	DOC_FAMILY_PLAIN, /* the bytes are the text */
	DOC_FAMILY_HTML,  /* HTML and XHTML */
	DOC_FAMILY_XML,	  /* other XML */
	DOC_FAMILY_OOXML,
	DOC_FAMILY_ODF, /* packed and flat */
	DOC_FAMILY_EPUB,
	DOC_FAMILY_OLE, /* old Office, Outlook messages */
	DOC_FAMILY_RTF,
	DOC_FAMILY_IMAGE,
	DOC_FAMILY_COUNT
};

enum doc_media_flag {
	DOC_MEDIA_CONTAINER = 1, /* doclist opens it */
	DOC_MEDIA_PACKAGE = 32,	 /* a document in a zip: opened if wanted */
	DOC_MEDIA_TEXT = 2,	 /* doctext reads it */
	DOC_MEDIA_OCR = 4,	 /* has pixels that leptonica or poppler give */
	DOC_MEDIA_PREVIEW = 8,	 /* docpreview decodes or draws it */
	DOC_MEDIA_THUMBNAIL = 16 /* a package that may hold its own picture */
};

/* A text with files in it (lib/format/uu.h): not a document's type, but what
 * it holds as well. */
#define DOC_MEDIA_UU "text/x-uuencode"

enum doc_family doc_media_family(const char *media);

/* Bits of enum doc_media_flag. */
unsigned doc_media_flags(const char *media);

/* The type that the tail of a name promises, if it is another one than `media`,
 * which is the type by content; NULL when they agree, or the tail says nothing.
 * Static. */
const char *doc_media_by_name(const char *name, size_t len, const char *media);

/* What a file that was compressed into one of that name was called, as
 * gunzip(1) and its kin take it to be: "a.csv" of "in/a.csv.gz" and
 * "a.csv.gz.xz", "a.tar" of "a.tgz". Appended to `out`; false, and nothing,
 * when the name tells nothing. */
bool doc_media_unpacked(const char *name, size_t len, struct doc_buf *out);

/* Is it called as one of a set is: a.7z.002, a.z01, a.part2.rar, a.r00? */
bool doc_media_volume(const char *name, size_t len);

/* Spelling for messages and tests: "ooxml". */
const char *doc_family_name(enum doc_family family);

#endif
