/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options - what every stage understands, same name and meaning everywhere.
 */
#ifndef DOC_STAGE_OPTIONS_H
#define DOC_STAGE_OPTIONS_H

#include "lib/pool/limits.h"

struct doc_stage_options {
	unsigned jobs; /* 0: as many as there are processors */
	const char *spool;
	struct doc_words roots;
	const char *tenant;
	int require; /* enum doc_level, by the words of the table */
	bool allow_degraded;
	const char *cgroup; /* "auto", "none" or a path */
	bool unordered;
	bool stats;
	bool inline_text;
	int cache;     /* enum doc_cache_use, by the words of the table */
	bool infected; /* work on infected documents too */
	bool quiet, verbose;
};

extern const struct doc_opt doc_stage_opts[];

void doc_stage_options_default(struct doc_stage_options *o);

/* After parsing: log level, number of jobs, a valid tenant.  USAGE. */
int doc_stage_options_settle(struct doc_stage_options *o,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
