/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/record/value.h"
#include "lib/stage/cache.h"
#include "lib/stage/show.h"
#include "lib/stage/task_impl.h"

void
doc_result_reason(struct doc_result *result, enum doc_reason reason)
{
	if (reason != DOC_R_NONE)
		result->reasons |= (uint64_t)1 << reason;
}

static int
commit(struct doc_stage_task *task, struct doc_spool_file *out,
    const char *tail, char **file, char sha256[static DOC_DIGEST_HEX],
    struct doc_error *err)
{
	struct doc_run *run = task->run;
	char name[64];

	if (doc_spool_digest(&run->spool, out, sha256, err) < 0)
		return -1;
	snprintf(name, sizeof(name), "%s-%s%s%s%s", run->stage->key, run->key,
	    tail, strchr(tail, '.') ? "" : ".",
	    strchr(tail, '.') ? "" : run->extension);
	if (doc_spool_commit(&run->spool, out, task->tenant, task->sha256, name,
		file, err) == 0)
		return 0;
	/* The machine's fault, and the next's too. */
	if (run->flow.err.code == DOC_E_NONE)
		run->flow.err = *err;
	return -1;
}

int
doc_unit_commit(struct doc_unit *unit, const char *tail, struct doc_error *err)
{
	return commit(unit->task, &unit->out, tail, &unit->file, unit->sha256,
	    err);
}

int
doc_task_commit(struct doc_stage_task *task, struct doc_spool_file *out,
    const char *tail, uint64_t bytes, struct doc_error *err)
{
	task->also_bytes = bytes;
	return commit(task, out, tail, &task->also, task->also_sha256, err);
}

uint64_t
doc_result_reasons(const struct doc_value *list)
{
	const struct doc_value *v = doc_value_get(list, "reasons");
	const char *code = doc_value_get_str(doc_value_get(list, "error"),
	    "code");
	uint64_t all = 0;

	for (unsigned r = 1; r < DOC_R_COUNT; r++) {
		const char *name = doc_reason_name((enum doc_reason)r);

		doc_value_each (reason, v) {
			const char *s = doc_value_str(reason);

			if (s != NULL && strcmp(s, name) == 0)
				all |= (uint64_t)1 << r;
		}
		if (code != NULL && strcmp(code, name) == 0)
			all |= (uint64_t)1 << r;
	}
	return all;
}

int
doc_result_commit(struct doc_stage_task *task, struct doc_spool_file *out,
    uint64_t bytes, struct doc_result *result)
{
	struct doc_error err = { 0 };

	if (commit(task, out, "", &result->file, result->sha256, &err) < 0) {
		result->status = DOC_STATUS_ERROR;
		result->err = err;
		return -1;
	}
	result->bytes = bytes;
	return 0;
}

void
doc_unit_result(struct doc_stage_task *task, struct doc_unit *unit,
    struct doc_result *result)
{
	const struct doc_job *job = &unit->job;
	bool failed = job->err.code != DOC_E_NONE;

	result->reasons = job->answer.reasons;
	result->err = job->err;
	if (failed && unit->bytes == 0) {
		result->status = DOC_STATUS_ERROR;
		return;
	}
	if (failed) /* what was done before it died is kept */
		doc_result_reason(result, doc_reason_of(job->err.code));
	if (failed && result->reasons == 0)
		doc_result_reason(result, DOC_R_ERRORS);
	result->status = result->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
	if (unit->out.name[0] != '\0')
		(void)!doc_result_commit(task, &unit->out, unit->bytes, result);
}

static void
write_stats(const struct doc_stage_task *task, struct doc_json *j)
{
	uint64_t cpu = 0, faults = 0;

	for (unsigned i = 0; i < task->unit_count; i++) {
		cpu += task->units[i]->job.cpu_ms;
		faults += task->units[i]->job.faults;
	}
	doc_json_open(j, "stats", '{');
	doc_json_int(j, "cpu_ms", (int64_t)cpu);
	doc_json_int(j, "faults", (int64_t)faults);
	doc_json_int(j, "units", task->unit_count);
	doc_json_close(j, '}');
}

/* The text itself, for people who want one stream; the line's cap decides. */
static void
write_inline(const struct doc_result *r, struct doc_json *j)
{
	doc_autoclose int fd = -1;
	void *p;

	if (r->file == NULL || r->bytes == 0 || r->bytes > DOC_LINE_MAX / 4)
		return;
	fd = open(r->file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	p = mmap(NULL, r->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return;
	doc_json_strn(j, "content", p, r->bytes);
	munmap(p, r->bytes);
}

static void
write_members(const struct doc_run *run, const struct doc_stage_task *task,
    struct doc_result *r, struct doc_json *j)
{
	const struct doc_unit *first = task && task->unit_count ? task->units[0]
								: NULL;
	bool cut = r->status == DOC_STATUS_PARTIAL && first != NULL &&
	    first->job.err.code != DOC_E_NONE;

	if (r->file != NULL) {
		doc_json_str(j, "file", r->file);
		doc_json_int(j, "bytes", (int64_t)r->bytes);
		doc_json_str(j, "sha256", r->sha256);
	}
	if (task != NULL && run->stage->members != NULL)
		run->stage->members(task, r, j);
	else if (first != NULL)
		doc_answer_write(&first->job.answer, j, NULL);
	else if (task == NULL && run->stage->skipped != NULL)
		run->stage->skipped(run, j);
	if (cut && first->job.progress.done > 0)
		doc_json_int(j, "pages_done", first->job.progress.done);
	if (task != NULL && run->options->stats)
		write_stats(task, j);
}

int
stage_write_result(struct doc_run *run, const struct doc_record *rec,
    const struct doc_stage_task *task, struct doc_result *r,
    struct doc_buf *line)
{
	doc_autobuf struct doc_buf b = { 0 }, members = { 0 };
	struct doc_json j;

	/* The members first: a stage's own may change status and reasons. */
	doc_json_begin(&j, &members);
	doc_json_open(&j, NULL, '{');
	write_members(run, task, r, &j);
	if (run->options->inline_text && run->stage->writes &&
	    strcmp(run->extension, "txt") == 0)
		write_inline(r, &j);
	if (j.failed)
		return -1;
	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "status", doc_status_name(r->status));
	doc_reasons_write(r->reasons, &j);
	doc_error_write(&r->err, &j);
	if (members.len > 1 &&
	    (doc_buf_addc(&b, ',') < 0 ||
		doc_buf_add(&b, members.data + 1, members.len - 1) < 0))
		return -1;
	doc_json_close(&j, '}');
	run->count[r->status]++;
	doc_show_over(&run->flow, r->status, stage_shown_size(run, rec));
	doc_gauge_set(&run->flow.gauge, DOC_G_FINDINGS, run->findings);
	if (j.failed)
		return -1;
	if (task != NULL && task->over > 0)
		doc_cache_put(task, r, b.data, b.len);
	return doc_record_append(rec, run->stage->key, b.data, b.len, line);
}

int
stage_write_kept(struct doc_run *run, const struct doc_record *rec,
    const struct doc_buf *json, enum doc_status status, struct doc_buf *line)
{
	run->recalled++;
	run->count[status]++;
	doc_show_over(&run->flow, status, stage_shown_size(run, rec));
	return doc_record_append(rec, run->stage->key, json->data, json->len,
	    line);
}
