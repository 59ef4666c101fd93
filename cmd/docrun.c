/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun - forks the stages into a pipeline over files, into a run directory.
 *
 * Opens no document and parses nothing but the records that come out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "cmd/docrun/fleet.h"
#include "cmd/docrun/verbs.h"
#include "cmd/options.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/fleet/fleet.h"
#include "lib/run/doctor.h"
#include "lib/run/plan.h"
#include "lib/stage/cache.h"
#include "lib/stage/last.h"

struct options {
	const char *dir, *resume;
	const char *stages;
	struct doc_words own, pass, tenants, runners;
	const char *tenants_file, *files_from;
	bool null, digests, watch;
	uint64_t settle_ms;
	int progress;
	bool restart, summary, doctor, json, dry_run, explain;
	const char *db, *lang, *fail_on, *junit, *sarif, *events;
	const char *refresh;
	bool require_db, no_cache;
	uint64_t deadline_ms, memory_total;
	unsigned nice;
	int ionice;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'o', "output", "DIR", "the run directory to make, or to go on with",
	    DOC_OPT_STRING, AT(dir), NULL },
	{ 'k', "resume", "DIR", "go on with that run, as it was asked for",
	    DOC_OPT_STRING, AT(resume), NULL },
	{ 'K', "restart", NULL, "do all of it again, whatever has changed",
	    DOC_OPT_FLAG, AT(restart), NULL },
	{ 'g', "stages", "LIST", "of scan,text,ocr,preview and one's own",
	    DOC_OPT_STRING, AT(stages), NULL },
	{ 'a', "stage", "NAME=CMD", "one's own stage, a filter for records",
	    DOC_OPT_LIST, AT(own), NULL },
	{ 'b', "runner", "RUNNER", "stages in a box: bwrap, podman; ocr=podman",
	    DOC_OPT_LIST, AT(runners), NULL },
	{ 'p', "pass", "STAGE=OPT", "an option for one stage, as ocr=--dpi=200",
	    DOC_OPT_LIST, AT(pass), NULL },
	{ 'T', "tenant", "NAME", "whose the files are; NAME=DIR: another's",
	    DOC_OPT_LIST, AT(tenants), NULL },
	{ 'w', "tenants", "FILE", "tenants, sources, weights and quotas",
	    DOC_OPT_STRING, AT(tenants_file), NULL },
	{ 'f', "files-from", "FILE", "names to take, one a line; - for stdin",
	    DOC_OPT_STRING, AT(files_from), NULL },
	{ '0', "null", NULL, "names in that file end in NUL", DOC_OPT_FLAG,
	    AT(null), NULL },
	{ 0, "digests", NULL, "and have their SHA-256 and two blanks before",
	    DOC_OPT_FLAG, AT(digests), NULL },
	{ 0, "watch", NULL, "wait for files that are dropped into the folders",
	    DOC_OPT_FLAG, AT(watch), NULL },
	{ 0, "settle", "D", "with --watch: time a file must not change (2s)",
	    DOC_OPT_DURATION, AT(settle_ms), NULL },
	{ 'P', "progress", "WHEN", "a bar (tty), plain lines, JSON, or none",
	    DOC_OPT_CHOICE, AT(progress), "auto|tty|plain|none|json" },
	{ 'y', "summary", NULL, "print a table of the documents at the end",
	    DOC_OPT_FLAG, AT(summary), NULL },
	{ 'd', "db", "DIR", "signature database for docscan", DOC_OPT_STRING,
	    AT(db), NULL },
	{ 'D', "require-db", NULL, "refuse the built-in test signatures",
	    DOC_OPT_FLAG, AT(require_db), NULL },
	{ 'l', "lang", "LANGS", "languages for dococr", DOC_OPT_STRING,
	    AT(lang), NULL },
	{ 'F', "fail-on", "LIST", "of infected,error,partial: exit with 1",
	    DOC_OPT_STRING, AT(fail_on), NULL },
	{ 0, "junit", "FILE", "write a JUnit report at the end", DOC_OPT_STRING,
	    AT(junit), NULL },
	{ 0, "sarif", "FILE", "write a SARIF 2.1.0 log at the end",
	    DOC_OPT_STRING, AT(sarif), NULL },
	{ 0, "events", "FILE",
	    "tell what happens, as JSON; fd:N is a descriptor", DOC_OPT_STRING,
	    AT(events), NULL },
	{ 'e', "deadline", "D", "stop after that time; resume later",
	    DOC_OPT_DURATION, AT(deadline_ms), NULL },
	{ 'n', "nice", "N", "lower the priority by so much", DOC_OPT_NUMBER,
	    AT(nice), NULL },
	{ 0, "ionice", "CLASS", "for the disk: normal, low, or idle",
	    DOC_OPT_CHOICE, AT(ionice), "normal|low|idle" },
	{ 0, "memory-total", "SIZE", "memory of all workers together",
	    DOC_OPT_SIZE, AT(memory_total), NULL },
	{ 0, "refresh", "LIST", "stages to work anew, whatever is kept",
	    DOC_OPT_STRING, AT(refresh), NULL },
	{ 0, "no-cache", NULL, "the same as --cache=none", DOC_OPT_FLAG,
	    AT(no_cache), NULL },
	{ 'N', "dry-run", NULL, "print the pipeline and do nothing",
	    DOC_OPT_FLAG, AT(dry_run), NULL },
	{ 'E', "explain", NULL, "print the settings in force and do nothing",
	    DOC_OPT_FLAG, AT(explain), NULL },
	{ 'X', "doctor", NULL, "tell what this machine can enforce",
	    DOC_OPT_FLAG, AT(doctor), NULL },
	{ 'J', "json", NULL, "with --doctor: as JSON", DOC_OPT_FLAG, AT(json),
	    NULL },
	{ 0 },
};

/* The stages' common options, without the one that means more here. */
static const struct doc_opt *
without_tenant(void)
{
	static struct doc_opt opts[64];
	size_t n = 0;

	for (const struct doc_opt *o = doc_stage_opts; o->name; o++)
		if (o->key != 'T' && n + 1 < DOC_LEN(opts))
			opts[n++] = *o;
	return opts;
}

/* `docrun --resume DIR ...`: the command the run was made with, and what was
 * said besides. */
static void
resume(const char *dir, int argc, char *argv[])
{
	struct doc_words words = { 0 }, all = { 0 };
	struct doc_error err = { 0 };
	bool added = false;

	if (doc_batch_recall(dir, &words, &err) < 0)
		exit(doc_last_words(&err));
	for (size_t i = 0; i < words.n; i++) {
		bool here = strcmp(words.at[i], "--") == 0 && !added;

		for (int k = 1; here && k < argc; k++)
			if (doc_words_add(&all, argv[k]) < 0)
				doc_fatal("no memory");
		added = added || here;
		if (doc_words_add(&all, words.at[i]) < 0)
			doc_fatal("no memory");
	}
	execv("/proc/self/exe", all.at);
	doc_fatal("cannot start again");
	exit(3);
}

/* Before anything else, for it replaces the whole command line. */
static void
look_for_resume(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		int used = 1;
		const char *dir = NULL;

		if (strncmp(argv[i], "--resume=", 9) == 0)
			dir = argv[i] + 9;
		else if ((strcmp(argv[i], "--resume") == 0 ||
			     strcmp(argv[i], "-k") == 0) &&
		    i + 1 < argc) {
			dir = argv[i + 1];
			used = 2;
		} else if (strcmp(argv[i], "--") == 0) {
			return;
		}
		if (dir == NULL)
			continue;
		/* The rest of the command line stays, without these words. */
		for (int k = i; k + used <= argc; k++)
			argv[k] = argv[k + used];
		resume(dir, argc - used, argv);
	}
}

/* Whose the operands are, and who else takes part. */
static int
settle_tenants(struct doc_batch *b, const struct options *o, char **operands,
    struct doc_stage_options *common, struct doc_error *err)
{
	struct doc_tenant *t = NULL;

	for (size_t i = 0; i < o->tenants.n; i++)
		if (strchr(o->tenants.at[i], '=') == NULL)
			common->tenant = o->tenants.at[i];
		else if (doc_tenants_option(&b->tenants, o->tenants.at[i],
			     err) < 0)
			return -1;
	if (o->tenants_file != NULL &&
	    doc_tenants_read(&b->tenants, o->tenants_file, err) < 0)
		return -1;
	for (char **p = operands; *p != NULL; p++)
		b->records = b->records || strcmp(*p, "-") == 0;
	if (b->records && o->files_from && strcmp(o->files_from, "-") == 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "both names and records on standard input");
	for (char **p = operands; *p != NULL; p++)
		if (strcmp(*p, "-") != 0 &&
		    ((t = doc_tenants_get(&b->tenants, common->tenant)) ==
			    NULL ||
			doc_words_add(&t->sources, *p) < 0))
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (o->files_from && !doc_tenants_get(&b->tenants, common->tenant))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}

/* The names of each tenant; a list of names is the default tenant's. */
static int
settle_names(struct doc_batch *b, const struct options *o,
    const struct doc_stage_options *common, struct doc_error *err)
{
	b->names = calloc(b->tenants.n + 1, sizeof(*b->names));
	for (unsigned i = 0; b->names != NULL && i < b->tenants.n; i++) {
		struct doc_names *n = &b->names[i];
		int fd = 0;

		n->operands = b->tenants.at[i]->sources.at;
		if (o->files_from == NULL ||
		    strcmp(b->tenants.at[i]->name, common->tenant) != 0)
			continue;
		if (strcmp(o->files_from, "-") != 0)
			fd = open(o->files_from, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return doc_error_sys(err, "cannot read '%s'",
			    o->files_from);
		doc_lines_init(&n->list, fd, o->null ? '\0' : '\n',
		    DOC_LINE_MAX);
		n->listed = true;
		n->digests = o->digests;
	}
	return b->names ? 0 : doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

/* As few workers as there is memory for, if each takes all it may. */
static int
settle_memory(struct doc_batch *b, uint64_t total, uint64_t each,
    struct doc_stage_options *common, struct doc_error *err)
{
	if (total == 0)
		return 0;
	if (total < each)
		return doc_error_set(err, DOC_E_USAGE,
		    "--memory-total: not enough for one worker: see --memory");
	common->jobs = (unsigned)DOC_MIN(common->jobs,
	    total / DOC_MAX(each, 1U));
	b->strict = true;
	return 0;
}

/* There is no wrapper (ioprio_set(2)). */
static void
lower(const struct options *o)
{
	enum { PROCESS = 1, BEST_EFFORT = 2 << 13, IDLE = 3 << 13, LOW = 7 };
	const int class[] = { 0, BEST_EFFORT | LOW, IDLE };

	if (o->nice > 0)
		setpriority(PRIO_PROCESS, 0, (int)o->nice);
	if (o->ionice > 0 &&
	    syscall(SYS_ioprio_set, PROCESS, 0, class[o->ionice]) < 0)
		doc_warn("--ionice: %s", strerror(errno));
}

/* How to ask for the same again: `--output=DIR` first, see settings.c. */
static int
record_command(struct doc_batch *b, const struct doc_cmd *cmd, char **operands)
{
	struct doc_words *w = &b->command;
	char word[4200];
	int rc = doc_words_add(w, "docrun");

	snprintf(word, sizeof(word), "--output=%s", b->dir);
	rc |= doc_words_add(w, word);
	for (unsigned g = 0; g < DOC_OPT_GROUPS && cmd->groups[g].opts; g++)
		rc |= doc_opt_unparse(&cmd->groups[g], w);
	rc |= doc_words_add(w, "--");
	while (*operands != NULL)
		rc |= doc_words_add(w, *operands++);
	return rc;
}

static int
print(const struct doc_batch *b, const struct doc_plan *plan, bool explain,
    int out)
{
	doc_autobuf struct doc_buf text = { 0 };
	const struct doc_buf *what = explain ? &b->settings : &text;
	struct doc_error err = { 0 };

	if (!explain && doc_plan_print(plan, b, &text) < 0)
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
	else if (doc_write_full(out, what->data, what->len) < 0)
		doc_error_sys(&err, "cannot write to standard output");
	else
		return 0;
	return doc_last_words(&err);
}

/* What is done with it, once it is known what it is. */
static int
run(struct doc_batch *b, struct doc_plan *plan, const struct options *o,
    const struct docrun_fleet *fleet, int out)
{
	struct doc_error err = { 0 };
	int status;

	if (doc_plan_make(plan, b, &err) < 0)
		return doc_last_words(&err);
	if (o->dry_run || o->explain)
		return print(b, plan, o->explain, out);
	if (fleet->planning || fleet->hosts != NULL)
		return docrun_fleet(fleet, b, out);
	lower(o);
	if (b->events_to != NULL &&
	    doc_events_open(&b->events, b->events_to, &err) < 0)
		return doc_last_words(&err);
	status = doc_batch_prepare(b, &err) < 0 ? doc_last_words(&err)
						: doc_batch_run(b, out);
	doc_batch_release(b);
	return status;
}

/* `docrun VERB ...` is a command of its own; a folder of that name is ./VERB.
 */
static const struct verb {
	const char *name, *help;
	int (*main)(int argc, char *argv[]);
} verbs[] = {
#define VERB(name, help) { #name, help, docrun_##name },
	DOCRUN_VERBS(VERB)
#undef VERB
};

static void
look_for_verb(int argc, char *argv[])
{
	/* `docrun --diff A B` is what people try. */
	if (argc > 1 && strcmp(argv[1], "--diff") == 0)
		argv[1] += 2;
	for (size_t i = 0; argc > 1 && i < DOC_LEN(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			exit(verbs[i].main(argc - 1, argv + 1));
	if (argc == 2 && strcmp(argv[1], "--dump-verbs") == 0) {
		for (size_t i = 0; i < DOC_LEN(verbs); i++)
			printf("%s\t%s\n", verbs[i].name, verbs[i].help);
		exit(doc_printed(stdout));
	}
}

#define VERB(name, help) " " #name
#define VERBS		 DOCRUN_VERBS(VERB)
static const char about_verbs[] =
    "With runs: docrun VERB, and docrun VERB --help, where VERB is\n " VERBS;
#undef VERBS
#undef VERB

/* What both are; --help of docrun plan lists its first group only, the cut,
 * which comes late in that of docrun. */
static struct doc_cmd
command(bool planning, struct options *o, struct doc_stage_options *common,
    struct doc_limits *limits, struct docrun_fleet *fleet)
{
	struct doc_opt_group own = { table, o };
	struct doc_opt_group cut = { docrun_cut_opts, &fleet->cut };

	return (struct doc_cmd){ .name = planning ? "docrun plan" : "docrun",
		.usage = planning ? "-o DIR [options] file ..."
				  : "-o DIR [options] file ... | -",
		.about = planning
		    ? "Cuts a run into shards, for many hosts."
		    : "Runs the stages over files, into a run directory.",
		.more = planning ? NULL : about_verbs,
		.of = planning ? "docrun" : NULL,
		.groups = { planning ? cut : own, { without_tenant(), common },
		    { doc_limits_opts, limits }, planning ? own : cut,
		    { planning ? NULL : docrun_hosts_opts, fleet } } };
}

/* docrun and docrun plan. */
static int
docrun(int argc, char *argv[], bool planning)
{
	struct docrun_fleet fleet = { .planning = planning };
	struct options o = { .stages = "scan,text,ocr,preview",
		.fail_on = "error,partial",
		.settle_ms = 2000 };
	struct doc_stage_options common;
	struct doc_limits limits;
	struct doc_cmd cmd = command(planning, &o, &common, &limits, &fleet);
	struct doc_batch batch = { .lock = -1, .events.fd = -1 };
	struct doc_plan plan = { .common = &common, .limits = &limits };
	struct doc_error err = { 0 };
	char spool[4200], **operands;
	int out;

	doc_stage_options_default(&common);
	doc_limits_default(&limits);
	operands = argv + doc_opt_parse(&cmd, argc, argv);
	batch.dir = o.dir;
	/* Who goes on does not begin again, nor has the same descriptors. */
	batch.events_to = doc_steal(&o.events);
	batch.restart = o.restart || o.refresh != NULL;
	o.restart = false;
	plan.refresh = doc_steal(&o.refresh);
	if (o.no_cache)
		common.cache = DOC_CACHE_NONE;
	if (o.dir != NULL && record_command(&batch, &cmd, operands) < 0)
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
	if (doc_stage_options_settle(&common, &err) < 0 ||
	    doc_gates_parse(o.fail_on, &batch.gates, &err) < 0 ||
	    settle_memory(&batch, o.memory_total, limits.memory, &common,
		&err) < 0)
		return doc_last_words(&err);
	if (o.doctor)
		return doc_doctor(o.json, stdout);
	if (settle_tenants(&batch, &o, operands, &common, &err) < 0 ||
	    settle_names(&batch, &o, &common, &err) < 0)
		return doc_last_words(&err);
	if (o.dir == NULL || (batch.tenants.n == 0 && !batch.records))
		doc_usage(&cmd, "needs -o DIR and at least one file");
	if (!planning && fleet.hosts == NULL && !o.dry_run && !o.explain &&
	    doc_fleet_planned(o.dir))
		doc_usage(&cmd, "'%s' is a planned run: see docrun shard",
		    o.dir);
	out = doc_start_stdout();
	snprintf(spool, sizeof(spool), "%s/spool", o.dir);
	if (common.spool == NULL)
		common.spool = spool;
	batch.spool = common.spool;
	batch.summary = o.summary;
	batch.junit = o.junit;
	batch.sarif = o.sarif;
	batch.progress = common.quiet ? DOC_PROGRESS_NONE : o.progress;
	batch.jobs = common.jobs;
	batch.deadline_ms = o.deadline_ms;
	batch.stall_ms = limits.stall_ms;
	batch.tenant = common.tenant;
	batch.watch = o.watch;
	batch.settle_ms = o.settle_ms;
	if (o.watch && (o.files_from != NULL || batch.records))
		doc_usage(&cmd, "--watch takes folders");
	plan.listed = o.files_from != NULL || batch.records;
	plan.digests = o.digests && plan.listed;
	plan.stages = o.stages;
	plan.own = o.own;
	plan.pass = o.pass;
	plan.runners = o.runners;
	plan.db = o.db;
	plan.require_db = o.require_db;
	plan.lang = o.lang;
	fleet.gates = batch.gates;
	return run(&batch, &plan, &o, &fleet, out);
}

int
docrun_plan(int argc, char *argv[])
{
	return docrun(argc, argv, true);
}

int
main(int argc, char *argv[])
{
	doc_start("docrun");
	look_for_verb(argc, argv);
	look_for_resume(argc, argv);
	return docrun(argc, argv, false);
}
