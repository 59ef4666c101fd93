/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding - what of a record somebody has to look at.
 *
 * docrun; pure.  A stage is any member that has a `status`, a user's own, too.
 * What a stage calls ok or skipped is no finding; an infected document is one,
 * whatever the status.
 */
#ifndef DOC_FINDING_H
#define DOC_FINDING_H

#include "lib/record/reason.h"
#include "lib/record/record.h"

/* What --fail-on may name; bits, the worst the highest. */
enum doc_gate {
	DOC_GATE_PARTIAL = 1,
	DOC_GATE_ERROR = 2,
	DOC_GATE_INFECTED = 4,
};

/* `error,partial`.  USAGE. */
int doc_gates_parse(const char *list, unsigned *gates,
    struct doc_error *err) DOC_MUST_CHECK;

/*
 * All there can be, numbered; the same in each version but for new ones:
 * "infected", "input/damaged" (errors), "partial/timeout" (reasons), and
 * "error/other", "partial/other" for words that a user's stage made up.
 */
enum {
	DOC_RULE_INFECTED,
	DOC_RULE_ERROR,
	DOC_RULE_PARTIAL,
	DOC_RULE_ERRORS,				  /* + enum doc_code */
	DOC_RULE_REASONS = DOC_RULE_ERRORS + DOC_E_COUNT, /* + doc_reason */
	DOC_RULE_COUNT = DOC_RULE_REASONS + DOC_R_COUNT
};

struct doc_rule {
	char name[48]; /* "" for a number that is none */
	const char *text;
	enum doc_gate gate;
};
void doc_rule_get(unsigned number, struct doc_rule *rule);

struct doc_finding {
	enum doc_gate gate;
	unsigned rule;
	char stage[32];	   /* "text" */
	char message[512]; /* one printable line, cut if need be */
};

enum { DOC_FINDINGS = 32 }; /* of one record, no more are told */

struct doc_findings {
	struct doc_finding at[DOC_FINDINGS];
	unsigned n;
	unsigned gates; /* bits of all of them */
};

/* -1: no memory. */
int doc_findings_of(const struct doc_record *rec,
    struct doc_findings *found) DOC_MUST_CHECK;

/* The worst one among those in `gates`; NULL: there is none. */
const struct doc_finding *doc_findings_worst(const struct doc_findings *found,
    unsigned gates);

#endif
