/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docscan - virus verdict that does not lie about what was not looked at.
 *
 * This process reads records and opens documents; libclamav runs in
 * libexec/docpipe/docscan, one engine shared by forked workers.  With
 * --engine=clamd a running clamd gets the documents from here, and the workers
 * only look for what it passes over.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/docscan/choose.h"
#include "cmd/options.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/engine/alert.h"
#include "lib/engine/clamd.h"
#include "lib/engine/dbwatch.h"
#include "lib/engine/found.h"
#include "lib/record/media.h"
#include "lib/stage/allow.h"
#include "lib/stage/cache.h"
#include "lib/stage/last.h"
#include "lib/stage/quarantine.h"
#include "lib/stage/stage.h"

/* run->own: what docscan has besides every stage. */
struct scan {
	struct doc_scan_options *options;
	struct doc_allow allow;
	struct doc_quarantine quarantine;
	struct doc_dbwatch watch;
	struct doc_clamd *clamd;    /* NULL: libclamav */
	struct docscan_clamd about; /* that one */
	unsigned fail_on;
};

static struct scan *
own_of(const struct doc_run *run)
{
	return run->own;
}

/* What of a document is to be scanned. */

static enum doc_reason
skip(const struct doc_run *run, const struct doc_record *rec, const char *media)
{
	doc_autobuf struct doc_buf sha = { 0 };
	const char *s = NULL;

	(void)media;
	if (doc_record_str(rec, "sha256", &sha) == 1)
		s = doc_buf_str(&sha);
	if (s != NULL && doc_allow_has(&own_of(run)->allow, s))
		return DOC_R_ALLOWED;
	return DOC_R_NONE;
}

static void
skipped(const struct doc_run *run, struct doc_json *j)
{
	(void)run;
	doc_json_str(j, "verdict", "skipped");
}

static uint64_t
bit(enum doc_reason reason)
{
	return (uint64_t)1 << reason;
}

/*
 * The members of a container that doclist opened completely come as records of
 * their own.  Where it could not, the engine gets the container whole, to find
 * what it can; but nobody says that it saw all, for ClamAV passes over what is
 * damaged or new to it.
 */
static int
plan(struct doc_stage_task *task, const struct doc_record *rec)
{
	doc_autovalue struct doc_value *list = doc_record_value(rec, "list");
	const char *status = doc_value_get_str(list, "status");
	bool joined = doc_value_get(list, "volumes") != NULL;
	int64_t delivered = doc_value_int(doc_value_get(list, "delivered"), 0);
	int64_t refused = doc_value_int(doc_value_get(list, "refused"), 0);
	uint64_t reasons = doc_result_reasons(list);
	unsigned unit = DOC_UNIT_SCAN_WHOLE;

	/* What is in a part is a member of the one that leads, or, where the
	 * parts could not be joined, of nothing that anybody looked at. */
	if (status != NULL && !joined && (reasons & bit(DOC_R_VOLUMES))) {
		if (strcmp(status, "skipped") == 0)
			unit = DOC_UNIT_SCAN_PART;
		else
			task->reasons = reasons;
		return doc_unit_add(task, unit, 0);
	}
	if (status == NULL ||
	    (!(doc_media_flags(task->media) & DOC_MEDIA_CONTAINER) && !joined))
		return doc_unit_add(task, unit, 0);
	if (strcmp(status, "ok") == 0 && refused == 0) {
		if (delivered > 0)
			unit = DOC_UNIT_SCAN_LISTED;
	} else {
		task->reasons = reasons ? reasons : bit(DOC_R_ERRORS);
	}
	return doc_unit_add(task, unit, 0);
}

/* clamd. */

/* One document's answer goes to where its worker's went. */
static int
add_alert(const struct scan *own, struct doc_answer *a, const char *alert,
    int64_t size, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	uint64_t scanned = (uint64_t)size;
	enum doc_reason reason = DOC_R_NONE;
	bool apart = doc_answer_has_reason(a, DOC_R_CONTAINER);
	int rc = doc_field_put(&b, DOC_F_DB, own->about.key,
		     strlen(own->about.key)) |
	    doc_field_put(&b, DOC_F_SCANNED, &scanned, sizeof(scanned));

	switch (alert ? doc_alert_of(alert, &reason) : DOC_ALERT_UNSEEN) {
	case DOC_ALERT_MATCH:
		rc |= doc_field_put(&b, DOC_F_MATCHES, alert, strlen(alert)) |
		    doc_field_put(&b, DOC_F_FOUND, alert, strlen(alert));
		break;
	case DOC_ALERT_HEURISTIC:
		rc |= doc_field_put(&b, DOC_F_HEURISTICS, alert, strlen(alert));
		break;
	case DOC_ALERT_UNSEEN: /* or nothing at all */
		if (!apart)
			doc_answer_reason(a, reason);
	}
	if (rc != 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_answer_add(a, DOC_FOR_SCAN, b.data, b.len, err);
}

static void
clamd_done(void *ctx, const char *alert, const struct doc_error *err)
{
	struct doc_unit *unit = ctx;
	struct doc_job *first = &unit->task->units[0]->job;
	struct doc_run *run = unit->task->run;
	struct stat st = { .st_size = 0 };

	(void)fstat(unit->job.fd, &st);
	if (err->code == DOC_E_DAMAGED)
		doc_answer_reason(&first->answer, DOC_R_DAMAGED);
	else if (err->code != DOC_E_NONE)
		first->err = *err;
	if (first->err.code == DOC_E_NONE)
		(void)!add_alert(own_of(run), &first->answer, alert, st.st_size,
		    &first->err);
	doc_share_give(&run->flow.share);
	unit->job.ops->done(&unit->job);
}

static bool
elsewhere(struct doc_stage_task *task, struct doc_unit *unit)
{
	struct scan *own = own_of(task->run);

	if (unit->job.unit != DOC_UNIT_SCAN_CLAMD)
		return false;
	doc_share_take(&task->run->flow.share);
	doc_clamd_scan(own->clamd, unit->job.fd, clamd_done, unit);
	return true;
}

/* The worker has looked; now clamd, unless there is nothing for it.  What is
 * larger than either engine can count need not fit into memory either. */
static int
grow(struct doc_stage_task *task, const struct doc_unit *unit)
{
	struct doc_job *job = &task->units[0]->job;
	struct stat st;

	if (unit != task->units[0] || fstat(task->fd, &st) < 0)
		return 0;
	if (st.st_size > INT32_MAX - 2) {
		if (job->err.code == DOC_E_MEMORY)
			job->err = (struct doc_error){ 0 };
		doc_answer_reason(&job->answer, DOC_R_SIZE);
		return 0;
	}
	if (own_of(task->run)->clamd == NULL || job->err.code != DOC_E_NONE)
		return 0;
	if (st.st_size > 0)
		return doc_unit_add(task, DOC_UNIT_SCAN_CLAMD, 0);
	return 0;
}

/* What is said of it. */

static bool
test_set(const struct doc_run *run)
{
	const char *set = doc_pool_fact(run->flow.pool[0], "set");

	return set != NULL && strcmp(set, "test") == 0;
}

/* clean only if every byte was looked at, with real signatures. */
static const char *
verdict(const struct doc_result *r, const struct doc_answer *a)
{
	if (a->entries[DOC_F_MATCHES] > 0)
		return "infected";
	if (r->status == DOC_STATUS_ERROR)
		return "error";
	if (r->status == DOC_STATUS_SKIPPED)
		return "skipped";
	return r->reasons ? "incomplete" : "clean";
}

/* Found is found, whatever else could not be looked at. */
static void
settle(const struct doc_run *run, const struct doc_answer *a,
    struct doc_result *r)
{
	bool infected = a->entries[DOC_F_MATCHES] > 0;
	bool part = doc_answer_has_reason(a, DOC_R_VOLUMES);
	uint64_t others = r->reasons & ~bit(DOC_R_CONTAINER) &
	    ~(part ? bit(DOC_R_VOLUMES) : 0);
	bool apart = r->reasons != 0 && others == 0 &&
	    r->status == DOC_STATUS_PARTIAL;

	if (apart && infected) {
		r->status = DOC_STATUS_OK;
		r->reasons = 0;
	} else if (apart) {
		r->status = DOC_STATUS_SKIPPED;
	} else if (infected && r->status == DOC_STATUS_ERROR) {
		r->status = DOC_STATUS_PARTIAL;
	} else if (!infected && r->status != DOC_STATUS_ERROR &&
	    test_set(run)) {
		doc_result_reason(r, DOC_R_TEST_SIGNATURES);
		r->status = DOC_STATUS_PARTIAL;
	}
}

/* Out of reach, with its whole tree. */
static void
put_away(const struct doc_stage_task *task, struct doc_answer *a,
    struct doc_result *r, struct doc_json *j)
{
	struct doc_run *run = task->run;
	struct doc_record rec;
	struct doc_error err = { 0 };
	bool gone = doc_record_parse(&rec, task->input.data, task->input.len,
			&err) == 0 &&
	    doc_quarantine_move(&own_of(run)->quarantine, &run->options->roots,
		&rec, a->value[DOC_F_MATCHES].data, &err) == 0;

	doc_json_bool(j, "quarantined", gone);
	if (gone)
		return;
	doc_warn("cannot put an infected file into quarantine: %s", err.msg);
	r->status = DOC_STATUS_PARTIAL;
	doc_result_reason(r, DOC_R_ERRORS);
	if (r->err.code == DOC_E_NONE)
		r->err = err;
}

static void
members(const struct doc_stage_task *task, struct doc_result *r,
    struct doc_json *j)
{
	static const enum doc_field by_hand[] = { DOC_F_FOUND, DOC_F_NONE };
	struct doc_answer *a = &task->units[0]->job.answer;
	struct scan *own = own_of(task->run);
	const char *v;

	settle(task->run, a, r);
	v = verdict(r, a);
	doc_json_str(j, "verdict", v);
	doc_answer_write(a, j, by_hand);
	doc_found_write(j, a);
	if (strcmp(v, "infected") == 0) {
		task->run->findings += (own->fail_on & DOCSCAN_FAIL_INFECTED) !=
		    0;
		if (own->quarantine.dir >= 0)
			put_away(task, a, r, j);
	}
	if (a->entries[DOC_F_HEURISTICS] > 0)
		task->run->findings += (own->fail_on &
					   DOCSCAN_FAIL_HEURISTIC) != 0;
}

/* The engine in the end record. */

static void
engine(const struct doc_run *run, struct doc_json *j)
{
	static const char *const plain[] = { "name", "version", "signatures",
		"database", "set", "build" };
	const char *files = doc_pool_fact(run->flow.pool[0], "files");
	const struct scan *own = own_of(run);

	if (own->clamd != NULL) {
		doc_json_str(j, "name", "clamd");
		doc_json_str(j, "version", own->about.version);
		doc_json_str(j, "database", own->about.key);
		return;
	}
	for (size_t i = 0; i < DOC_LEN(plain); i++) {
		const char *v = doc_pool_fact(run->flow.pool[0], plain[i]);

		if (v != NULL)
			doc_json_str(j, plain[i], v);
	}
	if (files != NULL)
		doc_databases_write(j, files);
}

static int
ready(struct doc_run *run, struct doc_error *err)
{
	struct scan *own = own_of(run);

	if (own->options->engine == DOC_ENGINE_CLAMD)
		return doc_clamd_open(&own->clamd, &run->flow.loop,
		    own->options->clamd, run->limits->timeout_ms, err);
	if (own->options->db == NULL)
		return 0;
	return doc_dbwatch_open(&own->watch, &run->flow.loop, run->flow.pool[0],
	    own->options->db, err);
}

static void
over(struct doc_run *run)
{
	doc_dbwatch_close(&own_of(run)->watch);
	doc_clamd_close(own_of(run)->clamd);
}

/* What is infected is looked at again: it may be put away. */
static bool
recall(struct doc_run *run, const struct doc_value *result)
{
	const char *v = doc_value_get_str(result, "verdict");

	if ((own_of(run)->fail_on & DOCSCAN_FAIL_HEURISTIC) &&
	    doc_value_get(result, "heuristics") != NULL)
		return false;
	return v != NULL && strcmp(v, "infected") != 0;
}

static const char *const reads[] = { "list", NULL };

static const struct doc_stage docscan = {
	.reads = reads,
	.recall = recall,
	.key = "scan",
	.tool = "docscan",
	.fields = DOC_FOR_SCAN,
	.scans = true,
	/* With it, forks of a large engine copy a tenth of the page tables. */
	.malloc = "glibc.malloc.hugetlb=1",
	.skip = skip,
	.skipped = skipped,
	.plan = plan,
	.grow = grow,
	.elsewhere = elsewhere,
	.members = members,
	.ready = ready,
	.over = over,
	.engine = engine,
};

static int
restore(struct scan *own, char *const *paths, struct doc_error *err)
{
	int bad = doc_quarantine_restore(&own->quarantine, paths, err);

	doc_quarantine_close(&own->quarantine);
	return bad < 0 ? doc_last_words(err) : bad > 0;
}

static int
prepare(struct scan *own, struct doc_error *err)
{
	const struct doc_scan_options *o = own->options;

	if (o->allow != NULL && doc_allow_read(o->allow, &own->allow, err) < 0)
		return -1;
	if (o->quarantine != NULL &&
	    doc_quarantine_open(&own->quarantine, o->quarantine, err) < 0)
		return -1;
	return o->restore ? 0 : docscan_check_age(o, err);
}

int
main(int argc, char *argv[])
{
	struct doc_scan_options options = DOC_SCAN_DEFAULTS;
	struct scan own = { .options = &options,
		.quarantine = { .dir = -1, .journal = -1 } };
	struct doc_stage_options stage;
	struct doc_limits limits;
	struct doc_error err = { 0 };
	struct doc_cmd cmd = { .name = "docscan",
		.usage = "[options] [file ...]",
		.about = "Adds a virus verdict to the record of each "
			 "document.",
		.groups = { { doc_scan_opts, &options },
		    { doc_stage_opts, &stage },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &docscan,
		.cmd = &cmd,
		.options = &stage,
		.limits = &limits,
		.opts = { doc_scan_opts, &options },
		.own = &own,
		.extension = "",
		.fail_on_findings = true };
	int status;

	doc_start(cmd.name);
	doc_stage_options_default(&stage);
	doc_limits_default(&limits);
	setup.operands = doc_opt_files(&cmd, argc, argv);
	doc_log_level(stage.quiet ? -1 : stage.verbose);
	own.fail_on = docscan_fail_on(&options, &cmd);
	if (options.restore && options.quarantine == NULL)
		doc_usage(&cmd, "--restore needs --quarantine");
	if (options.engine == DOC_ENGINE_CLAMD && options.db != NULL)
		doc_usage(&cmd, "--db: clamd has signatures of its own");
	if (docscan_choose_engine(&options, &own.about, &err) < 0)
		return doc_last_words(&err);
	/* Nobody tells when clamd loads other signatures. */
	if (options.engine == DOC_ENGINE_CLAMD)
		stage.cache = DOC_CACHE_NONE;
	if (!options.restore && options.engine == DOC_ENGINE_LIB)
		setup.notice = docscan_choose_db(&options, &cmd);
	if (prepare(&own, &err) < 0)
		return doc_last_words(&err);
	if (options.restore)
		return restore(&own, setup.operands, &err);
	status = doc_stage_main(&setup);
	doc_quarantine_close(&own.quarantine);
	doc_allow_release(&own.allow);
	return status;
}
