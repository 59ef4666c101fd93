/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docbox - runs a stage inside a container or a virtual machine, documents and
 * results passing through one stream of bytes.
 *
 * Outside it opens documents, as a stage does, and parses nothing but records
 * and frames; inside it writes files and starts the stage.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/box/inside.h"
#include "lib/box/outside.h"
#include "lib/box/runner.h"
#include "lib/spool/spool.h"
#include "lib/stage/last.h"

struct options {
	const char *runner, *spool, *tenant;
	struct doc_words roots, read_only;
	uint64_t start_ms, max_output;
	unsigned starts;
	bool inside, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'b', "runner", "RUNNER", "what the stage runs in: bwrap, podman ...",
	    DOC_OPT_STRING, AT(runner), NULL },
	{ 'S', "spool", "DIR", "keep results there", DOC_OPT_STRING, AT(spool),
	    NULL },
	{ 'R', "root", "DIR", "open no document outside DIR", DOC_OPT_LIST,
	    AT(roots), NULL },
	{ 'T', "tenant", "NAME", "tenant of records that name none",
	    DOC_OPT_STRING, AT(tenant), NULL },
	{ 'o', "read-only", "PATH", "the box may read that, too", DOC_OPT_LIST,
	    AT(read_only), NULL },
	{ 'w', "start-timeout", "D", "a box that is not there by then is none",
	    DOC_OPT_DURATION, AT(start_ms), NULL },
	{ 'n', "starts", "N", "so often a box is started", DOC_OPT_NUMBER,
	    AT(starts), NULL },
	{ 'M', "max-output", "SIZE", "what one document may bring back",
	    DOC_OPT_SIZE, AT(max_output), NULL },
	{ 'i', "inside", NULL, "be the half that runs inside", DOC_OPT_FLAG,
	    AT(inside), NULL },
	{ 'q', "quiet", NULL, "no warnings", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

/* Options of stages that name files: these go along, by their whole path. */
static const char *const naming[] = { "--db=", "--password-file=", "--allow=" };

static int
add_word(const char *word, struct doc_words *args, struct doc_words *paths)
{
	char whole[4096 + 64], path[PATH_MAX];

	for (size_t i = 0; i < DOC_LEN(naming); i++) {
		size_t n = strlen(naming[i]);

		if (strncmp(word, naming[i], n) != 0 ||
		    realpath(word + n, path) == NULL)
			continue;
		snprintf(whole, sizeof(whole), "%s%s", naming[i], path);
		return doc_words_add(args, whole) < 0
		    ? -1
		    : doc_words_add(paths, path);
	}
	return doc_words_add(args, word);
}

/* The stage's command inside: the same, but its spool is at its place there. */
static int
stage_words(char **operands, const char *spool, struct doc_words *args,
    struct doc_words *paths)
{
	char word[4200];
	int rc = 0;

	for (; rc == 0 && *operands != NULL; operands++)
		rc = add_word(*operands, args, paths);
	snprintf(word, sizeof(word), "--spool=%s", spool);
	return rc < 0 ? -1 : doc_words_add(args, word);
}

static int
tell(const struct doc_outside *box)
{
	int ws = box->wait_status;

	if (box->signal != 0)
		doc_die_of(box->signal);
	if (WIFSIGNALED(ws))
		doc_die_of(WTERMSIG(ws));
	return WEXITSTATUS(ws);
}

static int
outside(const struct options *o, char **operands, int out)
{
	struct doc_runner runner = { .read_only = o->read_only, .lock = -1 };
	struct doc_words args = { 0 };
	struct doc_outside box = { .runner = &runner.command,
		.runner_name = runner.name,
		.tenant = o->tenant,
		.roots = o->roots,
		.start_ms = o->start_ms,
		.starts = o->starts,
		.max_bytes = o->max_output };
	struct doc_spool spool;
	struct doc_error err = { 0 };
	int rc = -1;

	if (doc_runner_parse(&runner, o->runner, &err) < 0 ||
	    doc_spool_open(&spool, o->spool, &err) < 0)
		return doc_last_words(&err);
	if (stage_words(operands, spool.path, &args, &runner.read_only) < 0)
		doc_error_set(&err, DOC_E_NO_MEMORY, "no memory");
	else if (doc_runner_make(&runner, spool.path, &err) == 0) {
		box.spool = spool.path;
		box.stage = args.at;
		/* Its tokens are not to be had through a wall. */
		unsetenv("MAKEFLAGS");
		rc = doc_outside(&box, out, &err);
	}
	doc_runner_release(&runner);
	doc_spool_close(&spool);
	doc_words_release(&args);
	if (box.signal != 0)
		doc_die_of(box.signal);
	/* As a killed stage ends: whoever started us starts us again. */
	if (rc < 0 && box.gone) {
		doc_last_words(&err);
		doc_die_of(SIGKILL);
	}
	return rc < 0 ? doc_last_words(&err) : tell(&box);
}

int
main(int argc, char *argv[])
{
	struct options o = { .runner = "bwrap",
		.tenant = "default",
		.start_ms = 60000,
		.starts = 3,
		.max_output = (uint64_t)4 << 30 };
	struct doc_cmd cmd = { .name = "docbox",
		.usage = "[options] -- STAGE [its options]",
		.about = "Runs a stage in a container or a virtual machine.",
		.groups = { { table, &o } } };
	struct doc_error err = { 0 };
	char **operands;
	int out;

	doc_start(cmd.name);
	operands = argv + doc_opt_parse(&cmd, argc, argv);
	doc_log_level(o.quiet ? -1 : 0);
	if (o.inside) {
		out = doc_start_stdout();
		return doc_inside(0, out, &err) < 0 ? doc_last_words(&err) : 0;
	}
	if (*operands == NULL || doc_outside_key(*operands) == NULL)
		doc_usage(&cmd,
		    "needs docscan, doctext, dococr or docpreview "
		    "behind --");
	if (isatty(0))
		doc_usage(&cmd, "takes records on standard input");
	return outside(&o, operands, doc_start_stdout());
}
