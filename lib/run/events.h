/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events - what happens in a run, as lines of JSON for whoever wants to react.
 *
 * docrun --events.  Types: run-start, doc-error (something was found in a
 * document), stage-exit, progress (a whole report, once a second), run-end,
 * dropped.  Nobody who reads slowly holds up the batch: what a pipe does not
 * take waits, up to a megabyte; then reports are left out first, and what else
 * is left out is counted.
 */
#ifndef DOC_EVENTS_H
#define DOC_EVENTS_H

#include "lib/gauge/report.h"
#include "lib/record/record.h"
#include "lib/review/finding.h"

struct doc_events {
	int fd;	     /* -1: nobody listens */
	bool failed; /* said once; no more is written */
	struct doc_buf held;
	uint64_t dropped;
	/* states of the stages that were told last */
	char gone[DOC_BOARD_STAGES][DOC_GAUGE_STAGE];
	unsigned gone_count;
};

/* `where` is a file, which is appended to, or "fd:N".  USAGE, IO. */
int doc_events_open(struct doc_events *e, const char *where,
    struct doc_error *err) DOC_MUST_CHECK;
/* Waits up to a second for a reader that is behind. */
void doc_events_close(struct doc_events *e);

/* All of these do nothing when it is not open. */
void doc_events_start(struct doc_events *e, const char *run);
void doc_events_document(struct doc_events *e, const struct doc_record *rec,
    const struct doc_findings *found, const char *run);
/* The report, and stages that ended since. */
void doc_events_report(struct doc_events *e, const struct doc_report *r);
/* Write what was held up, as far as it goes. */
void doc_events_flush(struct doc_events *e);
void doc_events_end(struct doc_events *e, const struct doc_report *r);

#endif
