/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger - what a run has done: RUN/out.ndjson and RUN/journal, and what is
 * remembered of them when a run goes on.
 *
 * docrun.  A record is written to out.ndjson first, its line to the journal
 * behind it; on opening, both are cut at the last record that both know.  After
 * a power cut only what a `sync` line covers is believed, for the page cache
 * is gone; after a kill all of it is.  A record that is not what its line says
 * (its CRC-32C, SUM) ends what counts, too.  Lines of the journal:
 *
 *	open VERSION BOOT SETTINGS ENGINES	a docrun began to work
 *	in N ID SIG			input N was given to doclist
 *	try N ID SUM			a document of it to the first stage; of
 *					its record so far, the CRC-32C
 *	lone N ID SUM			likewise, and nothing else was there
 *	done N ID LEN STATES SUM	its record, LEN bytes of out.ndjson
 *	whole N				all of input N is done
 *	drop N				input N is out of date
 *	facts STAGE JSON		the end record of a stage
 *	sync				all before is on the disk
 *	forget				all before is to be done again
 *	close				out.ndjson has its end records
 *	compact TOKEN			see ledger_compact.c
 */
#ifndef DOC_LEDGER_H
#define DOC_LEDGER_H

#include "lib/run/flight.h"
#include "lib/run/journal.h"
#include "lib/stage/flow.h"

enum { DOC_LEDGER_STAGES = 16, DOC_LEDGER_VERSION = 2 };

/* What the records of all sessions add up to, for one stage. */
struct doc_tally {
	char name[32], key[32];
	uint64_t count[DOC_STATUS_COUNT];
	uint64_t absent;      /* records without its key */
	struct doc_buf facts; /* its last end record, "" none */
};

struct doc_ledger {
	char dir[4096];
	int out, journal;     /* fds */
	int spool;	      /* a folder on the disk of the spool, or -1 */
	uint64_t out_len;     /* bytes of records in out.ndjson that count */
	uint64_t journal_len; /* bytes of the journal that count */
	uint64_t slack;	      /* bytes of the journal that say nothing now */
	bool stale;	      /* it has inputs that are out of date */
	bool forget;
	bool begun;	   /* this session wrote something */
	bool closed;	   /* the last session closed, nothing since */
	bool keep_absent;  /* inputs come and go: their records stay */
	char settings[33]; /* of the last session; "" for a new run */
	char engines[33];  /* likewise: versions of programs and data */
	struct doc_buf records, lines; /* to be written */
	uint32_t next_n;
	struct known *inputs;
	size_t input_count, input_room;
	uint8_t *flags; /* of each number */
	size_t flag_room;
	struct mark *marks;
	size_t mark_count, mark_room;
	unsigned session;
	/* group commit */
	unsigned unsynced;
	uint64_t first_ms, synced_ms, sync_cost_ms;
	/* filled by doc_ledger_close */
	struct doc_tally stages[DOC_LEDGER_STAGES];
	unsigned stage_count;
	uint64_t documents, infected;
};

enum doc_met {
	DOC_MET_NEW,  /* or changed since */
	DOC_MET_PART, /* begun, not finished */
	DOC_MET_WHOLE
};

/* Open RUN at `dir`, new or not; nothing is changed yet. */
int doc_ledger_open(struct doc_ledger *l, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;

/* From now on it will be written to: cut what does not count. */
int doc_ledger_begin(struct doc_ledger *l,
    struct doc_error *err) DOC_MUST_CHECK;

/* Before any input is met: the settings and engines of this session, 32
 * hexadecimal digits each; `forget`: all is to be done again. */
void doc_ledger_session(struct doc_ledger *l, const char *settings,
    const char *engines, bool forget);

/* An input of this run, by id and what stat says of it.  *n is its number. */
enum doc_met doc_ledger_meet(struct doc_ledger *l, const char *id, uint64_t sig,
    uint32_t *n);

/* What former sessions did with a document of a partly done input; each that
 * is done is told once, for two members may have one name and one id. */
void doc_ledger_past(struct doc_ledger *l, uint32_t n, const char *id,
    struct doc_past *past);

/* Append to the journal; -1: no memory. */
int doc_ledger_in(struct doc_ledger *l, uint32_t n, const char *id,
    uint64_t sig);
/* `listed`: CRC-32C of its record as doclist wrote it. */
int doc_ledger_try(struct doc_ledger *l, uint32_t n, const char *id, bool lone,
    uint32_t listed);
/* Nothing of input *n counts; it gets a new number. */
int doc_ledger_anew(struct doc_ledger *l, uint32_t *n, const char *id,
    uint64_t sig);
int doc_ledger_whole(struct doc_ledger *l, uint32_t n);
int doc_ledger_facts(struct doc_ledger *l, const char *stage, const char *json,
    size_t len);

/* Keep a record.  STREAM when it is not one. */
int doc_ledger_done(struct doc_ledger *l, const struct doc_flight *f,
    struct doc_error *err) DOC_MUST_CHECK;

/* Write what is to be written; sync when it is time to.  Milliseconds until
 * it is to be called again, -1 never, -2 with IO or NO_SPACE. */
int doc_ledger_tick(struct doc_ledger *l, struct doc_error *err);

/* The run is over, and all inputs were met: drop those that are gone, add up,
 * write the end records. */
int doc_ledger_close(struct doc_ledger *l,
    struct doc_error *err) DOC_MUST_CHECK;

/* Write what came so far; the run is not over. */
int doc_ledger_stop(struct doc_ledger *l, struct doc_error *err) DOC_MUST_CHECK;

void doc_ledger_release(struct doc_ledger *l);

#endif
