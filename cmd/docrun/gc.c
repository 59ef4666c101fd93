/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun gc - removes from a spool what was not used for some time, and no
 * record of the runs at hand names.
 *
 * Looks at records, names and times only, opens no document.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/review/named.h"
#include "lib/spool/gc.h"
#include "lib/stage/last.h"

struct options {
	const char *spool, *tenant;
	struct doc_words runs;
	uint64_t keep_ms;
	bool all, dry_run, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'S', "spool", "DIR", "the spool to clean", DOC_OPT_STRING, AT(spool),
	    NULL },
	{ 'T', "tenant", "NAME", "this tenant's part only", DOC_OPT_STRING,
	    AT(tenant), NULL },
	{ 'k', "keep", "D", "keep what was used within that time (30d)",
	    DOC_OPT_DURATION, AT(keep_ms), NULL },
	{ 'r', "run", "DIR", "keep what the records of that run name",
	    DOC_OPT_LIST, AT(runs), NULL },
	{ 'a', "all", NULL, "do not keep what the spool's own run names",
	    DOC_OPT_FLAG, AT(all), NULL },
	{ 'N', "dry-run", NULL, "count, but remove nothing", DOC_OPT_FLAG,
	    AT(dry_run), NULL },
	{ 'q', "quiet", NULL, "say nothing", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

struct cleaner {
	struct doc_gc gc; /* first: it finds us by cast */
	struct doc_spool spool;
	struct doc_named named;
};

static bool
wanted(const struct doc_gc *gc, const char *name)
{
	return doc_named_has(&((const struct cleaner *)gc)->named, name);
}

static int
add_run(struct cleaner *c, const char *run, struct doc_error *err)
{
	struct doc_records r;
	int rc;

	if (doc_records_open(&r, run, err) < 0)
		return -1;
	rc = doc_named_add(&c->named, c->spool.path, &r, err);
	doc_records_close(&r);
	return rc;
}

/* RUN/spool is that of RUN. */
static int
add_own(struct cleaner *c, struct doc_error *err)
{
	char run[4200], records[4200];
	size_t n = strlen(c->spool.path), tail = strlen("/spool");

	if (n <= tail || strcmp(c->spool.path + n - tail, "/spool") != 0)
		return 0;
	snprintf(run, sizeof(run), "%.*s", (int)(n - tail), c->spool.path);
	snprintf(records, sizeof(records), "%.4000s/out.ndjson", run);
	return access(records, F_OK) == 0 ? add_run(c, run, err) : 0;
}

static int
clean(struct cleaner *c, const struct options *o, struct doc_error *err)
{
	if (!o->all && add_own(c, err) < 0)
		return -1;
	for (size_t i = 0; i < o->runs.n; i++)
		if (add_run(c, o->runs.at[i], err) < 0)
			return -1;
	return doc_gc_run(&c->gc, &c->spool, err);
}

int
docrun_gc(int argc, char *argv[])
{
	struct options o = { .keep_ms = 30ULL * 86400 * 1000 };
	struct doc_cmd cmd = { .name = "docrun gc",
		.usage = "[options]",
		.about =
		    "Removes from a spool what was not used for some time.",
		.groups = { { table, &o } } };
	struct cleaner c = { .gc.wanted = wanted };
	struct doc_error err = { 0 };
	char size[16];
	int rc;

	if (doc_opt_parse(&cmd, argc, argv) < argc)
		doc_usage(&cmd, "takes no operands");
	c.gc.tenant = o.tenant;
	c.gc.keep_ms = o.keep_ms;
	c.gc.dry_run = o.dry_run;
	if (doc_spool_find(&c.spool, o.spool, &err) < 0)
		return doc_last_words(&err);
	rc = clean(&c, &o, &err);
	doc_named_release(&c.named);
	doc_spool_close(&c.spool);
	if (rc < 0)
		return doc_last_words(&err);
	doc_size_format(c.gc.bytes, size);
	if (!o.quiet)
		printf("%ju of %ju files, %s%s\n", (uintmax_t)c.gc.removed,
		    (uintmax_t)c.gc.seen, size,
		    o.dry_run ? " would go" : " removed");
	if (!o.quiet && c.gc.wanted_count > 0)
		printf("%ju files are named by records\n",
		    (uintmax_t)c.gc.wanted_count);
	return doc_printed(stdout);
}
