/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctext - text and metadata out of documents.
 *
 * This process reads records and opens documents; every byte of a document is
 * parsed by the workers of libexec/docpipe/doctext (PDF) and
 * libexec/docpipe/docoffice (all else).
 */
#include "cmd/options.h"
#include "lib/base/start.h"
#include "lib/record/media.h"
#include "lib/stage/stage.h"

static enum doc_reason
skip(const struct doc_run *run, const struct doc_record *rec, const char *media)
{
	(void)run;
	(void)rec;
	return (doc_media_flags(media) & DOC_MEDIA_TEXT) != 0
	    ? DOC_R_NONE
	    : DOC_R_UNSUPPORTED;
}

static int
plan(struct doc_stage_task *task, const struct doc_record *rec)
{
	bool pdf = doc_media_family(task->media) == DOC_FAMILY_PDF;

	(void)rec;
	return doc_unit_add(task,
	    pdf ? DOC_UNIT_TEXT_PDF : DOC_UNIT_TEXT_OFFICE, 0);
}

static const struct doc_stage doctext = {
	.key = "text",
	.tool = "doctext",
	.fields = DOC_FOR_TEXT,
	.beats = true,
	.writes = true,
	.second = "docoffice",
	.second_does = UINT64_C(1) << DOC_UNIT_TEXT_OFFICE,
	.skip = skip,
	.plan = plan,
};

int
main(int argc, char *argv[])
{
	struct doc_text_options own = { 0 };
	struct doc_stage_options options;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "doctext",
		.usage = "[options] [file ...]",
		.about = "Adds text and metadata to the record of each "
			 "document.",
		.groups = { { doc_text_opts, &own },
		    { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_stage_setup setup = { .stage = &doctext,
		.cmd = &cmd,
		.options = &options,
		.limits = &limits,
		.opts = { doc_text_opts, &own },
		.extension = "txt" };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	setup.operands = doc_opt_files(&cmd, argc, argv);
	if (own.password_file != NULL && access(own.password_file, R_OK) < 0)
		doc_usage(&cmd, "--password-file: cannot read '%s'",
		    own.password_file);
	return doc_stage_main(&setup);
}
