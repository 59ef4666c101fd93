/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun plan - freezes what is to be done, and cuts it into shards.
 *
 * Reads all inputs for their digests, and parses none.
 */
#include "cmd/docrun/fleet.h"
#include "cmd/docrun/verbs.h"
#include "lib/fleet/drive.h"
#include "lib/stage/last.h"

#define CUT(member) offsetof(struct doc_cut, member)

const struct doc_opt docrun_cut_opts[] = {
	{ 0, "shard-documents", "N", "files in a shard, at most (256)",
	    DOC_OPT_NUMBER, CUT(documents), NULL },
	{ 0, "shard-bytes", "SIZE", "bytes of them, at most (64M)",
	    DOC_OPT_SIZE, CUT(bytes), NULL },
	{ 0, "slots", "N", "smaller shards, so that N get 16 each",
	    DOC_OPT_NUMBER, CUT(slots), NULL },
	{ 0, "trust-times", NULL, "plan by size and time, do not read files",
	    DOC_OPT_FLAG, CUT(trust_times), NULL },
	{ 0 },
};

/* Turns and bounds are those of one machine. */
static int
check_quotas(const struct doc_tenants *t, struct doc_error *err)
{
	for (unsigned i = 0; i < t->n; i++) {
		const struct doc_quota *q = &t->at[i]->quota;

		if (q->documents + q->bytes + q->cpu_ms + q->failures +
			q->crashes >
		    0)
			return doc_error_set(err, DOC_E_USAGE,
			    "tenant '%s' has a quota: not over many hosts",
			    t->at[i]->name);
	}
	return 0;
}

/* What a docrun does that sees all of it from beginning to end.  A gate must
 * not wait for a report that nobody writes. */
static int
check_whole(const struct doc_batch *b, struct doc_error *err)
{
	const struct {
		bool given;
		const char *name;
	} lost[] = { { b->junit != NULL, "--junit" },
		{ b->sarif != NULL, "--sarif" }, { b->summary, "--summary" },
		{ b->events_to != NULL, "--events" },
		{ b->deadline_ms > 0, "--deadline" } };

	for (size_t i = 0; i < DOC_LEN(lost); i++)
		if (lost[i].given)
			return doc_error_set(err, DOC_E_USAGE,
			    "%s: not of a planned run; for reports there is "
			    "docrun report",
			    lost[i].name);
	return 0;
}

/* A plan that is there must be one of the same run. */
static int
freeze(const struct docrun_fleet *o, struct doc_batch *batch,
    struct doc_error *err)
{
	if (batch->records || batch->watch)
		return doc_error_set(err, DOC_E_USAGE,
		    "only files can be planned, not records, nor what is "
		    "watched");
	if (check_whole(batch, err) < 0 ||
	    check_quotas(&batch->tenants, err) < 0)
		return -1;
	if (o->hosts == NULL || !doc_fleet_planned(batch->dir))
		return doc_fleet_freeze(batch, &o->cut, err);
	return doc_fleet_same(batch, err);
}

int
docrun_fleet(const struct docrun_fleet *o, struct doc_batch *batch, int out)
{
	struct doc_drive drive = { .hosts = o->hosts,
		.program = o->remote,
		.timeout_ms = o->timeout_ms ? o->timeout_ms : 3600000,
		.jobs = batch->jobs,
		.progress = batch->progress,
		.gates = o->gates,
		.quiet = batch->progress == DOC_PROGRESS_NONE };
	struct doc_error err = { 0 };
	struct doc_fleet f;
	doc_autofree char *hosts = o->hosts ? realpath(o->hosts, NULL) : NULL;
	int status;

	if (freeze(o, batch, &err) < 0)
		return doc_last_words(&err);
	if (o->hosts == NULL)
		return 0;
	if (hosts != NULL)
		drive.hosts = hosts;
	status = doc_fleet_open(&f, batch->dir, &err) < 0
	    ? doc_last_words(&err)
	    : doc_drive(&f, &drive);
	doc_fleet_release(&f);
	(void)out;
	return status;
}
