/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake - names in, records out: the loop of doclist.
 *
 * Supervisor.  Walks folders, opens files, has each looked into by a worker
 * (digest, media type, members of containers), and gives every member the same
 * treatment in turn.  Members are files in the spool; a fresh worker computes
 * the digest of each before any parser sees it.  One budget for the whole tree
 * of an input.
 */
#ifndef DOC_INTAKE_H
#define DOC_INTAKE_H

#include "lib/spool/spool.h"
#include "lib/stage/flow.h"
#include "lib/stage/options.h"
#include "lib/stage/walk.h"

struct doc_intake_limits {
	unsigned max_depth;
	uint64_t max_members, max_bytes;
};

struct doc_intake_setup {
	const struct doc_cmd *cmd;
	struct doc_stage_options *options;
	struct doc_limits *limits;
	struct doc_intake_limits tree;
	bool null;	 /* names on stdin end in NUL */
	char **operands; /* NULL-ended; none: names on stdin */
};

/* The whole life after option parsing; returns the exit status. */
int doc_intake_main(const struct doc_intake_setup *setup);

enum {
	DOC_UNIT_LOOK = 0, /* digest, type, members */
	DOC_UNIT_LEAF = 1  /* digest and type only: as deep as allowed */
};

#endif
