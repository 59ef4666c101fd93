/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - how far a run is: counts, rates, time left, what takes long.
 *
 * docprogress, docrun.  Kept by one process that looks at the board now and
 * then; rates are of the last half minute.  Each way to write it is a whole
 * picture, so that any of them may be lost.
 */
#ifndef DOC_REPORT_H
#define DOC_REPORT_H

#include "lib/base/buf.h"
#include "lib/gauge/board.h"

enum doc_report_state {
	DOC_REPORT_RUNNING,
	DOC_REPORT_DONE, /* it ended, with an exit status */
	DOC_REPORT_LOST	 /* it was killed */
};

/* Documents and bytes a second, of the recent past. */
struct doc_tempo {
	char stage[DOC_GAUGE_STAGE];
	uint64_t at_ms, out, bytes;
	double per_s, bytes_per_s;
};

struct doc_report {
	const char *run;   /* what people call it; borrowed, may be NULL */
	uint64_t stuck_ms; /* work that takes longer is called stuck */

	struct doc_board board;
	/* What came out at the end: OUT, OUT_BYTES, MEMBERS, MEMBER_BYTES,
	 * ERROR, PARTIAL, FINDINGS; TOTAL and TOTAL_BYTES of the inputs. */
	struct doc_board_stage whole;
	enum doc_report_state state;
	uint64_t now_ms, elapsed_ms;
	uint64_t total, total_bytes; /* members that were found included */
	bool known;		     /* total is final but for members */
	double share;		     /* done, 0 to 1; below 0: nobody knows */
	int64_t eta_s;		     /* -1: too early to tell */
	/* [0] is of the whole, the others are found by name. */
	struct doc_tempo tempo[1 + DOC_BOARD_STAGES];
	uint64_t seq; /* how often it was updated */
};

/* Make all numbers fresh from `board` and `whole`. */
void doc_report_update(struct doc_report *r);

/* Rates of a stage; all zero when nothing is known. */
const struct doc_tempo *doc_report_tempo(const struct doc_report *r,
    const char *stage);

const char *doc_report_state_name(enum doc_report_state state);

/* One JSON object, without a newline (docprogress(1)).  -1: no memory. */
int doc_report_json(const struct doc_report *r,
    struct doc_buf *out) DOC_MUST_CHECK;

/* Prometheus text format 0.0.4. */
int doc_report_metrics(const struct doc_report *r,
    struct doc_buf *out) DOC_MUST_CHECK;

/* "1200 documents, 34M, 12/s, 2 errors, 40%, 1:02 left". */
int doc_report_words(const struct doc_report *r,
    struct doc_buf *out) DOC_MUST_CHECK;

/* The state of everything, for people: lines with newlines. */
int doc_report_table(const struct doc_report *r,
    struct doc_buf *out) DOC_MUST_CHECK;

/* Replace the file `path` in one step: a reader sees the old or the new. */
int doc_report_file(const char *path, const struct doc_buf *text,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
