/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - what docrun was asked for, as commands.
 *
 * docrun.  Which stages, in which order, with which options; a doclist for
 * each tenant; and what of it makes other results.
 */
#ifndef DOC_PLAN_H
#define DOC_PLAN_H

#include "lib/run/run.h"
#include "lib/stage/options.h"

enum { DOC_PLAN_STAGES = DOC_LEDGER_STAGES - 1 };

struct doc_plan {
	/* set by the caller */
	const char *stages;	  /* "scan,text,mine" */
	struct doc_words own;	  /* "mine=CMD" */
	struct doc_words pass;	  /* "ocr=--lang=deu" */
	const char *refresh;	  /* "ocr,text": without their kept results */
	struct doc_words runners; /* "podman", "ocr=bwrap": see boxed.h */
	bool digests;		  /* in the list, before the names */
	bool listed; /* names come from a list: no folder holds them all */
	const char *db;
	bool require_db;
	const char *lang;
	struct doc_stage_options *common;
	struct doc_limits *limits;
	/* made of it */
	struct doc_command at[DOC_PLAN_STAGES];
	unsigned n;
	struct doc_command *listers; /* of each tenant */
};

/* Fill in `at` and `listers`, and of the batch stages, settings, engines.
 * The tenants are known.  It lasts as long as the program.  USAGE. */
int doc_plan_make(struct doc_plan *plan, struct doc_batch *batch,
    struct doc_error *err) DOC_MUST_CHECK;

/* The line a shell would be given, for each tenant. */
int doc_plan_print(const struct doc_plan *plan, const struct doc_batch *batch,
    struct doc_buf *out);

#endif
