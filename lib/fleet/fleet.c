/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/tree.h"
#include "lib/base/version.h"
#include "lib/fleet/collect.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/fleet.h"
#include "lib/fleet/work.h"
#include "lib/run/lock.h"
#include "lib/run/settings.h"

enum { PLAN_VERSION = 1, PLAN_MAX = 1 << 16 };

bool
doc_fleet_planned(const char *dir)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/plan.json", dir);
	return access(path, F_OK) == 0;
}

static int
write_plan(const char *dir, const struct doc_cut *cut,
    const struct doc_manifest_sum *sum, const char *spool,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };
	char path[4200];
	struct doc_json j;

	doc_json_begin(&j, &text);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "plan", PLAN_VERSION);
	doc_json_str(&j, "version", DOC_VERSION);
	doc_json_int(&j, "inputs", (int64_t)sum->inputs);
	doc_json_int(&j, "bytes", (int64_t)sum->bytes);
	doc_json_int(&j, "shards", sum->shards);
	doc_json_str(&j, "manifest", sum->digest);
	doc_json_bool(&j, "trust_times", cut->trust_times);
	if (spool != NULL)
		doc_json_str(&j, "spool", spool);
	doc_json_close(&j, '}');
	snprintf(path, sizeof(path), "%s/plan.json", dir);
	if (j.failed || doc_buf_addc(&text, '\n') < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_report_file(path, &text, err);
}

static int
write_settings(const struct doc_batch *b, struct doc_error *err)
{
	char digest[33], path[4200];
	doc_autoclose int fd = -1;

	doc_settings_digest(&b->settings, digest);
	snprintf(path, sizeof(path), "%s/settings", b->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0 || doc_write_full(fd, digest, 32) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return doc_settings_write(b, err);
}

/* RUN/spool unless it was told to be elsewhere. */
static bool
own_spool(const struct doc_batch *b)
{
	char own[4200];

	snprintf(own, sizeof(own), "%s/spool", b->dir);
	return strcmp(b->spool, own) == 0;
}

static int
freeze(struct doc_batch *b, const struct doc_cut *cut, struct doc_error *err)
{
	struct doc_manifest_sum sum;
	struct doc_facts facts = { 0 };
	struct doc_words command = { 0 };
	char cwd[PATH_MAX], spool[PATH_MAX];
	bool own = own_spool(b);
	int rc = -1;

	if (doc_fleet_planned(b->dir))
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' has a plan already", b->dir);
	if (getcwd(cwd, sizeof(cwd)) == NULL ||
	    doc_tree_make(b->spool, err) < 0 ||
	    realpath(b->spool, spool) == NULL)
		return doc_error_sys(err, "cannot open '%s'", b->spool);
	if (doc_piece_command(&b->command, cwd, &command) < 0)
		doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	else if (write_settings(b, err) == 0 &&
	    doc_manifest_write(b->dir, &b->tenants, b->names, cut, &sum, err) ==
		0 &&
	    doc_fleet_probe(&command, &facts, err) == 0 &&
	    doc_facts_write(&facts, b->dir, err) == 0)
		rc = write_plan(b->dir, cut, &sum, own ? NULL : spool, err);
	if (rc == 0)
		doc_info("%ju inputs in %u shards", (uintmax_t)sum.inputs,
		    sum.shards);
	doc_facts_release(&facts);
	doc_words_release(&command);
	return rc;
}

int
doc_fleet_freeze(struct doc_batch *b, const struct doc_cut *cut,
    struct doc_error *err)
{
	int lock, rc;

	if (mkdir(b->dir, 0700) < 0 && errno != EEXIST)
		return doc_error_sys(err, "cannot make '%s'", b->dir);
	lock = doc_lock_take(b->dir, err);
	if (lock < 0)
		return -1;
	rc = freeze(b, cut, err);
	doc_lock_free(lock);
	return rc;
}

int
doc_fleet_same(const struct doc_batch *b, struct doc_error *err)
{
	char now[33], then[33] = "";
	char path[4200];
	doc_autoclose int fd = -1;

	doc_settings_digest(&b->settings, now);
	snprintf(path, sizeof(path), "%s/settings", b->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || doc_read_full(fd, then, 32) != 32)
		return doc_error_sys(err, "cannot read '%s'", path);
	return strcmp(now, then) == 0 ? 0 : doc_settings_differ(b, err);
}

static int
read_plan(struct doc_fleet *f, struct doc_error *err)
{
	doc_autovalue struct doc_value *v = NULL;
	doc_autoclose int fd = -1;
	const char *version, *digest, *spool;
	char path[4200], text[PLAN_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/plan.json", f->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' has no plan (docrun plan makes one)", f->dir);
	n = fd < 0 ? -1 : doc_read_full(fd, text, sizeof(text));
	if (n < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	v = doc_value_parse(text, (size_t)n);
	version = doc_value_get_str(v, "version");
	digest = doc_value_get_str(v, "manifest");
	spool = doc_value_get_str(v, "spool");
	if (version == NULL || digest == NULL || !doc_digest_is_hex(digest))
		return doc_error_set(err, DOC_E_USAGE, "'%s' is damaged", path);
	if (strcmp(version, DOC_VERSION) != 0 ||
	    doc_value_int(doc_value_get(v, "plan"), 0) != PLAN_VERSION)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' was planned by docpipe %.40s; this is %s", f->dir,
		    version, DOC_VERSION);
	strcpy(f->sum.digest, digest);
	f->sum.inputs = (uint64_t)doc_value_int(doc_value_get(v, "inputs"), 0);
	f->sum.bytes = (uint64_t)doc_value_int(doc_value_get(v, "bytes"), 0);
	f->sum.shards = (uint32_t)doc_value_int(doc_value_get(v, "shards"), 0);
	f->trust_times = strstr(text, "\"trust_times\":true") != NULL;
	if (spool != NULL)
		snprintf(f->spool, sizeof(f->spool), "%s", spool);
	else
		snprintf(f->spool, sizeof(f->spool), "%.4080s/spool", f->dir);
	return 0;
}

int
doc_fleet_look(struct doc_fleet *f, const char *dir, struct doc_error *err)
{
	char real[PATH_MAX];

	*f = (struct doc_fleet){ 0 };
	if (realpath(dir, real) == NULL)
		return doc_error_sys(err, "cannot open '%s'", dir);
	snprintf(f->dir, sizeof(f->dir), "%s", real);
	return read_plan(f, err);
}

int
doc_fleet_open(struct doc_fleet *f, const char *dir, struct doc_error *err)
{
	struct doc_words recalled = { 0 };
	char cwd[PATH_MAX];
	int rc;

	if (doc_fleet_look(f, dir, err) < 0 ||
	    doc_facts_read(&f->facts, f->dir, err) < 0)
		return -1;
	rc = doc_batch_recall(f->dir, &recalled, err);
	if (rc == 0 &&
	    (getcwd(cwd, sizeof(cwd)) == NULL ||
		doc_piece_command(&recalled, cwd, &f->command) < 0))
		rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_words_release(&recalled);
	return rc;
}

void
doc_fleet_release(struct doc_fleet *f)
{
	doc_words_release(&f->command);
	doc_facts_release(&f->facts);
}

/* --- pieces ----------------------------------------------------------------*/

static int
write_sample(const char *path, struct doc_input_row *row, struct doc_error *err)
{
	static const char text[] = "A sample, to see which engines answer.\n";
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct doc_digest d;

	if (fd < 0 || doc_write_full(fd, text, sizeof(text) - 1) < 0) {
		if (fd >= 0)
			close(fd);
		return doc_error_sys(err, "cannot write '%s'", path);
	}
	close(fd);
	doc_digest_init(&d);
	doc_digest_add(&d, text, sizeof(text) - 1);
	doc_digest_hex(&d, row->sha256);
	return 0;
}

int
doc_fleet_probe(const struct doc_words *command, struct doc_facts *facts,
    struct doc_error *err)
{
	struct doc_workdir w;
	char sample[4200], spool[4200], out[4200];
	struct doc_input_row row = { .path = sample };
	struct doc_words roots = { (char *[]){ sample, NULL }, 1 };
	struct doc_piece p = { .command = command,
		.work = w.path,
		.spool = spool,
		.tenant = "default",
		.roots = &roots,
		.lifeline = -1,
		.signals = -1 };
	struct doc_collect c = { .out = out,
		.spool = spool,
		.tenant = "default",
		.rows = &row,
		.n = 1 };
	doc_autoclose int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int rc = -1;

	if (doc_workdir_open(&w, err) < 0)
		return -1;
	snprintf(sample, sizeof(sample), "%s/sample.txt", w.path);
	snprintf(spool, sizeof(spool), "%s/spool", w.path);
	snprintf(out, sizeof(out), "%s/run/out.ndjson", w.path);
	if (write_sample(sample, &row, err) == 0 &&
	    doc_piece_run(&p, &row, 1, err) == 0)
		rc = doc_collect(&c, null, err);
	if (rc == 0) {
		*facts = c.facts;
		c.facts = (struct doc_facts){ 0 };
	}
	doc_collect_release(&c);
	doc_workdir_close(&w);
	return rc;
}

int
doc_fleet_commit(const struct doc_fleet *f, struct doc_collect *c,
    struct doc_error *err)
{
	struct doc_commit commit;
	char what[240];
	int rc;

	if (doc_commit_begin(&commit, f->dir, c->shard, err) < 0)
		return -1;
	rc = doc_collect(c, commit.fd, err);
	if (rc == 0 && !doc_facts_agree(&f->facts, &c->facts, what))
		rc = doc_error_set(err, DOC_E_USAGE,
		    "other versions than planned: %s", what);
	if (rc == 0)
		rc = doc_commit_finish(&commit, f->spool, err);
	doc_commit_drop(&commit);
	if (rc > 0 && c->changed > 0)
		doc_warn("shard %" PRIu32 ": %ju inputs are not what was "
			 "planned any more (error changed)",
		    c->shard, (uintmax_t)c->changed);
	return rc;
}

static int
work(const struct doc_fleet *f, const struct doc_slice *s, unsigned jobs,
    struct doc_collect *c, struct doc_error *err)
{
	struct doc_workdir w;
	char out[4200], real[PATH_MAX];
	struct doc_piece p = { .command = &f->command,
		.work = w.path,
		.spool = f->spool,
		.tenant = s->tenant,
		.roots = &s->sources,
		.jobs = jobs,
		.trust_times = f->trust_times,
		.lifeline = -1,
		.signals = doc_piece_signals() };
	int rc = -1;

	if (doc_workdir_open(&w, err) < 0)
		return -1;
	snprintf(out, sizeof(out), "%s/run/out.ndjson", w.path);
	if (doc_tree_make(f->spool, err) == 0 &&
	    doc_piece_run(&p, s->at, s->n, err) == 0) {
		if (realpath(f->spool, real) == NULL) {
			doc_error_sys(err, "cannot open '%s'", f->spool);
		} else {
			c->out = out;
			c->spool = real;
			rc = doc_fleet_commit(f, c, err);
		}
	}
	doc_workdir_close(&w);
	if (p.signals >= 0)
		close(p.signals);
	return rc;
}

int
doc_fleet_shard(const struct doc_fleet *f, uint32_t number, unsigned jobs,
    struct doc_error *err)
{
	struct doc_collect c = { .shard = number };
	struct doc_shard shard;
	struct doc_slice s = { 0 };
	char path[4200];
	doc_autoclose int shards = -1,
			  done = doc_committed(f->dir, number, err);
	int rc = -1;

	if (done >= 0 || err->code != DOC_E_NONE)
		return done >= 0 ? 0 : -1;
	snprintf(path, sizeof(path), "%s/shards", f->dir);
	shards = open(path, O_RDONLY | O_CLOEXEC);
	if (shards < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	if (doc_shard_find(shards, number, &shard, err) == 0 &&
	    doc_slice_read(&s, f->dir, &shard, err) == 0) {
		c.tenant = s.tenant;
		c.rows = s.at;
		c.n = s.n;
		rc = work(f, &s, jobs, &c, err);
	}
	doc_collect_release(&c);
	doc_slice_release(&s);
	return rc;
}
