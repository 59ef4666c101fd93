/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outside - pages that a service or a command reads: workers draw them, this
 * process hands the pictures on, and what is answered goes to a worker again,
 * for it is not to be trusted.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/dococr/parts.h"
#include "lib/base/clock.h"
#include "lib/engine/remote.h"

static struct doc_remote *remote; /* NULL: pages are read here */

/* A page that is being read elsewhere. */
struct outside {
	struct doc_remote_call call; /* first: calls are cast back */
	struct doc_unit *unit;
	struct doc_spool_file picture, answer;
};

bool
dococr_is_outside(void)
{
	return remote != NULL;
}

static void
outside_free(struct outside *o)
{
	struct doc_unit *unit = o->unit;
	struct doc_spool *spool = &unit->task->run->spool;

	unit->outside = NULL;
	if (o->call.picture >= 0)
		close(o->call.picture);
	if (o->call.answer >= 0)
		close(o->call.answer);
	doc_spool_drop(spool, &o->picture);
	doc_spool_drop(spool, &o->answer);
	free(o);
}

/* The service is away: read it here instead, if that is wanted. */
static bool
fall_back(struct outside *o, const struct doc_error *err)
{
	struct doc_unit *unit = o->unit;

	if (dococr_own.fallback != DOC_OCR_FALLBACK_LOCAL ||
	    err->code != DOC_E_SERVICE)
		return false;
	outside_free(o);
	doc_unit_again(unit, DOC_UNIT_OCR_PAGE, -1);
	return true;
}

static void
read_outside(struct doc_remote_call *call)
{
	struct outside *o = (struct outside *)call;
	struct doc_unit *unit = o->unit;
	struct doc_error err = call->err;
	int fd;

	unit->task->run->flow.hold = doc_remote_full(remote);
	if (fall_back(o, &err))
		return;
	fd = err.code == DOC_E_NONE ? fcntl(call->answer, F_DUPFD_CLOEXEC, 3)
				    : -1;
	if (fd >= 0) {
		doc_unit_again(unit, DOC_UNIT_OCR_ANSWER, fd);
		return;
	}
	if (err.code == DOC_E_NONE)
		doc_error_sys(&err, "cannot look at the answer");
	outside_free(o);
	unit->job.err = err;
	doc_unit_over(unit);
}

/* Have the picture that a worker made read elsewhere. */
static int
send_outside(struct doc_unit *unit, struct doc_error *err)
{
	struct doc_run *run = unit->task->run;
	struct outside *o = calloc(1, sizeof(*o));
	struct stat st;

	if (o == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	*o = (struct outside){ .unit = unit,
		.picture = unit->out,
		.call = { .picture = unit->job.out,
		    .answer = -1,
		    .page = unit->job.page,
		    .key = unit->task->sha256,
		    .done = read_outside } };
	unit->outside = o;
	unit->job.out = -1;
	unit->out.name[0] = '\0';
	o->call.answer = doc_spool_create(&run->spool, &o->answer, err);
	if (o->call.answer >= 0 && fstat(o->call.picture, &st) < 0)
		doc_error_sys(err, "cannot look at the picture");
	if (err->code != DOC_E_NONE) {
		outside_free(o);
		return -1;
	}
	o->call.bytes = (uint64_t)st.st_size;
	doc_remote_submit(remote, &o->call);
	run->flow.hold = doc_remote_full(remote);
	return 0;
}

/* A worker is done with a page; not so the page, if it is read elsewhere. */
bool
dococr_outside_follow(struct doc_unit *unit)
{
	struct outside *o = unit->outside;
	struct doc_job *job = &unit->job;

	if (job->unit == DOC_UNIT_OCR_PICTURE && job->err.code == DOC_E_NONE) {
		if (unit == unit->task->units[0] &&
		    !dococr_is_pdf(unit->task) &&
		    dococr_add_pages(unit->task, 2,
			(unsigned)job->answer.number[DOC_F_PAGES]) < 0)
			doc_error_set(&job->err, DOC_E_NO_MEMORY, "no memory");
		else if (send_outside(unit, &job->err) == 0)
			return true;
	}
	if (job->unit != DOC_UNIT_OCR_ANSWER)
		return false;
	/* Garbage may have been an accident on the way. */
	if (job->err.code == DOC_E_SERVICE &&
	    (doc_remote_retry(&o->call) || fall_back(o, &job->err)))
		return true;
	outside_free(o);
	return false;
}

int
dococr_outside_open(struct doc_run *run, struct doc_error *err)
{
	struct doc_remote_config config = { .engine = dococr_own.engine,
		.api = dococr_own.api,
		.request = dococr_own.request,
		.lang = dococr_own.lang,
		.header_file = dococr_own.header_file,
		.bearer_file = dococr_own.bearer_file,
		.proxy = dococr_own.proxy,
		.dpi = dococr_own.dpi ? dococr_own.dpi : 300,
		.concurrency = dococr_own.concurrency,
		.rate = dococr_own.rate,
		.attempts = dococr_own.attempts,
		.timeout_ms = dococr_own.request_timeout_ms,
		.patience_ms = run->limits->timeout_ms,
		.fail_when_open = dococr_own.fallback ==
		    DOC_OCR_FALLBACK_LOCAL };

	if (!doc_remote_is(dococr_own.engine))
		return 0;
	run->flow.network = doc_remote_is_net(dococr_own.engine);
	run->flow.commands = strncmp(dococr_own.engine, "exec:", 5) == 0;
	return doc_remote_open(&remote, &run->flow.loop, &config, err);
}

void
dococr_outside_close(struct doc_run *run)
{
	(void)run;
	doc_remote_close(remote);
	remote = NULL;
}

/* Who read the pages, and how many fell back to us. */
void
dococr_outside_write(const struct doc_stage_task *task, struct doc_json *j)
{
	unsigned back = 0;
	char host[256], now[DOC_TIME_SIZE];

	for (unsigned i = 0; remote && i < task->unit_count; i++)
		back += task->units[i]->job.unit == DOC_UNIT_OCR_PAGE;
	doc_json_str(j, "engine",
	    !remote					      ? "local"
		: strncmp(dococr_own.engine, "exec:", 5) == 0 ? "exec"
							      : "http");
	if (doc_remote_host(dococr_own.engine, host, sizeof(host)))
		doc_json_str(j, "engine_url_host", host);
	if (back > 0)
		doc_json_int(j, "fallback_pages", back);
	if (remote && doc_time_format(time(NULL), now) == 0)
		doc_json_str(j, "answered", now);
}

/* What we read ourselves does not change with the time; of "answered" the
 * spelling is ours, so that it can be compared as it is. */
bool
dococr_outside_recall(struct doc_run *run, const struct doc_value *result)
{
	const char *answered = doc_value_get_str(result, "answered");
	char oldest[DOC_TIME_SIZE];

	(void)run;
	if (dococr_own.keep_answers == 0 || answered == NULL)
		return true;
	return doc_time_format(time(NULL) -
		       (time_t)(dococr_own.keep_answers / 1000),
		   oldest) == 0 &&
	    strcmp(answered, oldest) >= 0;
}
