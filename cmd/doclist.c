/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doclist - names, archives and mail into one record per document.
 *
 * This process walks folders and opens files; digests, media types and the
 * members of containers are found by the workers of libexec/docpipe/doclist.
 */
#include "cmd/options.h"
#include "lib/base/start.h"
#include "lib/stage/intake.h"

int
main(int argc, char *argv[])
{
	struct doc_list_options own = DOC_LIST_DEFAULTS;
	struct doc_stage_options options;
	struct doc_limits limits;
	struct doc_cmd cmd = { .name = "doclist",
		.usage = "[-0] [options] [file ...]",
		.about = "Writes a record for each document, and for each "
			 "member of a container.",
		.groups = { { doc_list_opts, &own },
		    { doc_open_opts, &own.open }, { doc_stage_opts, &options },
		    { doc_limits_opts, &limits } } };
	struct doc_intake_setup setup = { .cmd = &cmd,
		.options = &options,
		.select = &own.select,
		.opts = { doc_open_opts, &own.open },
		.limits = &limits };

	doc_start(cmd.name);
	doc_stage_options_default(&options);
	doc_limits_default(&limits);
	limits.max_output = DOC_MEMBER_MAX; /* the largest member */
	setup.operands = doc_opt_files(&cmd, argc, argv);
	if (own.open.password_file != NULL &&
	    access(own.open.password_file, R_OK) < 0)
		doc_usage(&cmd, "--password-file: cannot read '%s'",
		    own.open.password_file);
	setup.null = own.null;
	setup.batch = own.batch;
	setup.digests = own.digests;
	setup.files_from = own.files_from;
	setup.embedded = own.open.embedded;
	setup.no_join = own.no_join;
	setup.no_duplicates = own.no_duplicates;
	setup.tenant_from_dir = own.tenant_from == DOC_TENANT_FROM_DIR;
	setup.tree = (struct doc_intake_limits){ own.max_depth, own.max_members,
		own.max_bytes };
	return doc_intake_main(&setup);
}
