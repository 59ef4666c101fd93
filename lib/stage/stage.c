/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/base/starved.h"
#include "lib/base/version.h"
#include "lib/record/path.h"
#include "lib/stage/end.h"
#include "lib/stage/last.h"
#include "lib/stage/show.h"
#include "lib/stage/task_impl.h"

enum { SECRETS_MAX = 1 << 20 };

/* A result without work: straight into the output when nothing is before it,
 * so that a stage with nothing to do copies bytes and no more. */
static int
pass(struct doc_run *run, const struct doc_record *rec,
    struct doc_result *result)
{
	struct doc_flow *flow = &run->flow;
	struct doc_task *t = flow->head ? stage_line_task() : NULL;
	struct doc_buf *line = t ? &t->line : &flow->sink.buf;
	int rc;

	if (flow->head != NULL && t == NULL)
		return -1;
	rc = result ? stage_write_result(run, rec, NULL, result, line)
		    : doc_record_append(rec, NULL, NULL, 0, line);
	if (t != NULL) {
		t->cost = t->line.len + sizeof(*t);
		doc_flow_add(flow, t);
	}
	return rc;
}

static enum doc_reason
why_not(const struct doc_run *run, const struct doc_record *rec,
    const char *media)
{
	char sha[DOC_DIGEST_HEX + 8];

	if (stage_copy_str(rec, "sha256", "", sha, sizeof(sha)) < 0 ||
	    !doc_digest_is_hex(sha))
		return DOC_R_NO_DATA;
	if (!run->stage->scans && !run->options->infected &&
	    doc_record_says(rec, "scan", "verdict", "infected"))
		return DOC_R_INFECTED;
	return run->stage->skip ? run->stage->skip(run, rec, media)
				: DOC_R_NONE;
}

static int
take_document(struct doc_run *run, const struct doc_record *rec)
{
	char media[128], tenant[72];
	struct doc_result result = { .status = DOC_STATUS_SKIPPED };
	struct doc_stage_task *task;
	enum doc_reason reason;

	run->in++;
	doc_show_came(&run->flow, stage_shown_size(run, rec));
	if (stage_copy_str(rec, "media", "", media, sizeof(media)) < 0)
		return -1;
	/* It names a folder of the spool. */
	if (stage_copy_str(rec, "tenant", run->options->tenant, tenant,
		sizeof(tenant)) < 0)
		return -1;
	if (!doc_tenant_valid(tenant)) {
		doc_error_set(&result.err, DOC_E_NAME,
		    "the record's tenant cannot be one");
		result.status = DOC_STATUS_ERROR;
		return pass(run, rec, &result);
	}
	reason = why_not(run, rec, media);
	if (reason != DOC_R_NONE) {
		doc_result_reason(&result, reason);
		return pass(run, rec, &result);
	}
	task = stage_task_new(run, rec, media);
	if (task == NULL)
		return -1;
	run->flow.mixed = run->flow.mixed ||
	    (run->tenant[0] != '\0' && strcmp(run->tenant, tenant) != 0);
	strcpy(run->tenant, tenant);
	stage_recall(task);
	doc_flow_add(&run->flow, &task->task);
	return 0;
}

static int
take_line(struct doc_run *run, const char *line, size_t len)
{
	struct doc_record rec;
	struct doc_error why = { 0 };
	int rc;

	if (doc_record_parse(&rec, line, len, &why) < 0)
		return doc_error_set(&run->flow.err, DOC_E_STREAM,
		    "line %ju: %s", (uintmax_t)run->lines.number, why.msg);
	if (rec.type == DOC_TYPE_END)
		run->upstream_ended = true;
	rc = rec.type == DOC_TYPE_DOC ? take_document(run, &rec)
				      : pass(run, &rec, NULL);
	/* What was decided about it may rest on what could not be read. */
	if (rc < 0 || doc_starved())
		return doc_error_set(&run->flow.err, DOC_E_NO_MEMORY,
		    "no memory for line %ju", (uintmax_t)run->lines.number);
	return 1;
}

static int
pull(struct doc_flow *flow)
{
	struct doc_run *run = (struct doc_run *)flow;
	struct doc_error *err = &flow->err;
	bool *waits = flow->input.ctx;
	const char *line;
	size_t len;
	int rc = doc_lines_next(&run->lines, &line, &len, err);

	if (rc > 0)
		return take_line(run, line, len);
	if (rc < 0)
		return -1;
	if (run->lines.eof) {
		flow->ended = true;
		return -1;
	}
	/* Read only when the loop said that something is there. */
	if (*waits)
		return 0;
	*waits = true;
	return doc_lines_fill(&run->lines, err) < 0 ? -1 : 1;
}

/* Passwords open documents by what they are, not by the file they are in. */
static int
add_secrets(struct doc_buf *settings)
{
	static const char option[] = "password-file=";
	const char *text = doc_buf_str(settings);
	const char *at = text ? strstr(text, option) : NULL;
	doc_autobuf struct doc_buf content = { 0 };
	doc_autoclose int fd = -1;
	char path[4096], hex[DOC_DIGEST_HEX];
	struct doc_digest d;
	ssize_t n;

	if (at == NULL)
		return text ? 0 : -1;
	at += sizeof(option) - 1;
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\n"), at);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) /* whoever reads it says so */
		return 0;
	if (doc_buf_reserve(&content, SECRETS_MAX) < 0)
		return -1;
	n = doc_read_full(fd, content.data, SECRETS_MAX);
	doc_digest_init(&d);
	doc_digest_field(&d, content.data, n > 0 ? (size_t)n : 0);
	doc_digest_hex(&d, hex);
	return doc_buf_adds(settings, hex);
}

/* What in the settings makes a result another one: names files, later keys
 * the cache. */
static int
settings_key(struct doc_run *run, const struct doc_opt_group *opts,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	if (opts->opts != NULL &&
	    (doc_opt_explain(opts, &b) < 0 || add_secrets(&b) < 0))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_pool_facts(run->flow.pool[0], &j);
	doc_json_int(&j, "max_output", (int64_t)run->limits->max_output);
	doc_json_close(&j, '}');
	if (j.failed)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_digest_init(&d);
	doc_digest_field(&d, run->stage->key, strlen(run->stage->key));
	doc_digest_field(&d, DOC_VERSION, strlen(DOC_VERSION));
	doc_digest_field(&d, b.data, b.len);
	doc_digest_hex(&d, hex);
	snprintf(run->key, sizeof(run->key), "%.16s", hex);
	return 0;
}

/* `doctext a.pdf` is `doclist a.pdf | doctext`. */
static int
start_lister(struct doc_run *run, char **operands, struct doc_error *err)
{
	const struct doc_stage_options *o = run->options;
	struct doc_opt_group stage = { doc_stage_opts, (void *)(uintptr_t)o };
	struct doc_limits l = *run->limits;
	struct doc_opt_group limits = { doc_limits_opts, &l };
	struct doc_words args = { 0 };
	char exe[4200];
	int fds[2];

	l.max_output = DOC_MAX(l.max_output, DOC_MEMBER_MAX);
	if (doc_sibling("doclist", exe, sizeof(exe)) < 0)
		return doc_error_set(err, DOC_E_SPAWN, "cannot find doclist");
	if (doc_words_add(&args, "doclist") < 0 ||
	    doc_opt_unparse(&stage, &args) < 0 ||
	    doc_opt_unparse(&limits, &args) < 0 ||
	    doc_words_add(&args, "--") < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	for (char **p = operands; *p; p++)
		if (doc_words_add(&args, *p) < 0 ||
		    doc_words_add(&run->options->roots, *p) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (pipe2(fds, O_CLOEXEC) < 0)
		return doc_error_sys(err, "cannot make a pipe");
	run->lister = fork();
	if (run->lister < 0)
		return doc_error_sys(err, "cannot start doclist");
	if (run->lister == 0) {
		if (dup2(fds[1], 1) >= 0)
			execv(exe, args.at);
		doc_fatal("cannot run %s: %s", exe, strerror(errno));
		_exit(3);
	}
	close(fds[1]);
	doc_words_release(&args);
	doc_lines_init(&run->lines, fds[0], '\n', DOC_LINE_MAX);
	return 0;
}

static int
start(struct doc_run *run, const struct doc_stage_setup *s, int out,
    struct doc_error *err)
{
	struct doc_flow *f = &run->flow;
	struct doc_pool_config config = { .tool = s->stage->tool,
		.field_stages = s->stage->fields,
		.beats = s->stage->beats,
		.malloc = s->stage->malloc,
		.stats = s->options->stats,
		.stop = &run->flow.signal,
		.cgroup = s->options->cgroup,
		.allow_degraded = s->options->allow_degraded,
		.limits = *s->limits,
		.opts = s->opts };
	enum doc_level require = (enum doc_level)s->options->require;

	doc_gauge_open(&run->flow.gauge, s->stage->tool);
	if (doc_spool_open(&run->spool, s->options->spool, err) < 0 ||
	    doc_flow_open(f, out, s->options->jobs, err) < 0 ||
	    doc_pool_open(&f->pool[0], &f->loop, &f->share, &config, err) < 0)
		return -1;
	run->engine = config;
	run->engine.tool = s->stage->second;
	if (doc_end_require(f->pool[0], require, s->options->allow_degraded,
		err) < 0 ||
	    settings_key(run, &s->opts, err) < 0 ||
	    (s->stage->ready != NULL && s->stage->ready(run, err) < 0))
		return -1;
	if (*s->operands != NULL)
		return start_lister(run, s->operands, err);
	doc_lines_init(&run->lines, 0, '\n', DOC_LINE_MAX);
	return 0;
}

static int
finish(struct doc_run *run)
{
	uint64_t out = 0;
	struct doc_end end = { .stage = run->stage->tool,
		.in = run->in,
		.count = run->count,
		.cached = run->recalled,
		.pool = run->flow.pool[0],
		.engine = run->stage->engine,
		.run = run };

	for (int s = 0; s < DOC_STATUS_COUNT; s++)
		out += run->count[s];
	end.out = out;
	if (!run->upstream_ended)
		doc_warn(DOC_NO_END);
	if (doc_end_write(&end, &run->flow.sink.buf) < 0)
		return doc_error_set(&run->flow.err, DOC_E_NO_MEMORY,
		    "no memory");
	if (doc_flow_flush(&run->flow) < 0)
		return -1;
	doc_gauge_set(&run->flow.gauge, DOC_G_ENDED, 1);
	return 0;
}

/* Of our own doclist; 0 without one. */
static int
lister_status(const struct doc_run *run)
{
	int ws;

	if (run->lister <= 0 || waitpid(run->lister, &ws, 0) < 0)
		return 0;
	if (!WIFEXITED(ws))
		return 3;
	return WEXITSTATUS(ws);
}

int
doc_stage_main(const struct doc_stage_setup *s)
{
	struct doc_run run = { .stage = s->stage,
		.options = s->options,
		.limits = s->limits,
		.own = s->own,
		.extension = s->extension,
		.flow = { .pull = pull, .unordered = s->options->unordered } };
	struct doc_error err = { 0 };
	bool input_waits = true;
	int status, listed, sig;

	if (doc_stage_options_settle(s->options, &err) < 0)
		return doc_last_words(&err);
	if (*s->operands == NULL && isatty(0))
		doc_usage(s->cmd,
		    "no file given, and standard input is a "
		    "terminal");
	if (s->notice != NULL)
		doc_warn("%s", s->notice);
	if (start(&run, s, doc_start_stdout(), &err) < 0) {
		doc_flow_close(&run.flow);
		doc_spool_close(&run.spool);
		if (run.flow.signal != 0)
			doc_die_of(run.flow.signal);
		return doc_last_words(&err);
	}
	doc_info("engine ready; cage of level '%s', %u workers at once",
	    doc_level_name(doc_pool_level(run.flow.pool[0])), s->options->jobs);
	run.flow.input.fd = run.lines.fd;
	run.flow.input.ctx = &input_waits;
	status = doc_flow_run(&run.flow) < 0 ||
		(run.flow.signal == 0 && finish(&run) < 0)
	    ? doc_last_words(&run.flow.err)
	    : 0;
	sig = run.flow.signal;
	if (s->stage->over != NULL)
		s->stage->over(&run);
	doc_flow_close(&run.flow);
	doc_lines_release(&run.lines);
	doc_spool_close(&run.spool);
	if (sig != 0 && run.lister > 0)
		kill(run.lister, SIGTERM);
	if (run.lines.fd > 0)
		close(run.lines.fd);
	listed = lister_status(&run);
	if (sig != 0)
		doc_die_of(sig);
	if (status != 0 || listed > 1)
		return status ? status : listed;
	return listed || run.count[DOC_STATUS_PARTIAL] > 0 ||
	    run.count[DOC_STATUS_ERROR] > 0 ||
	    (s->fail_on_findings && run.findings > 0);
}
