/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run - a batch: files in, a run directory out.
 *
 * docrun.  RUN/run.json says what was asked for and by which version,
 * RUN/out.ndjson is the pipeline's output, RUN/spool holds texts, previews and
 * members, RUN/lock keeps a second docrun out.
 */
#ifndef DOC_RUN_H
#define DOC_RUN_H

#include "lib/run/pipeline.h"

struct doc_batch {
	const char *dir;
	bool summary;
	int progress; /* enum doc_progress_kind */
	unsigned jobs;
	struct doc_pipeline pipeline; /* filled by the caller, not started */
	const char *const *stages;    /* of the pipeline, in order */
	unsigned stage_count;
	struct doc_buf settings; /* `name=value` lines for run.json */
	char **operands;	 /* NULL-ended */
};

/* Make RUN, or refuse one that holds a run already.  USAGE, IO. */
int doc_batch_prepare(struct doc_batch *batch,
    struct doc_error *err) DOC_MUST_CHECK;

/* Start the pipeline, keep what comes out, wait, balance.  Returns the exit
 * status (docpipe(7)). */
int doc_batch_run(struct doc_batch *batch, int out);

#endif
