/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry - what of a record can be asked for later.
 *
 * docstore; pure.  Parses JSON of ours and nothing else.
 */
#ifndef DOC_ENTRY_H
#define DOC_ENTRY_H

#include "lib/record/record.h"

struct doc_entry {
	const struct doc_record *rec; /* borrowed */
	struct doc_buf id, tenant, path, media, mtime;
	struct doc_buf title;		/* all metadata that is words */
	struct doc_buf text, ocr;	/* paths of the files in the spool */
	struct doc_buf text_in, ocr_in; /* or the text itself (--inline) */
	const char *family;		/* "pdf"; NULL: none */
	const char *status; /* the worst of its stages: ok, partial, error */
	char error[32];	    /* code of the first error, or "" */
	char verdict[16];   /* or "" */
	int64_t size, pages, words; /* -1: not known */
	uint8_t sha256[32];
	bool has_sha256, has_fingerprint;
	uint64_t fingerprint;
	uint64_t digest; /* of the whole line */
};

/* Fill it from a document; the tenant of a record that names none is
 * `tenant`.  NAME when it has no usable id, NO_MEMORY. */
int doc_entry_make(struct doc_entry *e, const struct doc_record *rec,
    const char *tenant, struct doc_error *err) DOC_MUST_CHECK;
void doc_entry_release(struct doc_entry *e);

/* 16 hexadecimal digits. */
bool doc_fingerprint_parse(const char *s, uint64_t *fingerprint);

#endif
