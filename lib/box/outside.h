/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outside - the half of docbox that runs where the documents are: it opens
 * them, sends them into the box, and believes nothing that comes back.
 *
 * What the stage inside says of a document is taken as the one member it is
 * allowed to add, to the record as it was sent; files it made get the place and
 * the kind of name that are theirs, and no path but those may stand in the
 * member.  A record nobody sent, or a frame that makes no sense, ends the box.
 */
#ifndef DOC_OUTSIDE_H
#define DOC_OUTSIDE_H

#include "lib/base/opt.h"
#include "lib/run/command.h"

struct doc_outside {
	/* set by the caller */
	const struct doc_command *runner; /* starts the inside */
	const char *runner_name;	  /* for end records: "podman" */
	const char *spool, *tenant;
	struct doc_words roots;
	char **stage;	    /* tool and arguments, NULL-ended */
	uint64_t start_ms;  /* a box that says nothing by then is no box */
	unsigned starts;    /* so many times it is tried */
	uint64_t max_bytes; /* of what one document may bring back */
	/* found out */
	int wait_status; /* of the stage */
	int signal;	 /* that ended us, 0 */
	bool gone;	 /* the box ended before its stage did */
};

/*
 * Records from standard input through the box to `out`.  0 when the stage came
 * to its own end, which wait_status tells; -1 with SPAWN (no box), STREAM (it
 * is gone before its end), PROTOCOL (it lied), IO, NO_SPACE, NO_MEMORY.
 */
int doc_outside(struct doc_outside *setup, int out,
    struct doc_error *err) DOC_MUST_CHECK;

/* The member that stage TOOL adds: "text" of "doctext"; NULL: no such stage. */
const char *doc_outside_key(const char *tool);

#endif
