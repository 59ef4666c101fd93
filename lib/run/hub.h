/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hub - moves the documents: from each tenant's doclist through the stages to
 * the ledger.
 *
 * docrun.  Every record passes through docrun between two stages, so that it
 * knows what each stage holds: one that dies is started again and given again
 * what it had.  What dies with a stage twice is not tried a third time.
 *
 *	names ─► doclist ─► tenant ─┐            ┌─► ledger
 *	names ─► doclist ─► tenant ─┼─► stage ─► stage
 *	records ──────────► tenants ┘
 */
#ifndef DOC_HUB_H
#define DOC_HUB_H

#include "lib/run/bill.h"
#include "lib/run/broker.h"
#include "lib/run/command.h"
#include "lib/run/ledger.h"
#include "lib/run/names.h"
#include "lib/run/progress.h"
#include "lib/run/tenant.h"

struct doc_hub {
	/* set by the caller */
	const struct doc_command *stages; /* in order */
	unsigned stage_count;
	const struct doc_command *listers; /* doclist of the first tenants */
	struct doc_names *names;	   /* likewise */
	unsigned lister_count;
	bool records;	    /* come on standard input */
	bool watches;	    /* some names come from drop folders */
	bool selects;	    /* doclist may pass over names */
	const char *tenant; /* of those that name none */
	struct doc_tenants *tenants;
	struct doc_ledger *ledger;
	struct doc_broker *broker;
	struct doc_ear *ear;
	struct doc_meter *meter;
	volatile int *signal; /* not 0 any more: stop */
	uint64_t stall_ms;    /* silence of a user's stage */
	uint64_t deadline_ms; /* of the run; 0 none */
	/* found out */
	uint64_t skipped; /* inputs that were done already */
	uint64_t inputs;  /* given to doclist */
	unsigned restarts;
	bool timed_out;
	bool unended;	    /* the records had no end record */
	struct doc_buf why; /* a stage refused to run: for people */
};

/* Until all is done, or a signal, or trouble.  Returns 0, or the exit status:
 * 2, 3, 4; *err says why.  Nothing runs any more when it returns. */
int doc_hub_run(struct doc_hub *hub, struct doc_error *err);

#endif
