/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts - what the files of dococr share.  Nobody else includes it.
 *
 * cmd/dococr.c decides which pages to read; outside.c has them read elsewhere;
 * join.c makes one text, one layout and one PDF of what was read.
 */
#ifndef DOCOCR_PARTS_H
#define DOCOCR_PARTS_H

#include "cmd/options.h"
#include "lib/record/json.h"
#include "lib/record/value.h"
#include "lib/stage/stage.h"

extern struct doc_ocr_options dococr_own;

bool dococr_is_pdf(const struct doc_stage_task *task);

/* A page, not the survey before them nor the graft behind them. */
bool dococr_is_page(const struct doc_unit *unit);

/* Add pages first to last, as far as --max-pages goes. */
int dococr_add_pages(struct doc_stage_task *task, unsigned first,
    unsigned last);

/* --- outside.c: pages that are read elsewhere ------------------------------*/

/* Is that asked for? */
bool dococr_is_outside(void);

/* As `ready`, `over` and `follow` of struct doc_stage. */
int dococr_outside_open(struct doc_run *run, struct doc_error *err);
void dococr_outside_close(struct doc_run *run);
bool dococr_outside_follow(struct doc_unit *unit);

/* As `recall`: an answer of elsewhere is young enough, or none. */
bool dococr_outside_recall(struct doc_run *run, const struct doc_value *result);

/* Who read the pages, and how many fell back to us. */
void dococr_outside_write(const struct doc_stage_task *task,
    struct doc_json *j);

/* --- join.c ----------------------------------------------------------------*/

/* Once all pages are read: add the unit that lays their words under them, if
 * that is wanted.  -1: no memory. */
int dococr_add_graft(struct doc_stage_task *task);

/* What that unit reads: a file of the document and the places of the words;
 * -1, with unit->job.err left alone, when it could not be made. */
int dococr_graft_source(struct doc_unit *unit);

/* Text, layout and PDF to their places in the spool. */
int dococr_join(struct doc_stage_task *task, struct doc_result *r);
void dococr_join_write(const struct doc_stage_task *task, struct doc_json *j);

/* The text of a page that was read. */
int dococr_copy_text(struct doc_run *run, const struct doc_unit *unit, int to);

/* --- merge.c ---------------------------------------------------------------*/

/* The text doctext left, with the pages that were read in their places, as a
 * further file; none where doctext was not asked. */
int dococr_merge(struct doc_stage_task *task, struct doc_error *err);

/* Each page that was read: why, how well, or why not. */
void dococr_pages_write(const struct doc_stage_task *task, struct doc_json *j);

#endif
