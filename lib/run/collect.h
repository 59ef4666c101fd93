/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect - what comes out of the pipeline: kept, counted, and balanced.
 *
 * docrun.  Every stage must end its stream with an end record whose counts
 * agree with its neighbours' and with the lines that really came.
 */
#ifndef DOC_COLLECT_H
#define DOC_COLLECT_H

#include "lib/record/stream.h"
#include "lib/run/broker.h"
#include "lib/run/pipeline.h"
#include "lib/run/progress.h"

enum { DOC_COLLECT_STAGES = 16 };

struct doc_stage_end {
	char stage[32];
	int64_t in, out;
	char level[16];
};

struct doc_collect {
	struct doc_sink sink; /* out.ndjson */
	struct doc_meter meter;
	struct doc_broker broker;
	struct doc_pipeline *pipeline; /* whose output it is */
	uint64_t documents;
	struct doc_stage_end ends[DOC_COLLECT_STAGES];
	unsigned end_count;
};

/* Read the stream to its end, until *signal is set; draws progress between. */
int doc_collect_run(struct doc_collect *c, int fd, const volatile int *signal,
    struct doc_error *err) DOC_MUST_CHECK;

/* Do the counts of stages[0..n) agree?  STREAM names the first that does
 * not. */
int doc_collect_balance(const struct doc_collect *c, const char *const *stages,
    unsigned n, struct doc_error *err) DOC_MUST_CHECK;

#endif
