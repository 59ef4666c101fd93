/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun merge - makes out.ndjson of a planned run from its shards.
 *
 * Reads records only.
 */
#include "lib/fleet/merge.h"
#include "cmd/docrun/verbs.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/run/lock.h"
#include "lib/stage/last.h"

struct options {
	const char *run, *fail_on;
	bool partial, quiet, verbose;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'r', "run", "DIR", "the planned run", DOC_OPT_STRING, AT(run), NULL },
	{ 'F', "fail-on", "LIST", "of infected,error,partial: exit with 1",
	    DOC_OPT_STRING, AT(fail_on), NULL },
	{ 'p', "partial", NULL, "leave out what is not done; status 3",
	    DOC_OPT_FLAG, AT(partial), NULL },
	{ 'q', "quiet", NULL, "no warnings on standard error", DOC_OPT_FLAG,
	    AT(quiet), NULL },
	{ 'v', "verbose", NULL, "say how much there is", DOC_OPT_FLAG,
	    AT(verbose), NULL },
	{ 0 },
};

int
docrun_merge(int argc, char *argv[])
{
	struct options o = { .fail_on = "error,partial" };
	struct doc_cmd cmd = { .name = "docrun merge",
		.usage = "--run=DIR [options]",
		.about = "Makes the records of a planned run from its shards.",
		.groups = { { table, &o } } };
	struct doc_merge m = { 0 };
	struct doc_fleet f;
	struct doc_error err = { 0 };
	unsigned gates;
	int lock;

	if (doc_opt_parse(&cmd, argc, argv) < argc)
		doc_usage(&cmd, "takes no operands");
	if (o.run == NULL)
		doc_usage(&cmd, "needs --run=DIR");
	doc_log_level(o.quiet ? -1 : o.verbose);
	m.partial = o.partial;
	if (doc_gates_parse(o.fail_on, &gates, &err) < 0 ||
	    doc_fleet_open(&f, o.run, &err) < 0 ||
	    (lock = doc_lock_take(f.dir, &err)) < 0)
		return doc_last_words(&err);
	if (doc_merge(&f, &m, &err) < 0) {
		doc_lock_free(lock);
		return doc_last_words(&err);
	}
	doc_lock_free(lock);
	if (m.missing > 0)
		doc_warn("%u of %u shards are left out", m.missing,
		    f.sum.shards);
	doc_info("%ju documents of %u shards", (uintmax_t)m.documents,
	    m.shards);
	doc_fleet_release(&f);
	return doc_merge_judge(&m, gates);
}
