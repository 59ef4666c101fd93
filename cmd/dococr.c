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
#include <stdio.h>
#include <string.h>

#include "cmd/dococr/parts.h"
#include "lib/base/start.h"
#include "lib/engine/remote.h"
#include "lib/record/media.h"

struct doc_ocr_options dococr_own = DOC_OCR_DEFAULTS;

bool
dococr_is_pdf(const struct doc_stage_task *task)
{
	return doc_media_family(task->media) == DOC_FAMILY_PDF;
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
	if (dococr_own.mode == DOC_OCR_NEVER)
		return DOC_R_OFF;
	if ((doc_media_flags(media) & DOC_MEDIA_OCR) == 0)
		return DOC_R_UNSUPPORTED;
	if (doc_media_family(media) != DOC_FAMILY_PDF ||
	    dococr_own.mode != DOC_OCR_AUTO)
		return DOC_R_NONE;
	text = text_of(rec);
	if (text == NULL ||
	    doc_value_count(doc_value_get(text, "ocr_pages")) > 0)
		return DOC_R_NONE;
	return DOC_R_HAS_TEXT;
}

/* What a page of work is for a worker. */
static unsigned
page_unit(void)
{
	return dococr_is_outside() ? DOC_UNIT_OCR_PICTURE : DOC_UNIT_OCR_PAGE;
}

static unsigned
page_units(const struct doc_stage_task *task)
{
	unsigned n = 0;

	for (unsigned i = 0; i < task->unit_count; i++)
		n += dococr_is_page(task->units[i]);
	return n;
}

int
dococr_add_pages(struct doc_stage_task *task, unsigned first, unsigned last)
{
	unsigned have = page_units(task);

	for (; first <= last; first++) {
		if (have++ >= dococr_own.max_pages) {
			task->reasons |= (uint64_t)1 << DOC_R_PAGES;
			return 0;
		}
		if (doc_unit_add(task, page_unit(), first) < 0)
			return -1;
	}
	return 0;
}

bool
dococr_is_page(const struct doc_unit *unit)
{
	return unit->job.unit != DOC_UNIT_OCR_SURVEY &&
	    unit->job.unit != DOC_UNIT_OCR_GRAFT;
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
	return dococr_add_pages(task, first, n == 1 ? first : last);
}

static int
plan(struct doc_stage_task *task, const struct doc_record *rec)
{
	doc_autovalue struct doc_value *text = NULL;
	const struct doc_value *pages;

	if (!dococr_is_pdf(task))
		return doc_unit_add(task, page_unit(), 1);
	text = dococr_own.mode == DOC_OCR_AUTO ? text_of(rec) : NULL;
	pages = doc_value_get(text, "ocr_pages");
	doc_value_each (range, pages) {
		const char *entry = doc_value_str(range);

		if (entry != NULL && add_range(task, entry) < 0)
			return -1;
	}
	return task->unit_count ? 0
				: doc_unit_add(task, DOC_UNIT_OCR_SURVEY, 0);
}

/* Pages that came to be known by reading one. */
static int
more_pages(struct doc_stage_task *task, const struct doc_unit *unit)
{
	const struct doc_answer *a = &unit->job.answer;
	const struct doc_buf *list = &a->value[DOC_F_OCR_PAGES];
	unsigned pages = (unsigned)DOC_MIN(a->number[DOC_F_PAGES],
	    (uint64_t)UINT32_MAX - 1);
	bool survey = unit->job.unit == DOC_UNIT_OCR_SURVEY;

	/* Of pages that are read elsewhere, follow() saw to it. */
	if (unit != task->units[0] || (dococr_is_outside() && !survey))
		return 0;
	if (survey && dococr_own.mode != DOC_OCR_ALWAYS) {
		for (size_t at = 0; at < list->len;
		     at += strlen(list->data + at) + 1)
			if (add_range(task, list->data + at) < 0)
				return -1;
		return 0;
	}
	if (dococr_is_pdf(task) && !survey)
		return 0;
	/* More frames in the picture; or all pages, when always. */
	return dococr_add_pages(task, survey ? 1 : 2, pages);
}

static int
grow(struct doc_stage_task *task, const struct doc_unit *unit)
{
	return more_pages(task, unit) < 0 ? -1 : dococr_add_graft(task);
}

static int
source(struct doc_unit *unit, const struct doc_record *rec)
{
	(void)rec;
	return unit->job.unit == DOC_UNIT_OCR_GRAFT ? dococr_graft_source(unit)
						    : -1;
}

/* Pages that failed leave a gap and a reason, not silence. */
static void
conclude(struct doc_stage_task *task, struct doc_result *r)
{
	unsigned pages = 0, failed = 0;
	bool lost = false; /* the PDF */
	struct doc_error first = { 0 };

	for (unsigned i = 0; i < task->unit_count; i++) {
		const struct doc_job *job = &task->units[i]->job;

		bool page = job->unit != DOC_UNIT_OCR_GRAFT;

		pages += dococr_is_page(task->units[i]);
		r->reasons |= job->answer.reasons;
		if (job->err.code == DOC_E_NONE)
			continue;
		failed += page;
		lost |= !page;
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
	if (dococr_join(task, r) < 0) {
		r->status = DOC_STATUS_ERROR;
		return;
	}
	r->err = first;
	if ((failed > 0 || lost) && r->reasons == 0)
		doc_result_reason(r, DOC_R_ERRORS);
	r->status = r->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
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

		if (!dococr_is_page(task->units[i]) ||
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
	doc_json_str(j, "lang", dococr_own.lang);
	doc_json_int(j, "pages", done);
	doc_json_int(j, "words", (int64_t)words);
	doc_json_int(j, "chars", (int64_t)chars);
	if (sure > 0)
		doc_json_int(j, "confidence", (int64_t)(sum / sure));
	dococr_join_write(task, j);
	dococr_outside_write(task, j);
	dococr_pages_write(task, j);
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
	.second = "docgraft",
	.second_does = UINT64_C(1) << DOC_UNIT_OCR_GRAFT,
	.binary = UINT64_C(1) << DOC_UNIT_OCR_GRAFT,
	.source = source,
	.recall = dococr_outside_recall,
	.follow = dococr_outside_follow,
	.ready = dococr_outside_open,
	.over = dococr_outside_close,
	.grow = grow,
	.conclude = conclude,
	.members = members,
};

static void
check_engine(const struct doc_cmd *cmd)
{
	if (strcmp(dococr_own.engine, "local") != 0 &&
	    !doc_remote_is(dococr_own.engine))
		doc_usage(cmd,
		    "--engine: local, exec:CMD, http:URL or http+unix:SOCKET");
	if (doc_remote_is_net(dococr_own.engine) && !dococr_own.allow_net)
		doc_usage(cmd,
		    "--engine: pages would leave this machine; say --allow-net "
		    "if they may");
	if (dococr_own.searchable && strcmp(dococr_own.engine, "local") != 0)
		doc_usage(cmd,
		    "--searchable-pdf: other engines do not say where the "
		    "words are");
	if (dococr_own.concurrency < 1 || dococr_own.concurrency > 1000 ||
	    dococr_own.attempts < 1)
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
		.groups = { { doc_ocr_opts, &dococr_own },
		    { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &dococr,
		.cmd = &cmd,
		.options = &options,
		.limits = &limits,
		.opts = { doc_ocr_opts, &dococr_own },
		.extension = "txt" };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	setup.operands = doc_opt_files(&cmd, argc, argv);
	if (dococr_own.dpi != 0 &&
	    (dococr_own.dpi < 50 || dococr_own.dpi > 1200))
		doc_usage(&cmd, "--dpi: from 50 to 1200");
	check_engine(&cmd);
	return doc_stage_main(&setup);
}
