/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fleet - a run that was planned first: which inputs, cut into shards, with
 * which options and versions.  Frozen in RUN/plan.json and the files beside it,
 * and the same whoever works on it, and however many.
 *
 * docrun.  A shard is done at least once and counted exactly once: what it
 * leaves in the spool is named by content, and the first who commits it wins.
 *
 *	plan.json	version, counts, the digest of the manifest
 *	run.json	options and command, as of any run (settings.h)
 *	manifest, shards, sources	(manifest.h)
 *	facts		what the stages said of themselves (facts.h)
 *	out/		shards that are done (commit.h)
 *	spool/		what their records name
 */
#ifndef DOC_FLEET_H
#define DOC_FLEET_H

#include "lib/fleet/facts.h"
#include "lib/fleet/piece.h"
#include "lib/run/run.h"

struct doc_fleet {
	char dir[4096];	  /* RUN, links resolved */
	char spool[4096]; /* likewise */
	struct doc_manifest_sum sum;
	bool trust_times;
	struct doc_words command; /* of each piece */
	struct doc_facts facts;
};

/* Make RUN and plan it: reads all inputs once, and runs the stages over a
 * sample to learn the versions.  USAGE when it is there already. */
int doc_fleet_freeze(struct doc_batch *batch, const struct doc_cut *cut,
    struct doc_error *err) DOC_MUST_CHECK;

/* RUN has a plan; was it made for this batch?  USAGE. */
int doc_fleet_same(const struct doc_batch *batch,
    struct doc_error *err) DOC_MUST_CHECK;

/* Is there a plan? */
bool doc_fleet_planned(const char *dir);

/* `dir`, `spool` and `sum` only, with nothing to release; for who changes
 * nothing.  USAGE when there is no plan, or another version's. */
int doc_fleet_look(struct doc_fleet *f, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;

/* The plan of RUN.  Goes to the folder that names are relative to.  USAGE when
 * it was made by another version. */
int doc_fleet_open(struct doc_fleet *f, const char *dir,
    struct doc_error *err) DOC_MUST_CHECK;
void doc_fleet_release(struct doc_fleet *f);

/* Run the stages over a sample, with these options, and see what they say. */
int doc_fleet_probe(const struct doc_words *command, struct doc_facts *facts,
    struct doc_error *err) DOC_MUST_CHECK;

/* Do shard `number` here and commit it.  1 done; 0 was done already; -1, to be
 * tried again. */
int doc_fleet_shard(const struct doc_fleet *f, uint32_t number, unsigned jobs,
    struct doc_error *err) DOC_MUST_CHECK;

/* Records that a piece left, made those of the shard and committed: what all
 * ways to do one have in common.  As doc_fleet_shard. */
struct doc_collect;
int doc_fleet_commit(const struct doc_fleet *f, struct doc_collect *c,
    struct doc_error *err) DOC_MUST_CHECK;

#endif
