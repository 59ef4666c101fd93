/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task_impl - what stage.c, task.c and result.c share; nobody else includes
 * it.
 */
#ifndef DOC_TASK_IMPL_H
#define DOC_TASK_IMPL_H

#include "lib/stage/stage.h"

/* task.c: a task for a document to work on; NULL: no memory. */
struct doc_stage_task *stage_task_new(struct doc_run *run,
    const struct doc_record *rec, const char *media);
/* A string of a record, cut to `size`, or `fallback`.  -1 no memory, which is
 * noted (starved.h). */
int stage_copy_str(const struct doc_record *rec, const char *key,
    const char *fallback, char *out, size_t size);
/* Is its result known?  Then the task is done. */
bool stage_recall(struct doc_stage_task *task);
/* A line that is passed on as it is, or with a result that needs no work. */
struct doc_task *stage_line_task(void);

/* result.c: the record's line with our member appended, into `line`. */
int stage_write_result(struct doc_run *run, const struct doc_record *rec,
    const struct doc_stage_task *task, struct doc_result *result,
    struct doc_buf *line);

/* The same with a result of the cache. */
int stage_write_kept(struct doc_run *run, const struct doc_record *rec,
    const struct doc_buf *json, enum doc_status status, struct doc_buf *line);

/* Bytes of the document, where somebody looks. */
static inline uint64_t
stage_shown_size(const struct doc_run *run, const struct doc_record *rec)
{
	return run->flow.gauge.page == NULL
	    ? 0
	    : (uint64_t)doc_record_int(rec, "size", 0);
}

#endif
