/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docpreview - a small picture of each document.
 *
 * This process reads records, opens documents and decides what is to be drawn;
 * rendering and decoding happen in the workers of libexec/docpipe/docpreview
 * (PDF) and libexec/docpipe/docpicture (all else).
 */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "lib/base/start.h"
#include "lib/record/media.h"
#include "lib/stage/open.h"
#include "lib/stage/stage.h"

static struct doc_preview_options own = DOC_PREVIEW_DEFAULTS;
static unsigned first_page, last_page; /* --pages */

/* Does doctext's result name a text? */
static bool
has_text(const struct doc_record *rec)
{
	doc_autovalue struct doc_value *text = NULL;
	struct doc_record in;

	/* Most records that come here have none, and need no tree. */
	if (doc_record_inside(rec, "text", &in) >= 0 &&
	    doc_record_find(&in, "file") == NULL)
		return false;
	text = doc_record_value(rec, "text");
	return doc_value_get_str(text, "file") != NULL &&
	    doc_value_int(doc_value_get(text, "bytes"), 0) > 0;
}

static enum doc_reason
skip(const struct doc_run *run, const struct doc_record *rec, const char *media)
{
	enum doc_family family = doc_media_family(media);

	(void)run;
	if ((doc_media_flags(media) & DOC_MEDIA_PREVIEW) != 0 ||
	    (family != DOC_FAMILY_NONE && family != DOC_FAMILY_IMAGE) ||
	    has_text(rec))
		return DOC_R_NONE;
	return DOC_R_UNSUPPORTED;
}

static int
plan(struct doc_stage_task *task, const struct doc_record *rec)
{
	unsigned flags = doc_media_flags(task->media);

	(void)rec;
	if (doc_media_family(task->media) == DOC_FAMILY_PDF)
		return doc_unit_add(task,
		    own.sheet ? DOC_UNIT_PREVIEW_PDF_SHEET
			      : DOC_UNIT_PREVIEW_PDF,
		    first_page);
	if ((flags & DOC_MEDIA_PREVIEW) != 0)
		return doc_unit_add(task,
		    own.sheet ? DOC_UNIT_PREVIEW_PICTURE_SHEET
			      : DOC_UNIT_PREVIEW_PICTURE,
		    first_page);
	if ((flags & DOC_MEDIA_THUMBNAIL) != 0)
		return doc_unit_add(task, DOC_UNIT_PREVIEW_INNER, 0);
	return doc_unit_add(task, DOC_UNIT_PREVIEW_TEXT, 0);
}

/* Did doclist fail on it?  The library that hung on it once is not asked to
 * hang again. */
static bool
was_refused(const struct doc_record *rec)
{
	doc_autovalue struct doc_value *list = doc_record_value(rec, "list");
	const char *status = doc_value_get_str(list, "status");

	return status != NULL && strcmp(status, "error") == 0;
}

/* The text that doctext left, if it did. */
static int
source(struct doc_unit *unit, const struct doc_record *rec)
{
	struct doc_error err = { 0 };
	int fd = -1;

	if (unit->job.unit != DOC_UNIT_PREVIEW_TEXT)
		return -1;
	if (has_text(rec))
		fd = doc_open_artifact(unit->task->run->spool.path, rec, "text",
		    &err);
	if (fd < 0)
		unit->job.unit = was_refused(rec) ? DOC_UNIT_PREVIEW_FACTS
						  : DOC_UNIT_PREVIEW_CARD;
	return fd;
}

/* More pages, once the first told how many there are. */
static int
add_pages(struct doc_stage_task *task, const struct doc_unit *unit)
{
	uint64_t pages = unit->job.answer.number[DOC_F_PAGES];
	unsigned last = (unsigned)DOC_MIN((uint64_t)last_page, pages);

	for (unsigned page = first_page + 1; page <= last; page++)
		if (doc_unit_add(task, unit->job.unit, page) < 0)
			return -1;
	return 0;
}

static int
grow(struct doc_stage_task *task, const struct doc_unit *unit)
{
	bool failed = unit->job.err.code != DOC_E_NONE;

	if (unit != task->units[0])
		return 0;
	switch (unit->job.unit) {
	case DOC_UNIT_PREVIEW_PDF:
	case DOC_UNIT_PREVIEW_PICTURE:
		return failed ? 0 : add_pages(task, unit);
	case DOC_UNIT_PREVIEW_INNER:
		return failed ? doc_unit_add(task, DOC_UNIT_PREVIEW_TEXT, 0)
			      : 0;
	/* A page may have taken the others with it: the first one then. */
	case DOC_UNIT_PREVIEW_PDF_SHEET:
		return failed
		    ? doc_unit_add(task, DOC_UNIT_PREVIEW_PDF, first_page)
		    : 0;
	case DOC_UNIT_PREVIEW_PICTURE_SHEET:
		return failed
		    ? doc_unit_add(task, DOC_UNIT_PREVIEW_PICTURE, first_page)
		    : 0;
	default:
		return 0;
	}
}

static bool
is_sheet(const struct doc_unit *u)
{
	return u->job.unit == DOC_UNIT_PREVIEW_PDF_SHEET ||
	    u->job.unit == DOC_UNIT_PREVIEW_PICTURE_SHEET;
}

/* The unit whose picture is the document's: the first that has one. */
static struct doc_unit *
main_unit(const struct doc_stage_task *task)
{
	for (unsigned i = 0; i < task->unit_count; i++)
		if (task->units[i]->job.err.code == DOC_E_NONE)
			return task->units[i];
	return task->units[task->unit_count - 1];
}

/* A page, or the sheet, that failed is missed; a thumbnail that is not there
 * is not. */
static void
note_failure(const struct doc_unit *u, struct doc_result *r)
{
	if (u->job.err.code == DOC_E_NONE ||
	    u->job.unit == DOC_UNIT_PREVIEW_INNER)
		return;
	doc_result_reason(r, doc_reason_of(u->job.err.code));
	if (r->reasons == 0)
		doc_result_reason(r, DOC_R_ERRORS);
	if (r->err.code == DOC_E_NONE)
		r->err = u->job.err;
}

static void
conclude(struct doc_stage_task *task, struct doc_result *r)
{
	struct doc_unit *best = main_unit(task);
	char tail[16];

	doc_unit_result(task, best, r);
	if (r->status == DOC_STATUS_ERROR)
		return;
	for (unsigned i = 0; i < task->unit_count; i++) {
		struct doc_unit *u = task->units[i];

		note_failure(u, r);
		if (u == best || u->job.err.code != DOC_E_NONE)
			continue;
		r->reasons |= u->job.answer.reasons;
		snprintf(tail, sizeof(tail), "-%u", u->job.page);
		if (doc_unit_commit(u, tail, &u->job.err) < 0)
			note_failure(u, r);
	}
	r->status = r->reasons ? DOC_STATUS_PARTIAL : DOC_STATUS_OK;
}

static void
write_picture(const struct doc_unit *u, const char *file, const char *sha256,
    struct doc_json *j)
{
	static const enum doc_field without[] = { DOC_F_PAGES, DOC_F_SOURCE,
		DOC_F_NONE };

	doc_json_open(j, NULL, '{');
	doc_json_int(j, "page", u->job.page);
	doc_json_str(j, "file", file);
	doc_json_int(j, "bytes", (int64_t)u->bytes);
	doc_json_str(j, "sha256", sha256);
	doc_answer_write(&u->job.answer, j, without);
	doc_json_close(j, '}');
}

static void
members(const struct doc_stage_task *task, struct doc_result *r,
    struct doc_json *j)
{
	const struct doc_unit *best = main_unit(task);

	doc_answer_write(&best->job.answer, j, NULL);
	if (first_page == last_page || own.sheet || r->file == NULL ||
	    best->job.page == 0)
		return;
	doc_json_open(j, "pictures", '[');
	write_picture(best, r->file, r->sha256, j);
	for (unsigned i = 0; i < task->unit_count; i++)
		if (task->units[i]->file != NULL && !is_sheet(task->units[i]))
			write_picture(task->units[i], task->units[i]->file,
			    task->units[i]->sha256, j);
	doc_json_close(j, ']');
}

#define DOES(unit) ((uint64_t)1 << (unit))

static const char *const reads[] = { "text", NULL };

static const struct doc_stage docpreview = {
	.reads = reads,
	.key = "preview",
	.tool = "docpreview",
	.second = "docpicture",
	.second_does = DOES(DOC_UNIT_PREVIEW_PICTURE) |
	    DOES(DOC_UNIT_PREVIEW_PICTURE_SHEET) |
	    DOES(DOC_UNIT_PREVIEW_INNER) | DOES(DOC_UNIT_PREVIEW_TEXT) |
	    DOES(DOC_UNIT_PREVIEW_CARD) | DOES(DOC_UNIT_PREVIEW_FACTS),
	.fields = DOC_FOR_PREVIEW,
	.beats = true,
	.writes = true,
	.skip = skip,
	.plan = plan,
	.source = source,
	.grow = grow,
	.conclude = conclude,
	.members = members,
};

int
main(int argc, char *argv[])
{
	static const char *const extensions[] = { "webp", "jpg", "png" };
	struct doc_stage_options options;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "docpreview",
		.usage = "[options] [file ...]",
		.about = "Adds a preview picture to the record of each "
			 "document.",
		.groups = { { doc_preview_opts, &own },
		    { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &docpreview,
		.cmd = &cmd,
		.options = &options,
		.limits = &limits,
		.opts = { doc_preview_opts, &own } };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	setup.operands = doc_opt_files(&cmd, argc, argv);
	if (own.size < 16 || own.size > 4096)
		doc_usage(&cmd, "--size: from 16 to 4096 pixels");
	if (doc_pages_parse(&own, &first_page, &last_page) < 0)
		doc_usage(&cmd, "--pages: a page from 1, or a range as in 1-4");
	setup.extension = extensions[own.format];
	return doc_stage_main(&setup);
}
