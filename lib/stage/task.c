/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/starved.h"
#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/spool/settle.h"
#include "lib/stage/cache.h"
#include "lib/stage/end.h"
#include "lib/stage/open.h"
#include "lib/stage/task_impl.h"

enum { PIECE = 8 << 20 }; /* bytes of an output looked at at once */

static struct doc_stage_task *
of(struct doc_task *task)
{
	return (struct doc_stage_task *)task;
}

static void
free_task(struct doc_task *t)
{
	struct doc_stage_task *task = of(t);

	for (unsigned i = 0; i < task->unit_count; i++) {
		doc_spool_drop(&task->run->spool, &task->units[i]->out);
		doc_answer_release(&task->units[i]->job.answer);
		if (task->units[i]->fd >= 0)
			close(task->units[i]->fd);
		free(task->units[i]->file);
		free(task->units[i]);
	}
	free(task->units);
	free(task->also);
	if (task->fd >= 0)
		close(task->fd);
	doc_buf_release(&task->input);
	doc_buf_release(&task->task.line);
	free(task);
}

static void
fail_flow(struct doc_run *run)
{
	doc_error_set(&run->flow.err, DOC_E_NO_MEMORY,
	    "no memory for a record");
}

/* All that is to be said about the document is known. */
static void
complete(struct doc_stage_task *task, struct doc_result *result)
{
	struct doc_record rec;
	struct doc_error err = { 0 };

	if (doc_record_parse(&rec, task->input.data, task->input.len, &err) <
		0 ||
	    stage_write_result(task->run, &rec, task, result,
		&task->task.line) < 0)
		fail_flow(task->run);
	free(result->file);
	if (task->fd >= 0)
		close(task->fd);
	task->fd = -1;
	task->task.state = DOC_TASK_DONE;
}

static void
refuse(struct doc_stage_task *task, const struct doc_error *err)
{
	struct doc_result result = { .status = DOC_STATUS_ERROR, .err = *err };

	complete(task, &result);
}

/* Piece by piece, so that a text of a gigabyte is not in our memory at once;
 * a character may be cut by the end of a piece, not by that of the text. */
static bool
all_utf8(char *p, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t n = DOC_MIN(len - at, (size_t)PIECE);
		size_t good = doc_utf8_valid(p + at, n);

		if (n - good > (at + n < len ? 3 : 0))
			return false;
		at += good;
		madvise(p, at & ~((size_t)PIECE - 1), MADV_DONTNEED);
	}
	return true;
}

/* A worker that wrote bad UTF-8 did not go through the text sink. */
static int
check_text(int fd, uint64_t bytes, struct doc_error *err)
{
	char *p;
	bool good;

	if (bytes == 0)
		return 0;
	p = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return doc_error_sys(err, "cannot map the output");
	good = all_utf8(p, bytes);
	munmap(p, bytes);
	return good ? 0
		    : doc_error_set(err, DOC_E_PROTOCOL,
			  "the worker wrote text that is not UTF-8");
}

/* A worker that could not write says so; whether it is the disk, we see for
 * ourselves, for a lying one must not stop the others. */
static void
suspect_disk(struct doc_run *run, const struct doc_error *err)
{
	struct doc_error why = { 0 };

	if ((err->code == DOC_E_NO_SPACE || err->code == DOC_E_IO) &&
	    doc_spool_probe(&run->spool, &why) < 0 &&
	    run->flow.err.code == DOC_E_NONE)
		run->flow.err = why;
}

/* What was whole when its worker failed is kept. */
static bool
cut_output(const struct doc_job *job)
{
	struct stat st;

	return job->progress.bytes > 0 && fstat(job->out, &st) == 0 &&
	    ftruncate(job->out,
		DOC_MIN(st.st_size, (off_t)job->progress.bytes)) == 0;
}

/* How much of the output counts: all, or what was whole when it died. */
static void
look_at_output(struct doc_unit *unit)
{
	struct doc_job *job = &unit->job;
	struct doc_run *run = unit->task->run;
	doc_autoclose int fd = -1;
	struct stat st;
	bool counts;

	if (job->out < 0)
		return;
	suspect_disk(run, &job->err);
	counts = job->err.code == DOC_E_NONE || cut_output(job);
	close(job->out);
	job->out = -1;
	if (!counts)
		return;
	fd = doc_spool_settle(&run->spool, &unit->out, &job->err);
	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0) {
		doc_error_sys(&job->err, "cannot look at the output");
		return;
	}
	if (strcmp(run->extension, "txt") != 0 ||
	    (run->stage->binary >> DOC_MIN(job->unit, 63U) & 1) != 0 ||
	    check_text(fd, (uint64_t)st.st_size, &job->err) == 0)
		unit->bytes = (uint64_t)st.st_size;
}

/* Most inputs need one engine only, and starting costs a fifth of a second. */
static int
start_second(struct doc_run *run)
{
	struct doc_flow *f = &run->flow;
	struct doc_error err = { 0 };

	if (f->pool[1] != NULL)
		return 0;
	if (doc_pool_open(&f->pool[1], &f->loop, &f->share, &run->engine,
		&err) == 0 &&
	    doc_end_require(f->pool[1], (enum doc_level)run->options->require,
		run->options->allow_degraded, &err) == 0)
		return 0;
	f->err = err;
	return -1;
}

/* What is to be done once more comes before what is new. */
static struct doc_unit *
next_unit(const struct doc_stage_task *task)
{
	if (task->again != NULL)
		return task->again;
	return task->submitted < task->unit_count ? task->units[task->submitted]
						  : NULL;
}

/* The next unit, if there is one, waits for the engine that does its kind. */
static void
wait_for_pool(struct doc_stage_task *task)
{
	const struct doc_stage *stage = task->run->stage;
	const struct doc_unit *unit = next_unit(task);
	unsigned kind;

	if (unit == NULL)
		return;
	kind = unit->job.unit;
	task->task.urgent = task->again != NULL;
	task->task.pool = stage->second != NULL && kind < 64 &&
	    (stage->second_does >> kind & 1) != 0;
	/* Without it the flow stops, but for now it needs a state. */
	if (task->task.pool == 1 && start_second(task->run) < 0)
		task->task.state = DOC_TASK_RUNNING;
	else
		task->task.state = DOC_TASK_WAITING;
}

void
doc_unit_over(struct doc_unit *unit)
{
	struct doc_stage_task *task = unit->task;
	const struct doc_stage *stage = task->run->stage;
	struct doc_result result = { 0 };

	look_at_output(unit);
	if (unit->fd >= 0)
		close(unit->fd);
	unit->fd = -1;
	task->over++;
	if (stage->grow != NULL && stage->grow(task, unit) < 0)
		fail_flow(task->run);
	wait_for_pool(task);
	if (task->over < task->unit_count)
		return;
	if (stage->conclude != NULL)
		stage->conclude(task, &result);
	else
		doc_unit_result(task, task->units[0], &result);
	result.reasons |= task->reasons;
	if (task->reasons != 0 && result.status == DOC_STATUS_OK)
		result.status = DOC_STATUS_PARTIAL;
	complete(task, &result);
}

/* The engine process died; what its worker wrote is void.  A new file, for
 * that worker may still be at work on the old one for a moment. */
static void
unit_again(struct doc_job *job)
{
	struct doc_unit *unit = job->ctx;
	struct doc_run *run = unit->task->run;

	if (job->out < 0)
		return;
	close(job->out);
	doc_spool_drop(&run->spool, &unit->out);
	job->out = doc_spool_create(&run->spool, &unit->out, &run->flow.err);
}

static void
unit_done(struct doc_job *job)
{
	struct doc_unit *unit = job->ctx;
	const struct doc_stage *stage = unit->task->run->stage;

	if (stage->follow == NULL || !stage->follow(unit))
		doc_unit_over(unit);
}

void
doc_unit_again(struct doc_unit *unit, unsigned kind, int fd)
{
	struct doc_stage_task *task = unit->task;
	struct doc_job *job = &unit->job;

	if (job->out >= 0)
		close(job->out);
	if (unit->fd >= 0)
		close(unit->fd);
	doc_spool_drop(&task->run->spool, &unit->out);
	doc_answer_release(&job->answer);
	*job = (struct doc_job){ .ops = job->ops,
		.ctx = unit,
		.tenant = job->tenant,
		.fd = -1,
		.out = -1,
		.media = job->media,
		.page = job->page,
		.unit = kind };
	unit->fd = fd;
	unit->again = task->again;
	task->again = unit;
	wait_for_pool(task);
}

int
doc_unit_add(struct doc_stage_task *task, unsigned unit, unsigned page)
{
	static const struct doc_job_ops ops = { .done = unit_done,
		.again = unit_again };
	struct doc_unit *u = calloc(1, sizeof(*u));
	struct doc_unit **all = NULL;

	if (u != NULL)
		all = reallocarray(task->units, task->unit_count + 1,
		    sizeof(*all));
	if (all == NULL) {
		free(u);
		return -1;
	}
	u->task = task;
	u->fd = -1;
	u->job = (struct doc_job){ .ops = &ops,
		.ctx = u,
		.tenant = task->tenant,
		.fd = -1,
		.out = -1,
		.media = task->media,
		.page = page,
		.unit = unit };
	task->units = all;
	all[task->unit_count++] = u;
	return 0;
}

static int
open_task(struct doc_stage_task *task, struct doc_error *err)
{
	struct doc_run *run = task->run;
	struct doc_record rec;

	if (task->fd >= 0)
		return 0;
	if (doc_record_parse(&rec, task->input.data, task->input.len, err) < 0)
		return -1;
	task->fd = doc_open_record(&run->options->roots, run->spool.path, &rec,
	    err);
	return task->fd < 0 ? -1 : 0;
}

/* What the unit reads: the document, or something of the stage's choice. */
static void
open_source(struct doc_stage_task *task, struct doc_unit *unit)
{
	struct doc_error err = { 0 };
	struct doc_record rec;

	if (task->run->stage->source != NULL && unit->fd < 0 &&
	    doc_record_parse(&rec, task->input.data, task->input.len, &err) ==
		0)
		unit->fd = task->run->stage->source(unit, &rec);
	unit->job.fd = unit->fd >= 0 ? unit->fd : task->fd;
}

/* The same content may have been worked on since it came in. */
bool
stage_recall(struct doc_stage_task *task)
{
	struct doc_run *run = task->run;
	doc_autobuf struct doc_buf json = { 0 };
	struct doc_error err = { 0 };
	enum doc_status status;
	struct doc_record rec;
	int rc = doc_cache_get(run, task, &json, &status);

	if (rc == 0)
		return false;
	/* A kept result is no way around --root, nor for a changed file. */
	if (rc > 0 && open_task(task, &err) < 0) {
		refuse(task, &err);
		return true;
	}
	if (task->fd >= 0)
		close(task->fd);
	task->fd = -1;
	if (rc < 0 ||
	    doc_record_parse(&rec, task->input.data, task->input.len, &err) <
		0 ||
	    stage_write_kept(run, &rec, &json, status, &task->task.line) < 0)
		fail_flow(run);
	task->task.state = DOC_TASK_DONE;
	return true;
}

static void
dispatch(struct doc_flow *flow, struct doc_task *t)
{
	struct doc_stage_task *task = of(t);
	struct doc_unit *unit = next_unit(task);
	struct doc_error err = { 0 };
	unsigned pool;

	if (task->submitted == 0 && stage_recall(task))
		return;
	if (open_task(task, &err) < 0) {
		refuse(task, &err);
		return;
	}
	if (task->run->stage->writes) {
		unit->job.out = doc_spool_create(&task->run->spool, &unit->out,
		    &err);
		if (unit->job.out < 0) {
			/* The machine's fault, and the next's too. */
			flow->err = err;
			t->state = DOC_TASK_RUNNING;
			return;
		}
	}
	open_source(task, unit);
	pool = t->pool;
	t->state = DOC_TASK_RUNNING;
	if (unit == task->again)
		task->again = unit->again;
	else
		task->submitted++;
	wait_for_pool(task);
	if (task->run->stage->elsewhere != NULL &&
	    task->run->stage->elsewhere(task, unit))
		return;
	doc_pool_submit(flow->pool[pool], &unit->job);
}

static int
label(const struct doc_task *t, struct doc_buf *buf)
{
	const struct doc_stage_task *task = (const struct doc_stage_task *)t;
	struct doc_record rec;
	struct doc_error err = { 0 };

	if (doc_record_parse(&rec, task->input.data, task->input.len, &err) < 0)
		return -1;
	return doc_record_label(&rec, buf);
}

int
stage_copy_str(const struct doc_record *rec, const char *key,
    const char *fallback, char *out, size_t size)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s = fallback;
	size_t n;
	int rc = doc_record_plain(rec, key, &s, &n);

	if (rc > 0) {
		n = DOC_MIN(n, size - 1);
		memcpy(out, s, n);
		out[n] = '\0';
		return 0;
	}
	rc = doc_record_str(rec, key, &b);
	if (rc == 1)
		s = doc_buf_str(&b);
	if (rc < 0 || s == NULL) {
		doc_starved_note();
		return -1;
	}
	snprintf(out, size, "%s", s);
	return 0;
}

struct doc_stage_task *
stage_task_new(struct doc_run *run, const struct doc_record *rec,
    const char *media)
{
	struct doc_stage_task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		return NULL;
	task->run = run;
	task->fd = -1;
	task->task = (struct doc_task){ .dispatch = dispatch,
		.free = free_task,
		.label = label,
		.cost = 2 * rec->len + sizeof(*task) };
	snprintf(task->media, sizeof(task->media), "%s", media);
	if (stage_copy_str(rec, "tenant", run->options->tenant, task->tenant,
		sizeof(task->tenant)) < 0 ||
	    stage_copy_str(rec, "sha256", "", task->sha256,
		sizeof(task->sha256)) < 0 ||
	    doc_buf_add(&task->input, rec->line, rec->len) < 0 ||
	    (run->stage->plan != NULL ? run->stage->plan(task, rec)
				      : doc_unit_add(task, 0, 0)) < 0) {
		free_task(&task->task);
		return NULL;
	}
	task->task.tenant = task->tenant;
	wait_for_pool(task);
	task->cache_pool = task->task.pool;
	if (doc_cache_name(task, rec, task->cached) < 0) {
		free_task(&task->task);
		return NULL;
	}
	return task;
}

static void
free_line(struct doc_task *t)
{
	doc_buf_release(&t->line);
	free(t);
}

struct doc_task *
stage_line_task(void)
{
	struct doc_task *t = calloc(1, sizeof(*t));

	if (t != NULL) {
		t->state = DOC_TASK_DONE;
		t->free = free_line;
	}
	return t;
}
