/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger_impl - what the files of the ledger share; nobody else includes it. */
#ifndef DOC_LEDGER_IMPL_H
#define DOC_LEDGER_IMPL_H

#include "lib/run/ledger.h"

/* An input of the journal, 32 bytes: there may be millions. */
struct known {
	uint8_t id[16];
	uint64_t sig;
	uint32_t n;	  /* 0: an empty place */
	uint32_t session; /* that gave it to doclist first */
};
/* By number, in l->flags. */
enum { KNOWN_WHOLE = 1, KNOWN_MET = 2, KNOWN_STALE = 4 };

/* A document of an input that is not whole. */
struct mark {
	uint8_t id[16];
	uint32_t n; /* 0: an empty place */
	unsigned tries, lone;
	unsigned done; /* more than once: two members of one name */
	uint32_t sum;  /* of its record when it was tried last */
	bool summed;
};

/* A line of the journal, taken apart. */
struct ledger_line {
	char word[8]; /* "in", "done" ... */
	uint32_t n;
	char id[DOC_ID_SIZE];
	uint64_t sig, len;
	uint32_t sum; /* of the record */
	bool summed;  /* of a try: it tells the sum */
	char states[DOC_LEDGER_STAGES + 1];
	const char *rest; /* behind the first word */
};

/* False: a line of some later version. */
bool ledger_parse(const char *line, struct ledger_line *out);

/* Read what counts into memory. */
int ledger_load(struct doc_ledger *l, struct doc_error *err);

/* The first input of that id, and the next: a name may be given twice. */
struct known *ledger_find(const struct doc_ledger *l, const char *id);
struct known *ledger_find_next(const struct doc_ledger *l,
    const struct known *k);
int ledger_remember(struct doc_ledger *l, uint32_t n, const char *id,
    uint64_t sig);
void ledger_id(const char *hex, uint8_t id[static 16]);
/* All that is known so far is out of date. */
void ledger_forget(struct doc_ledger *l);
/* The kernel's name for this boot. */
void ledger_boot(char out[static 40]);
int ledger_path(const struct doc_ledger *l, const char *name, char *out,
    size_t size);

/* Finish a compaction that was cut short; remove what is left of one. */
int ledger_recover(struct doc_ledger *l, struct doc_error *err);
/* Does the line say nothing that must be known later? */
bool ledger_is_slack(const struct doc_ledger *l,
    const struct ledger_line *line);
/* Are there so many of these that it is worth to write the files anew? */
bool ledger_is_loose(const struct doc_ledger *l);
/* Leave out of both files what belongs to inputs marked KNOWN_STALE. */
int ledger_compact(struct doc_ledger *l, struct doc_error *err);

/* One letter for each stage of the record. */
void ledger_states(const struct doc_ledger *l, const struct doc_record *rec,
    char states[static DOC_LEDGER_STAGES + 1]);
/* Add up the journal, and write the end records. */
int ledger_tally(struct doc_ledger *l, struct doc_error *err);
int ledger_ends(struct doc_ledger *l, struct doc_buf *out);

#endif
