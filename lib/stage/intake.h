/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake - names in, records out: the loop of doclist.
 *
 * Supervisor.  Walks folders, opens files, and has each looked at by a worker
 * of `docsniff` (digest, then media type) and, if it is a container, by another
 * of `doclist` (members).  Every member gets the same treatment in turn.
 * Members are files in the spool.  One budget for the whole tree of an input.
 */
#ifndef DOC_INTAKE_H
#define DOC_INTAKE_H

#include "lib/spool/spool.h"
#include "lib/stage/flow.h"
#include "lib/stage/options.h"
#include "lib/stage/select.h"
#include "lib/stage/walk.h"

/*
 * With DOCPIPE_MARKS in the environment (docrun), an empty name is answered by
 * this line, behind all that comes out of the names before it.
 */
#define DOC_MARK "{\"v\":1,\"type\":\"mark\"}"

struct doc_intake_limits {
	unsigned max_depth;
	uint64_t max_members, max_bytes;
};

struct doc_intake_setup {
	const struct doc_cmd *cmd;
	struct doc_stage_options *options;
	struct doc_limits *limits;
	struct doc_intake_limits tree;
	struct doc_select *select;
	bool null;		/* names on stdin end in NUL */
	unsigned batch;		/* small files a worker of docsniff gets */
	bool digests;		/* before each: 64 characters, two blanks */
	bool no_duplicates;	/* do not tell of content met before */
	bool embedded;		/* office documents and books are containers */
	bool no_join;		/* archives in several files stay apart */
	bool tenant_from_dir;	/* the first folder of a name is its tenant */
	const char *files_from; /* a file of names; NULL: none */
	char **operands;	/* NULL-ended; none: names on stdin */
	struct doc_opt_group opts; /* for the engine that opens containers */
};

enum { DOC_NAME_DIGEST = 66 }; /* bytes before a name, with `digests` */

/* The whole life after option parsing; returns the exit status. */
int doc_intake_main(const struct doc_intake_setup *setup);

#endif
