/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beat - signs of life from within a library, not more often than makes sense.
 *
 * Runs in the worker.  Renderers call doc_beat whenever they get on: with each
 * shape drawn, each strip decoded; the supervisor hears of it once a second,
 * and its stall clock begins anew (docpipe(7)).
 */
#ifndef DOC_BEAT_H
#define DOC_BEAT_H

#include "lib/pool/work.h"

struct doc_beat {
	struct doc_work *work;
	unsigned done, total; /* pages, as for doc_work_progress */
	uint64_t next_ms;     /* private; 0 at first */
};

/* `beat` may be NULL. */
void doc_beat(struct doc_beat *beat);

#endif
