/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records - the records of a run, read again.
 *
 * docrun and its verbs.  Opens RUN/out.ndjson, or any file of records, and
 * hands them out one by one: memory does not grow with their number.
 */
#ifndef DOC_RECORDS_H
#define DOC_RECORDS_H

#include "lib/record/record.h"
#include "lib/record/stream.h"

struct doc_records {
	struct doc_lines in; /* fd -1: not open */
	bool run;	     /* a run directory, not a file */
	char run_dir[4096];  /* then: what it is called */
	uint64_t size;	     /* bytes there were when it was opened */
	int64_t mtime_s;     /* when it was written last, since 1970 */
	uint64_t base;	     /* offset of what is in the buffer */
	/* of the record that was handed out last */
	struct doc_record rec;
	uint64_t at; /* its offset in the file */
	/* found out */
	uint64_t documents;
	bool complete; /* end records were there, behind the last document */
	bool torn;     /* the last line had no end, and was left out */
};

/* `path` is a run directory or a file.  NOT_FOUND, IO ... */
int doc_records_open(struct doc_records *r, const char *path,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_records_close(struct doc_records *r);

/* The next one, in r->rec; documents and all else.  1, 0 at the end, -1 STREAM
 * with the number of the line, IO.  What was added to the file since it was
 * opened is not seen. */
int doc_records_next(struct doc_records *r,
    struct doc_error *err) DOC_MUST_CHECK;

/* From the beginning again; what was found out is forgotten. */
int doc_records_rewind(struct doc_records *r,
    struct doc_error *err) DOC_MUST_CHECK;

/* A record of before, by its offset and length, into `line`; r->rec and the
 * place in the file stay. */
int doc_records_get(const struct doc_records *r, uint64_t at, size_t len,
    struct doc_buf *line, struct doc_record *rec,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
