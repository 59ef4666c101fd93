/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board - all gauges of a run at one moment.
 *
 * docprogress, docrun.  Reading takes no lock and disturbs nobody.  Gauges of
 * one stage (one doclist for each tenant, a stage that was started again) are
 * added up.
 */
#ifndef DOC_BOARD_H
#define DOC_BOARD_H

#include "lib/gauge/gauge.h"

enum { DOC_BOARD_STAGES = 24, DOC_BOARD_WORK = 64 };

struct doc_board_stage {
	char stage[DOC_GAUGE_STAGE];
	uint64_t count[DOC_G_COUNT];
	int64_t started_s;   /* since 1970; of the first */
	uint64_t started_ms; /* of CLOCK_MONOTONIC */
	uint64_t moved_ms;   /* likewise: when a document was finished last */
	unsigned processes;  /* gauges added up here */
	unsigned alive;	     /* of them: that still run */
	unsigned lost;	     /* of them: ended without saying so */
};

/* A document that is being worked on. */
struct doc_board_work {
	unsigned stage; /* index into doc_board.stage */
	uint64_t since_ms;
	char name[DOC_GAUGE_NAME + 1]; /* valid UTF-8, may begin with "…" */
};

struct doc_board {
	struct doc_board_stage stage[DOC_BOARD_STAGES]; /* as in a pipeline */
	unsigned stages;
	struct doc_board_work work[DOC_BOARD_WORK]; /* the longest first */
	unsigned works;
};

/* Look at the folder `dir`; gauges that ended before `since_ms` (of
 * CLOCK_MONOTONIC; 0: none) are an earlier run's and left out.  NOT_FOUND when
 * there is no such folder. */
int doc_board_read(struct doc_board *board, const char *dir, uint64_t since_ms,
    struct doc_error *err) DOC_MUST_CHECK;

/* NULL when that stage shows nothing. */
const struct doc_board_stage *doc_board_find(const struct doc_board *board,
    const char *stage);

#endif
