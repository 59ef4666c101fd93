/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache - results kept by content, so that nothing is worked out twice.
 *
 * Supervisors.  SPOOL/TENANT/aa/SHA256/STAGE-K.json holds the member a stage
 * adds, K being a digest over all that it depends on: record format, tool and
 * version, the stage's options, the engine with its libraries and data, media
 * type, and what other stages said if this one reads it.  Written as a whole or
 * not at all; a hit names files of its own content's folder alone, in this
 * spool, wherever that stood when it was kept; one whose files are gone is
 * none.  Failures are kept, too, but not those that another try may mend:
 * clocks, memory, the machine, passwords.
 */
#ifndef DOC_CACHE_H
#define DOC_CACHE_H

#include "lib/stage/stage.h"

enum doc_cache_use {
	DOC_CACHE_USE,
	DOC_CACHE_REFRESH, /* do not look, but keep */
	DOC_CACHE_NONE
};

/* What the task's kept result is called; "" when there is to be none.  The
 * engine that is to begin with it is running. */
int doc_cache_name(const struct doc_stage_task *task,
    const struct doc_record *rec, char name[static DOC_CACHE_NAME]);

/* Append the kept result to `json`.  1 with its status, 0 when there is none,
 * -1 no memory. */
int doc_cache_get(struct doc_run *run, const struct doc_stage_task *task,
    struct doc_buf *json, enum doc_status *status);

/* Keep it, if it is to be kept.  A disk that does not take it is no error. */
void doc_cache_put(const struct doc_stage_task *task,
    const struct doc_result *result, const char *json, size_t len);

#endif
