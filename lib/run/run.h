/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run - a batch: files in, a run directory out, gone on with where it stopped.
 *
 * docrun.  RUN/run.json says what was asked for and by which version,
 * RUN/out.ndjson has the records, RUN/journal what of them is done (ledger.h),
 * RUN/bill.ndjson what each tenant cost, RUN/spool texts, previews and
 * members; RUN/lock keeps a second docrun out.
 */
#ifndef DOC_RUN_H
#define DOC_RUN_H

#include "lib/review/finding.h"
#include "lib/run/hub.h"

struct doc_batch {
	const char *dir;
	const char *spool;
	bool restart; /* do all again; what is cached costs nothing */
	bool summary;
	const char *junit, *sarif; /* files to report to, or NULL */
	const char *events_to;	   /* see doc_events_open; NULL: none */
	struct doc_events events;  /* fd -1: nobody listens */
	int progress;		   /* enum doc_progress_kind */
	unsigned jobs;
	bool strict; /* no worker beyond these: their memory counts */
	uint64_t deadline_ms, stall_ms; /* of the run; of a user's stage */
	unsigned gates;			/* bits of enum doc_gate (finding.h) */
	struct doc_tenants tenants;
	const struct doc_command *stages; /* in order, without doclist */
	unsigned stage_count;
	struct doc_command *listers; /* doclist of each tenant so far */
	struct doc_names *names;     /* likewise */
	unsigned lister_count;
	bool records; /* come on standard input */
	bool watch;   /* sources are drop folders */
	uint64_t settle_ms;
	bool selects;		  /* doclist may pass over names */
	const char *tenant;	  /* of those that name none */
	struct doc_buf settings;  /* `name=value` lines: other results */
	struct doc_buf engines;	  /* files whose change makes others */
	struct doc_words command; /* to go on with; [1] is --output=DIR */
	struct doc_ledger ledger;
	int lock; /* fd, -1 */
};

/* Make RUN, or go on with it; refuses one that was made with other settings.
 * USAGE, IO. */
int doc_batch_prepare(struct doc_batch *batch,
    struct doc_error *err) DOC_MUST_CHECK;

/* Do what is to be done.  Returns the exit status (docpipe(7)). */
int doc_batch_run(struct doc_batch *batch, int out);

void doc_batch_release(struct doc_batch *batch);

/* The command that RUN was made with, and its folder, changed into.  USAGE,
 * IO. */
int doc_batch_recall(const char *dir, struct doc_words *command,
    struct doc_error *err) DOC_MUST_CHECK;

/* Add a line about the file, or about each file of the folder. */
int doc_batch_engine(struct doc_buf *engines, const char *path);

#endif
