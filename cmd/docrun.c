/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun - forks the stages into a pipeline over files, into a run directory.
 *
 * Opens no document and parses nothing but the records that come out.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/run/doctor.h"
#include "lib/run/run.h"
#include "lib/stage/last.h"
#include "lib/stage/options.h"

struct options {
	const char *dir;
	const char *stages;
	int progress;
	bool summary, doctor, json, dry_run;
	const char *db;
	bool require_db, fail_on_infected;
	const char *lang;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'o', "output", "DIR", "the run directory to make", DOC_OPT_STRING,
	    AT(dir), NULL },
	{ 'g', "stages", "LIST", "of scan,text,ocr,preview", DOC_OPT_STRING,
	    AT(stages), NULL },
	{ 'P', "progress", "WHEN", "a bar (tty), plain lines, or none",
	    DOC_OPT_CHOICE, AT(progress), "auto|tty|plain|none" },
	{ 'y', "summary", NULL, "print a table of the documents at the end",
	    DOC_OPT_FLAG, AT(summary), NULL },
	{ 'd', "db", "DIR", "signature database for docscan", DOC_OPT_STRING,
	    AT(db), NULL },
	{ 'D', "require-db", NULL, "refuse the built-in test signatures",
	    DOC_OPT_FLAG, AT(require_db), NULL },
	{ 'F', "fail-on-infected", NULL, "exit with 1 when something is found",
	    DOC_OPT_FLAG, AT(fail_on_infected), NULL },
	{ 'l', "lang", "LANGS", "languages for dococr", DOC_OPT_STRING,
	    AT(lang), NULL },
	{ 'N', "dry-run", NULL, "print the pipeline and do nothing",
	    DOC_OPT_FLAG, AT(dry_run), NULL },
	{ 'X', "doctor", NULL, "tell what this machine can enforce",
	    DOC_OPT_FLAG, AT(doctor), NULL },
	{ 'J', "json", NULL, "with --doctor: as JSON", DOC_OPT_FLAG, AT(json),
	    NULL },
	{ 0 },
};

/* The stages there are, in the order they run. */
static const struct stage_row {
	const char *word, *tool;
} rows[] = { { "scan", "docscan" }, { "text", "doctext" }, { "ocr", "dococr" },
	{ "preview", "docpreview" } };

static bool
wanted(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL;) {
		const char *comma = strchr(p, ',');
		size_t len = comma ? (size_t)(comma - p) : strlen(p);

		if (len == n && strncmp(p, word, n) == 0)
			return true;
		p = comma ? comma + 1 : NULL;
	}
	return false;
}

static void
check_stages(const struct doc_cmd *cmd, const char *list)
{
	for (const char *p = list; p != NULL;) {
		const char *comma = strchr(p, ',');
		size_t len = comma ? (size_t)(comma - p) : strlen(p);
		bool known = false;

		for (size_t i = 0; i < DOC_LEN(rows); i++)
			known = known ||
			    (strlen(rows[i].word) == len &&
				strncmp(rows[i].word, p, len) == 0);
		if (!known)
			doc_usage(cmd, "--stages: no stage '%.*s'", (int)len,
			    p);
		p = comma ? comma + 1 : NULL;
	}
}

static int
own_arguments(const struct options *o, const char *tool, struct doc_words *args)
{
	char word[4200];
	int rc = 0;

	if (strcmp(tool, "docscan") == 0) {
		if (o->db != NULL) {
			snprintf(word, sizeof(word), "--db=%s", o->db);
			rc |= doc_words_add(args, word);
		}
		if (o->require_db)
			rc |= doc_words_add(args, "--require-db");
		if (o->fail_on_infected)
			rc |= doc_words_add(args, "--fail-on-infected");
	}
	if (strcmp(tool, "dococr") == 0 && o->lang != NULL) {
		snprintf(word, sizeof(word), "--lang=%s", o->lang);
		rc |= doc_words_add(args, word);
	}
	return rc;
}

static int
add_stage(struct doc_batch *b, const struct options *o, const char *tool,
    const struct doc_cmd *cmd)
{
	struct doc_words *args = doc_pipeline_add(&b->pipeline, tool);
	bool first = strcmp(tool, "doclist") == 0;
	struct doc_opt_group limits = cmd->groups[2];
	struct doc_limits l = *(const struct doc_limits *)limits.base;

	if (first) /* the largest member, not the largest text */
		l.max_output = DOC_MAX(l.max_output, DOC_MEMBER_MAX);
	limits.base = &l;
	if (args == NULL || doc_opt_unparse(&cmd->groups[1], args) < 0 ||
	    doc_opt_unparse(&limits, args) < 0 ||
	    own_arguments(o, tool, args) < 0)
		return -1;
	if (!first)
		return 0;
	if (doc_words_add(args, "--") < 0)
		return -1;
	for (char **p = b->operands; *p; p++)
		if (doc_words_add(args, *p) < 0)
			return -1;
	return 0;
}

static int
build(struct doc_batch *b, const struct options *o,
    struct doc_stage_options *common, const struct doc_cmd *cmd,
    const char **stages)
{
	stages[b->stage_count++] = "doclist";
	if (add_stage(b, o, "doclist", cmd) < 0)
		return -1;
	/* What the user named, and no more, opens later. */
	if (common->roots.n == 0)
		for (char **p = b->operands; *p; p++)
			if (doc_words_add(&common->roots, *p) < 0)
				return -1;
	for (size_t i = 0; i < DOC_LEN(rows); i++) {
		if (!wanted(o->stages, rows[i].word))
			continue;
		stages[b->stage_count++] = rows[i].tool;
		if (add_stage(b, o, rows[i].tool, cmd) < 0)
			return -1;
	}
	b->stages = stages;
	return doc_opt_explain(&cmd->groups[1], &b->settings) |
	    doc_opt_explain(&cmd->groups[2], &b->settings);
}

static int
dry_run(const struct doc_batch *b, int out)
{
	doc_autobuf struct doc_buf text = { 0 };

	if (doc_pipeline_print(&b->pipeline, &text) < 0 ||
	    doc_write_full(out, text.data, text.len) < 0)
		return 3;
	return 0;
}

int
main(int argc, char *argv[])
{
	struct options o = { .stages = "scan,text,ocr,preview" };
	struct doc_stage_options common;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "docrun",
		.usage = "-o DIR [options] file ...",
		.about = "Runs the stages over files, into a run directory.",
		.groups = { { table, &o }, { doc_stage_opts, &common },
		    { doc_limits_opts, &limits } } };
	const char *stages[1 + DOC_LEN(rows)];
	struct doc_batch batch = { 0 };
	struct doc_error err = { 0 };
	char spool[4200];
	int out;

	doc_start(cmd.name);
	doc_stage_options_default(&common);
	doc_limits_default(&limits);
	batch.operands = argv + doc_opt_parse(&cmd, argc, argv);
	if (doc_stage_options_settle(&common, &err) < 0)
		return doc_last_words(&err);
	if (o.doctor)
		return doc_doctor(o.json, stdout);
	check_stages(&cmd, o.stages);
	if (o.dir == NULL || *batch.operands == NULL)
		doc_usage(&cmd, "needs -o DIR and at least one file");
	out = doc_start_stdout();
	snprintf(spool, sizeof(spool), "%s/spool", o.dir);
	if (common.spool == NULL)
		common.spool = spool;
	batch.dir = o.dir;
	batch.summary = o.summary;
	batch.progress = common.quiet ? 3 : o.progress;
	batch.jobs = common.jobs;
	if (build(&batch, &o, &common, &cmd, stages) < 0) {
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
		return doc_last_words(&err);
	}
	if (o.dry_run)
		return dry_run(&batch, out);
	if (doc_batch_prepare(&batch, &err) < 0)
		return doc_last_words(&err);
	return doc_batch_run(&batch, out);
}
