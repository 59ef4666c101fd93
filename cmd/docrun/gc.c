/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun gc - removes from a spool what was not used for some time.
 *
 * Looks at names and times only, opens no document.
 */
#include <stdio.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/opt.h"
#include "lib/base/units.h"
#include "lib/spool/gc.h"
#include "lib/stage/last.h"

struct options {
	const char *spool, *tenant;
	uint64_t keep_ms;
	bool dry_run, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'S', "spool", "DIR", "the spool to clean", DOC_OPT_STRING, AT(spool),
	    NULL },
	{ 'T', "tenant", "NAME", "this tenant's part only", DOC_OPT_STRING,
	    AT(tenant), NULL },
	{ 'k', "keep", "D", "keep what was used within that time (30d)",
	    DOC_OPT_DURATION, AT(keep_ms), NULL },
	{ 'N', "dry-run", NULL, "count, but remove nothing", DOC_OPT_FLAG,
	    AT(dry_run), NULL },
	{ 'q', "quiet", NULL, "say nothing", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

int
docrun_gc(int argc, char *argv[])
{
	struct options o = { .keep_ms = 30ULL * 86400 * 1000 };
	struct doc_cmd cmd = { .name = "docrun gc",
		.usage = "[options]",
		.about =
		    "Removes from a spool what was not used for some time.",
		.groups = { { table, &o } } };
	struct doc_gc gc = { 0 };
	struct doc_error err = { 0 };
	char size[16];

	if (doc_opt_parse(&cmd, argc, argv) < argc)
		doc_usage(&cmd, "takes no operands");
	gc.tenant = o.tenant;
	gc.keep_ms = o.keep_ms;
	gc.dry_run = o.dry_run;
	if (doc_gc(&gc, o.spool, &err) < 0)
		return doc_last_words(&err);
	doc_size_format(gc.bytes, size);
	if (!o.quiet)
		printf("%ju of %ju entries, %s\n", (uintmax_t)gc.removed,
		    (uintmax_t)gc.seen, size);
	return fflush(stdout) == 0 ? 0 : 3;
}
