/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docscan - virus verdict that does not lie about what was not looked at.
 *
 * This process reads records and opens documents; libclamav runs in
 * libexec/docpipe/docscan, one engine shared by forked workers.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/stage/stage.h"

#define SYSTEM_DB "/var/lib/clamav"

static bool
test_set(const struct doc_run *run)
{
	const char *set = doc_pool_fact(run->flow.pool[0], "set");

	return set == NULL || strcmp(set, "full") != 0;
}

/* clean only if every byte was looked at, with real signatures. */
static const char *
verdict(const struct doc_result *r, const struct doc_answer *a)
{
	if (a->entries[DOC_F_MATCHES] > 0)
		return "infected";
	if (r->status == DOC_STATUS_ERROR)
		return "error";
	return r->reasons ? "incomplete" : "clean";
}

static void
members(const struct doc_stage_task *task, struct doc_result *r,
    struct doc_json *j)
{
	const struct doc_answer *a = &task->units[0]->job.answer;
	const char *db = doc_pool_fact(task->run->flow.pool[0], "database");
	const char *v;

	if (test_set(task->run) && r->status != DOC_STATUS_ERROR &&
	    a->entries[DOC_F_MATCHES] == 0) {
		doc_result_reason(r, DOC_R_TEST_SIGNATURES);
		r->status = DOC_STATUS_PARTIAL;
	}
	v = verdict(r, a);
	if (strcmp(v, "infected") == 0) {
		task->run->findings++;
		/* Found is found, whatever else could not be looked at. */
		if (r->status == DOC_STATUS_ERROR)
			r->status = DOC_STATUS_PARTIAL;
	}
	doc_json_str(j, "verdict", v);
	doc_answer_write(a, j, NULL);
	if (db != NULL)
		doc_json_str(j, "db", db);
}

static const struct doc_stage docscan = {
	.key = "scan",
	.tool = "docscan",
	.fields = DOC_FOR_SCAN,
	.scans = true,
	.huge = true,
	.members = members,
};

static bool
has_system_db(void)
{
	static const char *const files[] = { "main.cvd", "main.cld",
		"daily.cvd", "daily.cld" };

	for (size_t i = 0; i < DOC_LEN(files); i++) {
		char path[256];

		snprintf(path, sizeof(path), SYSTEM_DB "/%s", files[i]);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

/* Returns what people should know of the choice, or NULL. */
static const char *
choose_db(struct doc_scan_options *own, const struct doc_cmd *cmd)
{
	if (own->db != NULL) {
		if (access(own->db, R_OK) < 0)
			doc_usage(cmd, "--db: cannot read '%s'", own->db);
		return NULL;
	}
	if (has_system_db()) {
		own->db = SYSTEM_DB;
		return NULL;
	}
	if (own->require_db) {
		doc_fatal("no signature database in " SYSTEM_DB
			  " (run freshclam, or give --db)");
		exit(3);
	}
	return "no signature database: only test signatures, nothing will be "
	       "called clean; get real ones with freshclam, or give --db";
}

int
main(int argc, char *argv[])
{
	struct doc_scan_options own = { 0 };
	struct doc_stage_options options;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "docscan",
		.usage = "[options] [file ...]",
		.about = "Adds a virus verdict to the record of each "
			 "document.",
		.groups = { { doc_scan_opts, &own },
		    { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &docscan,
		.cmd = &cmd,
		.options = &options,
		.limits = &limits,
		.opts = { doc_scan_opts, &own },
		.extension = "" };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	setup.operands = argv + doc_opt_parse(&cmd, argc, argv);
	setup.notice = choose_db(&own, &cmd);
	setup.fail_on_findings = own.fail_on_infected;
	return doc_stage_main(&setup);
}
