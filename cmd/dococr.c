/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dococr - text from the pages that need it, and only those.
 *
 * This process reads records, opens documents, decides from what doctext said
 * which pages to read, and joins their texts; rendering and recognition happen
 * in the workers of libexec/docpipe/dococr, one per page.  With another engine
 * the workers draw the pages, this process has them read elsewhere, and what
 * was answered goes to a worker again, for it is not to be trusted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/options.h"
#include "lib/base/io.h"
#include "lib/base/start.h"
#include "lib/engine/ocr_layout.h"
#include "lib/engine/remote.h"
#include "lib/record/media.h"
#include "lib/stage/stage.h"

static struct doc_ocr_options own = DOC_OCR_DEFAULTS;
static struct doc_remote *remote; /* NULL: pages are read here */

/* A page that is being read elsewhere. */
struct outside {
	struct doc_remote_call call; /* first: calls are cast back */
	struct doc_unit *unit;
	struct doc_spool_file picture, answer;
};

static bool
is_pdf(const char *media)
{
	return doc_media_family(media) == DOC_FAMILY_PDF;
}

/* What doctext found out about the pages of a PDF; NULL: it did not look. */
static struct doc_value *
text_of(const struct doc_record *rec)
{
	struct doc_value *v = doc_record_value(rec, "text");
	const char *status = doc_value_get_str(v, "status");

	if (status != NULL &&
	    (strcmp(status, "ok") == 0 || strcmp(status, "partial") == 0))
		return v;
	doc_value_free(v);
	return NULL;
}

static enum doc_reason
skip(const struct doc_run *run, const struct doc_record *rec, const char *media)
{
	doc_autovalue struct doc_value *text = NULL;

	(void)run;
	if (own.mode == DOC_OCR_NEVER)
		return DOC_R_OFF;
	if ((doc_media_flags(media) & DOC_MEDIA_OCR) == 0)
		return DOC_R_UNSUPPORTED;
	if (!is_pdf(media) || own.mode != DOC_OCR_AUTO)
		return DOC_R_NONE;
	text = text_of(rec);
	if (text == NULL ||
	    doc_value_count(doc_value_get(text, "ocr_pages")) > 0)
		return DOC_R_NONE;
	return DOC_R_HAS_TEXT;
}

static bool
is_page(const struct doc_unit *u)
{
	return u->job.unit != DOC_UNIT_OCR_SURVEY;
}

/* What a page of work is for a worker. */
static unsigned
page_unit(void)
{
	return remote ? DOC_UNIT_OCR_PICTURE : DOC_UNIT_OCR_PAGE;
}

static unsigned
page_units(const struct doc_stage_task *task)
{
	unsigned n = 0;

	for (unsigned i = 0; i < task->unit_count; i++)
		n += is_page(task->units[i]);
	return n;
}

/* Pages first to last, as far as --max-pages goes. */
static int
add_pages(struct doc_stage_task *task, unsigned first, unsigned last)
{
	unsigned have = page_units(task);

	for (; first <= last; first++) {
		if (have++ >= own.max_pages) {
			task->reasons |= (uint64_t)1 << DOC_R_PAGES;
			return 0;
		}
		if (doc_unit_add(task, page_unit(), first) < 0)
			return -1;
	}
	return 0;
}

/* "no-text:3-7" or "garbled:9": a page of work for each. */
static int
add_range(struct doc_stage_task *task, const char *entry)
{
	const char *colon = strchr(entry, ':');
	unsigned first, last;
	int n;

	if (colon == NULL)
		return 0;
	n = sscanf(colon + 1, "%u-%u", &first, &last);
	if (n < 1 || first == 0)
		return 0;
	return add_pages(task, first, n == 1 ? first : last);
}

static int
plan(struct doc_stage_task *task, const struct doc_record *rec)
{
	doc_autovalue struct doc_value *text = NULL;
	const struct doc_value *pages;

	if (!is_pdf(task->media))
		return doc_unit_add(task, page_unit(), 1);
	text = own.mode == DOC_OCR_AUTO ? text_of(rec) : NULL;
	pages = doc_value_get(text, "ocr_pages");
	for (size_t i = 0; i < doc_value_count(pages); i++) {
		const char *entry = doc_value_str(doc_value_at(pages, i));

		if (entry != NULL && add_range(task, entry) < 0)
			return -1;
	}
	return task->unit_count ? 0
				: doc_unit_add(task, DOC_UNIT_OCR_SURVEY, 0);
}

static int
grow(struct doc_stage_task *task, const struct doc_unit *unit)
{
	const struct doc_answer *a = &unit->job.answer;
	const struct doc_buf *list = &a->value[DOC_F_OCR_PAGES];
	unsigned pages = (unsigned)DOC_MIN(a->number[DOC_F_PAGES],
	    (uint64_t)UINT32_MAX - 1);
	bool survey = unit->job.unit == DOC_UNIT_OCR_SURVEY;

	/* Of pages that are read elsewhere, follow() saw to it. */
	if (unit != task->units[0] || (remote && !survey))
		return 0;
	if (survey && own.mode != DOC_OCR_ALWAYS) {
		for (size_t at = 0; at < list->len;
		     at += strlen(list->data + at) + 1)
			if (add_range(task, list->data + at) < 0)
				return -1;
		return 0;
	}
	if (is_pdf(task->media) && !survey)
		return 0;
	/* More frames in the picture; or all pages, when always. */
	return add_pages(task, survey ? 1 : 2, pages);
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

	if (own.fallback != DOC_OCR_FALLBACK_LOCAL ||
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
static bool
follow(struct doc_unit *unit)
{
	struct outside *o = unit->outside;
	struct doc_job *job = &unit->job;

	if (job->unit == DOC_UNIT_OCR_PICTURE && job->err.code == DOC_E_NONE) {
		if (unit == unit->task->units[0] &&
		    !is_pdf(unit->task->media) &&
		    add_pages(unit->task, 2,
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

static int
open_remote(struct doc_run *run, struct doc_error *err)
{
	struct doc_remote_config config = { .engine = own.engine,
		.api = own.api,
		.request = own.request,
		.lang = own.lang,
		.header_file = own.header_file,
		.bearer_file = own.bearer_file,
		.proxy = own.proxy,
		.dpi = own.dpi,
		.concurrency = own.concurrency,
		.rate = own.rate,
		.attempts = own.attempts,
		.timeout_ms = own.request_timeout_ms,
		.patience_ms = run->limits->timeout_ms,
		.fail_when_open = own.fallback == DOC_OCR_FALLBACK_LOCAL };

	if (!doc_remote_is(own.engine))
		return 0;
	run->flow.network = doc_remote_is_net(own.engine);
	run->flow.commands = strncmp(own.engine, "exec:", 5) == 0;
	return doc_remote_open(&remote, &run->flow.loop, &config, err);
}

static void
close_remote(struct doc_run *run)
{
	(void)run;
	doc_remote_close(remote);
	remote = NULL;
}

/* Where the layout of a page begins in what its worker wrote. */
static uint64_t
text_bytes(const struct doc_unit *u)
{
	const struct doc_answer *a = &u->job.answer;

	return a->set[DOC_F_TEXT_BYTES]
	    ? DOC_MIN(a->number[DOC_F_TEXT_BYTES], u->bytes)
	    : u->bytes;
}

/* n bytes of what is read from `from` to `to`. */
static int
copy_bytes(int to, int from, uint64_t n)
{
	char chunk[1 << 16];

	while (n > 0) {
		ssize_t got = doc_read_full(from, chunk,
		    (size_t)DOC_MIN(n, (uint64_t)sizeof(chunk)));

		if (got <= 0)
			return -1;
		if (doc_write_full(to, chunk, (size_t)got) < 0)
			return -1;
		n -= (uint64_t)got;
	}
	return 0;
}

/* The joined pages: their text, and their layout or -1. */
struct joined {
	struct doc_spool_file text_file, layout_file;
	int text, layout;
};

static int
append_page(struct doc_run *run, const struct joined *to,
    const struct doc_unit *u, bool first)
{
	doc_autoclose int fd = -1;
	struct doc_error ignored = { 0 };
	uint64_t text = text_bytes(u);

	if (!first && doc_write_full(to->text, "\f", 1) < 0)
		return -1;
	if (u->bytes == 0)
		return 0;
	fd = doc_spool_reopen(&run->spool, &u->out, &ignored);
	if (fd < 0 || copy_bytes(to->text, fd, text) < 0)
		return -1;
	return to->layout < 0 ? 0 : copy_bytes(to->layout, fd, u->bytes - text);
}

static int
append_pages(const struct doc_stage_task *task, const struct joined *to)
{
	enum doc_layout_kind kind = (enum doc_layout_kind)own.layout;
	const char *head = doc_ocr_layout_head(kind);
	const char *tail = doc_ocr_layout_tail(kind);
	bool first = true;

	if (to->layout >= 0 &&
	    doc_write_full(to->layout, head, strlen(head)) < 0)
		return -1;
	for (unsigned i = 0; i < task->unit_count; i++) {
		if (!is_page(task->units[i]))
			continue;
		if (append_page(task->run, to, task->units[i], first) < 0)
			return -1;
		first = false;
	}
	return to->layout < 0 ? 0
			      : doc_write_full(to->layout, tail, strlen(tail));
}

static bool
wants_layout(void)
{
	return own.layout != DOC_LAYOUT_NONE && remote == NULL;
}

static int
commit(struct doc_stage_task *task, struct joined *to, struct doc_result *r)
{
	static const char *const tails[] = { "", "-hocr", "-tsv", "-alto" };
	struct doc_unit *u = task->units[0];
	struct stat st;

	if (fstat(to->text, &st) < 0)
		return doc_error_sys(&r->err, "cannot look at the text");
	if (to->layout >= 0) {
		/* The first unit's own file is no longer needed. */
		doc_spool_drop(&task->run->spool, &u->out);
		u->out = to->layout_file;
		to->layout_file.name[0] = '\0';
		if (doc_unit_commit(u, tails[own.layout], &r->err) < 0)
			return -1;
	}
	return doc_result_commit(task, &to->text_file, (uint64_t)st.st_size, r);
}

static int
join(struct doc_stage_task *task, struct doc_result *r)
{
	struct doc_spool *spool = &task->run->spool;
	struct joined to = { .text = -1, .layout = -1 };
	int rc = -1;

	to.text = doc_spool_create(spool, &to.text_file, &r->err);
	if (to.text >= 0 && wants_layout())
		to.layout = doc_spool_create(spool, &to.layout_file, &r->err);
	if (r->err.code == DOC_E_NONE && append_pages(task, &to) < 0)
		doc_spool_failed(&r->err, "cannot write to the spool");
	if (r->err.code == DOC_E_NONE)
		rc = commit(task, &to, r);
	/* The machine's fault, and the next's too. */
	if (rc < 0 && task->run->flow.err.code == DOC_E_NONE)
		task->run->flow.err = r->err;
	if (to.text >= 0)
		close(to.text);
	if (to.layout >= 0)
		close(to.layout);
	doc_spool_drop(spool, &to.text_file);
	doc_spool_drop(spool, &to.layout_file);
	return rc;
}

/* Pages that failed leave a gap and a reason, not silence. */
static void
conclude(struct doc_stage_task *task, struct doc_result *r)
{
	unsigned pages = 0, failed = 0;
	struct doc_error first = { 0 };

	for (unsigned i = 0; i < task->unit_count; i++) {
		const struct doc_job *job = &task->units[i]->job;

		pages += is_page(task->units[i]);
		r->reasons |= job->answer.reasons;
		if (job->err.code == DOC_E_NONE)
			continue;
		failed++;
		if (first.code == DOC_E_NONE)
			first = job->err;
		doc_result_reason(r, doc_reason_of(job->err.code));
	}
	if (failed > 0 && failed >= pages) {
		r->status = DOC_STATUS_ERROR;
		r->err = first;
		r->reasons = 0;
		return;
	}
	if (pages == 0) {
		r->status = DOC_STATUS_SKIPPED;
		doc_result_reason(r, DOC_R_HAS_TEXT);
		return;
	}
	if (join(task, r) < 0) {
		r->status = DOC_STATUS_ERROR;
		return;
	}
	r->err = first;
	if (failed > 0 && r->reasons == 0)
		doc_result_reason(r, DOC_R_ERRORS);
	r->status = r->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
}

/* Who read the pages, and how many fell back to us. */
static void
write_engine(const struct doc_stage_task *task, struct doc_json *j)
{
	unsigned back = 0;
	char host[256];

	for (unsigned i = 0; remote && i < task->unit_count; i++)
		back += task->units[i]->job.unit == DOC_UNIT_OCR_PAGE;
	doc_json_str(j, "engine",
	    !remote				       ? "local"
		: strncmp(own.engine, "exec:", 5) == 0 ? "exec"
						       : "http");
	if (doc_remote_host(own.engine, host, sizeof(host)))
		doc_json_str(j, "engine_url_host", host);
	if (back > 0)
		doc_json_int(j, "fallback_pages", back);
}

static void
members(const struct doc_stage_task *task, struct doc_result *r,
    struct doc_json *j)
{
	uint64_t words = 0, chars = 0, sum = 0, sure = 0;
	unsigned done = 0;

	(void)r;
	for (unsigned i = 0; i < task->unit_count; i++) {
		const struct doc_answer *a = &task->units[i]->job.answer;
		uint64_t w = a->number[DOC_F_WORDS];

		if (!is_page(task->units[i]) ||
		    task->units[i]->job.err.code != DOC_E_NONE)
			continue;
		done++;
		words += w;
		chars += a->number[DOC_F_CHARS];
		sure += a->set[DOC_F_CONFIDENCE] ? w : 0;
		sum += w * a->number[DOC_F_CONFIDENCE];
	}
	if (done == 0)
		return;
	doc_json_str(j, "lang", own.lang);
	doc_json_int(j, "pages", done);
	doc_json_int(j, "words", (int64_t)words);
	doc_json_int(j, "chars", (int64_t)chars);
	if (sure > 0)
		doc_json_int(j, "confidence", (int64_t)(sum / sure));
	if (task->units[0]->file) {
		static const char *const names[] = { "", "hocr", "tsv",
			"alto" };

		doc_json_str(j, "layout", task->units[0]->file);
		doc_json_str(j, "layout_sha256", task->units[0]->sha256);
		doc_json_str(j, "layout_form", names[own.layout]);
	}
	write_engine(task, j);
}

static const char *const reads[] = { "text", NULL };

static const struct doc_stage dococr = {
	.reads = reads,
	.key = "ocr",
	.tool = "dococr",
	.fields = DOC_FOR_OCR,
	.beats = true,
	.writes = true,
	.skip = skip,
	.plan = plan,
	.follow = follow,
	.ready = open_remote,
	.over = close_remote,
	.grow = grow,
	.conclude = conclude,
	.members = members,
};

static void
check_engine(const struct doc_cmd *cmd)
{
	if (strcmp(own.engine, "local") != 0 && !doc_remote_is(own.engine))
		doc_usage(cmd,
		    "--engine: local, exec:CMD, http:URL or http+unix:SOCKET");
	if (doc_remote_is_net(own.engine) && !own.allow_net)
		doc_usage(cmd,
		    "--engine: pages would leave this machine; say --allow-net "
		    "if they may");
	if (own.concurrency < 1 || own.concurrency > 1000 || own.attempts < 1)
		doc_usage(cmd, "--concurrency and --attempts: from 1");
}

int
main(int argc, char *argv[])
{
	struct doc_stage_options options;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "dococr",
		.usage = "[options] [file ...]",
		.about = "Adds text recognised in scans and pictures to the "
			 "record of each document.",
		.groups = { { doc_ocr_opts, &own },
		    { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &dococr,
		.cmd = &cmd,
		.options = &options,
		.limits = &limits,
		.opts = { doc_ocr_opts, &own },
		.extension = "txt" };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	setup.operands = argv + doc_opt_parse(&cmd, argc, argv);
	if (own.dpi < 50 || own.dpi > 1200)
		doc_usage(&cmd, "--dpi: from 50 to 1200");
	check_engine(&cmd);
	return doc_stage_main(&setup);
}
