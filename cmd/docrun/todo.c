/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun todo - prints the shards of a planned run that are not done, the
 * largest first.
 *
 * Looks at names only.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/fleet.h"
#include "lib/stage/last.h"

struct options {
	const char *run;
	bool count;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'r', "run", "DIR", "the planned run", DOC_OPT_STRING, AT(run), NULL },
	{ 'c', "count", NULL, "only how many", DOC_OPT_FLAG, AT(count), NULL },
	{ 0 },
};

int
docrun_todo(int argc, char *argv[])
{
	struct options o = { 0 };
	struct doc_cmd cmd = { .name = "docrun todo",
		.usage = "--run=DIR [options]",
		.about = "Prints the shards that are not done, largest first.",
		.groups = { { table, &o } } };
	struct doc_fleet f;
	struct doc_error err = { 0 };
	uint32_t *list;
	size_t n;

	if (doc_opt_parse(&cmd, argc, argv) < argc)
		doc_usage(&cmd, "takes no operands");
	if (o.run == NULL)
		doc_usage(&cmd, "needs --run=DIR");
	if (doc_fleet_open(&f, o.run, &err) < 0 ||
	    doc_todo(f.dir, f.sum.shards, &list, &n, &err) < 0)
		return doc_last_words(&err);
	if (o.count)
		printf("%zu\n", n);
	for (size_t i = 0; !o.count && i < n; i++)
		printf("%" PRIu32 "\n", list[i]);
	free(list);
	doc_fleet_release(&f);
	return doc_printed(stdout);
}
