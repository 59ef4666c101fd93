/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify - is a run directory what it says it is?
 *
 * docrun verify.  Reads and changes nothing; keeps a docrun out meanwhile.  The
 * journal by its checksums, each record against its line of the journal, end
 * records against what the records add up to, members against their containers,
 * and the files that records name by size and digest.
 */
#ifndef DOC_VERIFY_H
#define DOC_VERIFY_H

#include "lib/review/records.h"
#include "lib/run/ledger.h"

struct doc_family_book;

struct doc_verify {
	/* set by the caller */
	const char *dir;
	bool quick; /* files by size only */
	/* Called for each thing that is wrong.  `where` is "journal",
	 * "out.ndjson:17", ...; `rec` is the record it is about, or NULL. */
	int (*tell)(struct doc_verify *v, const char *where,
	    const struct doc_record *rec, const char *what,
	    struct doc_error *err);
	/* found out */
	uint64_t documents, files, bytes, problems;
	bool complete; /* the run came to its end */
	/* private */
	struct doc_ledger ledger;
	struct doc_records records;
	char spool[4200]; /* files lie below it; "" when nobody knows */
	struct doc_family_book *book;
};

/* USAGE when it is no run directory, or a docrun is at work there; IO,
 * NO_MEMORY.  What is wrong with the run is no failure. */
int doc_verify_run(struct doc_verify *v, struct doc_error *err) DOC_MUST_CHECK;

/* For verify*.c, and fleet/proof.c: count it, and tell. */
int verify_tell(struct doc_verify *v, const struct doc_record *rec,
    struct doc_error *err, const char *where, const char *fmt, ...)
    DOC_PRINTF(5, 6);

/* Hold the run's lock until the file is closed; -1 a docrun is at work there,
 * -2 there is no lock to be had. */
int verify_keep_out(const struct doc_verify *v, struct doc_error *err);

/* A record that is as it should be: what it names, and its family.  `line` is
 * its number in some file. */
int verify_record(struct doc_verify *v, const struct doc_record *rec,
    const char *where, uint64_t line, struct doc_error *err);

/* What is left of out.ndjson is this? */
int verify_tail(struct doc_verify *v, const struct doc_buf *want,
    struct doc_error *err);

/* verify_files.c: the files that a record names. */
int verify_files(struct doc_verify *v, const struct doc_record *rec,
    const char *where, struct doc_error *err);

/* verify_members.c: note a record; in the end, is every family whole? */
int verify_member(struct doc_verify *v, const struct doc_record *rec,
    uint64_t line);
int verify_members(struct doc_verify *v, struct doc_error *err);
void verify_members_free(struct doc_verify *v);

#endif
