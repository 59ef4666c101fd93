/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sched.h>

#include "lib/base/log.h"
#include "lib/cage/cage.h"
#include "lib/record/path.h"
#include "lib/stage/options.h"

#define AT(member) offsetof(struct doc_stage_options, member)

const struct doc_opt doc_stage_opts[] = {
	{ 'j', "jobs", "N", "workers at once (default: processors)",
	    DOC_OPT_NUMBER, AT(jobs), NULL },
	{ 'S', "spool", "DIR", "where results and members are kept",
	    DOC_OPT_STRING, AT(spool), NULL },
	{ 'R', "root", "DIR", "open nothing outside; may be given again",
	    DOC_OPT_LIST, AT(roots), NULL },
	{ 'T', "tenant", "NAME", "tenant of records that name none",
	    DOC_OPT_STRING, AT(tenant), NULL },
	{ 'r', "require", "LEVEL", "refuse to run in a weaker cage",
	    DOC_OPT_CHOICE, AT(require),
	    "none|limits|syscalls|files|network|memory" },
	{ 'A', "allow-degraded", NULL, "run in a weaker cage, and say so",
	    DOC_OPT_FLAG, AT(allow_degraded), NULL },
	{ 'G', "cgroup", "PATH", "group to divide; or auto, or none",
	    DOC_OPT_STRING, AT(cgroup), NULL },
	{ 'u', "unordered", NULL, "write records as they get ready",
	    DOC_OPT_FLAG, AT(unordered), NULL },
	{ 'x', "stats", NULL, "add processor time and faults to results",
	    DOC_OPT_FLAG, AT(stats), NULL },
	{ 'I', "inline", NULL, "put text into the record as well", DOC_OPT_FLAG,
	    AT(inline_text), NULL },
	{ 'i', "infected", NULL, "work on infected documents too", DOC_OPT_FLAG,
	    AT(infected), NULL },
	{ 'Y', "cache", "WHEN", "use kept results, refresh them, or none",
	    DOC_OPT_CHOICE, AT(cache), "use|refresh|none" },
	{ 'q', "quiet", NULL, "no warnings", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 'v', "verbose", NULL, "say more on standard error", DOC_OPT_FLAG,
	    AT(verbose), NULL },
	{ 0 },
};

void
doc_stage_options_default(struct doc_stage_options *o)
{
	*o = (struct doc_stage_options){ .tenant = "default",
		.require = DOC_LEVEL_FILES,
		.cgroup = "auto" };
}

int
doc_stage_options_settle(struct doc_stage_options *o, struct doc_error *err)
{
	cpu_set_t set;

	doc_log_level(o->quiet ? -1 : o->verbose);
	if (!doc_tenant_valid(o->tenant))
		return doc_error_set(err, DOC_E_USAGE,
		    "--tenant: letters, digits, '.', '_' and '-', at most 64");
	if (o->jobs == 0) {
		o->jobs = 1;
		if (sched_getaffinity(0, sizeof(set), &set) == 0)
			o->jobs = (unsigned)CPU_COUNT(&set);
	}
	o->jobs = DOC_MIN(o->jobs, 256U);
	return 0;
}
