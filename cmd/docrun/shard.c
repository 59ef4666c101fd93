/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun shard - does one shard of a planned run, or some of them.
 *
 * Whoever asks for it: GNU parallel, Slurm, Kubernetes ...  Done already is
 * done; a status but 0 means "again, perhaps elsewhere".
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/fleet/fleet.h"
#include "lib/fleet/guest.h"
#include "lib/fleet/ship.h"
#include "lib/stage/last.h"

struct options {
	const char *run, *first, *on, *remote;
	unsigned jobs, every;
	bool quiet, verbose, guest, check, shared;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'r', "run", "DIR", "the planned run", DOC_OPT_STRING, AT(run), NULL },
	{ 'e', "every", "N", "and N more, and 2N more ... to the last",
	    DOC_OPT_NUMBER, AT(every), NULL },
	{ 'b', "base", "N", "what the first shard is called by the engine",
	    DOC_OPT_STRING, AT(first), NULL },
	{ 'o', "on", "HOST", "have that host do it, by ssh", DOC_OPT_STRING,
	    AT(on), NULL },
	{ 's', "shared", NULL, "that host sees the run by the same name",
	    DOC_OPT_FLAG, AT(shared), NULL },
	{ 'R', "remote", "PATH", "what docrun is called there", DOC_OPT_STRING,
	    AT(remote), NULL },
	{ 'G', "guest", NULL, "what --on starts there", DOC_OPT_FLAG, AT(guest),
	    NULL },
	{ 'C', "check", NULL, "what --hosts starts there first", DOC_OPT_FLAG,
	    AT(check), NULL },
	{ 'j', "jobs", "N", "work on at most N documents at once",
	    DOC_OPT_NUMBER, AT(jobs), NULL },
	{ 'q', "quiet", NULL, "no warnings on standard error", DOC_OPT_FLAG,
	    AT(quiet), NULL },
	{ 'v', "verbose", NULL, "say what is done", DOC_OPT_FLAG, AT(verbose),
	    NULL },
	{ 0 },
};

/* What batch engines call the index of a task. */
static const char *const engines[] = {
	"SLURM_ARRAY_TASK_ID",	     /* Slurm */
	"JOB_COMPLETION_INDEX",	     /* Kubernetes, Indexed Job */
	"AWS_BATCH_JOB_ARRAY_INDEX", /* AWS Batch */
	"BATCH_TASK_INDEX",	     /* Google Cloud Batch */
	"CLOUD_RUN_TASK_INDEX",	     /* Google Cloud Run jobs */
	"NOMAD_ALLOC_INDEX",	     /* Nomad */
	"PBS_ARRAY_INDEX",	     /* PBS Pro, OpenPBS */
	"PBS_ARRAYID",		     /* Torque */
	"LSB_JOBINDEX",		     /* LSF, from 1 */
	"SGE_TASK_ID",		     /* Grid Engine, from 1 */
	"CONDOR_PROCESS", /* HTCondor: $(Process), by "environment" */
	"DOCRUN_SHARD",	  /* whatever else */
};

static int
add_index(const char *word, uint64_t base, struct doc_words *w,
    struct doc_error *err)
{
	uint64_t n;
	char shard[32];

	if (doc_number_parse(word, UINT32_MAX, &n) < 0 || n < base)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%.40s' is not the number of a shard", word);
	snprintf(shard, sizeof(shard), "%" PRIu64, n - base);
	return doc_words_add(w, shard) < 0
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : 0;
}

/* Operands, or what the engine says. */
static int
choose(const struct options *o, char **operands, struct doc_words *w,
    struct doc_error *err)
{
	uint64_t base = 0;

	if (o->first != NULL && doc_number_parse(o->first, 1 << 20, &base) < 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "--base: '%.40s' is not a number", o->first);
	for (; *operands != NULL; operands++)
		if (add_index(*operands, base, w, err) < 0)
			return -1;
	for (size_t i = 0; w->n == 0 && i < DOC_LEN(engines); i++) {
		const char *index = getenv(engines[i]);

		if (index != NULL && *index != '\0' &&
		    add_index(index, base, w, err) < 0)
			return -1;
	}
	return w->n > 0 ? 0
			: doc_error_set(err, DOC_E_USAGE,
			      "which shard?  No operand, and no engine says "
			      "so");
}

static int
do_one(const struct doc_fleet *f, const struct options *o, uint32_t k,
    struct doc_error *err)
{
	struct doc_ship ship = { .host = o->on,
		.program = o->remote,
		.shared = o->shared,
		.jobs = o->jobs };

	int rc;

	if (o->on == NULL)
		return doc_fleet_shard(f, k, o->jobs, err);
	rc = doc_ship(f, &ship, k, err);
	doc_ship_log(f, o->on, k, rc);
	return rc;
}

/* Told to end: it waits to be read (doc_piece_signals), and nobody has. */
static bool
stopped(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	    (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT) ||
		sigismember(&set, SIGHUP));
}

/* Each of them; one that fails does not keep the others from being done. */
static int
work(const struct doc_fleet *f, const struct options *o,
    const struct doc_words *w)
{
	int status = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint64_t k = strtoull(w->at[i], NULL, 10);
		bool first = true;

		for (; first || (o->every > 0 && k < f->sum.shards);
		     k += o->every) {
			struct doc_error err = { 0 };
			int rc = do_one(f, o, (uint32_t)k, &err);

			first = false;
			if (rc < 0)
				status = doc_last_words(&err);
			if (stopped())
				return 3;
			if (rc >= 0)
				doc_info("shard %" PRIu64 " %s", k,
				    rc ? "is done" : "was done already");
		}
	}
	return status;
}

int
docrun_shard(int argc, char *argv[])
{
	struct options o = { .remote = "docrun" };
	struct doc_cmd cmd = { .name = "docrun shard",
		.usage = "--run=DIR [options] [K ...]",
		.about = "Does a shard of a planned run.",
		.groups = { { table, &o } } };
	struct doc_words which = { 0 };
	struct doc_fleet f;
	struct doc_error err = { 0 };
	char **operands = argv + doc_opt_parse(&cmd, argc, argv);
	int status;

	doc_log_level(o.quiet ? -1 : o.verbose);
	signal(SIGPIPE, SIG_IGN);
	if (o.guest)
		return doc_guest(0, doc_start_stdout());
	if (o.check)
		return doc_guest_check(o.run, 0, doc_start_stdout());
	if (o.run == NULL)
		doc_usage(&cmd, "needs --run=DIR");
	if (choose(&o, operands, &which, &err) < 0 ||
	    doc_fleet_open(&f, o.run, &err) < 0)
		return doc_last_words(&err);
	status = work(&f, &o, &which);
	doc_words_release(&which);
	doc_fleet_release(&f);
	return status;
}
