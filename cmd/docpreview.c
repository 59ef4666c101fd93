/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docpreview - a small picture of each document.
 *
 * This process reads records and opens documents; rendering and decoding
 * happen in the workers of libexec/docpipe/docpreview.
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
	return (doc_media_flags(media) & DOC_MEDIA_PREVIEW) != 0
	    ? DOC_R_NONE
	    : DOC_R_UNSUPPORTED;
}

static const struct doc_stage docpreview = {
	.key = "preview",
	.tool = "docpreview",
	.fields = DOC_FOR_PREVIEW,
	.writes = true,
	.skip = skip,
};

int
main(int argc, char *argv[])
{
	static const char *const extensions[] = { "webp", "jpg", "png" };
	struct doc_preview_options own = DOC_PREVIEW_DEFAULTS;
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
	setup.operands = argv + doc_opt_parse(&cmd, argc, argv);
	if (own.size < 16 || own.size > 4096)
		doc_usage(&cmd, "--size: from 16 to 4096 pixels");
	if (own.page == 0)
		doc_usage(&cmd, "--page: pages count from 1");
	setup.extension = extensions[own.format];
	return doc_stage_main(&setup);
}
