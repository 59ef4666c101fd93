/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/version.h"
#include "lib/run/collect.h"
#include "lib/run/run.h"
#include "lib/run/table.h"
#include "lib/stage/last.h"
#include "lib/stage/walk.h"

/* The one thing a signal handler may do; read by the loop. */
static volatile int signal_seen;

static void
on_signal(int sig)
{
	signal_seen = sig;
}

static void
path_in(const struct doc_batch *b, const char *name, char out[static 4200])
{
	snprintf(out, 4200, "%s/%s", b->dir, name);
}

/* Kept open, and so locked, until this process ends. */
static int
lock(const struct doc_batch *b, struct doc_error *err)
{
	char path[4200];
	int fd;

	path_in(b, "lock", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return doc_error_sys(err, "cannot open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		doc_error_set(err, DOC_E_USAGE, "another docrun works in '%s'",
		    b->dir);
		close(fd);
		return -1;
	}
	return 0;
}

static int
write_settings(const struct doc_batch *b, struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };
	doc_autoclose int fd = -1;
	char path[4200];
	struct doc_json j;
	size_t at = 0;

	doc_json_begin(&j, &text);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "version", DOC_VERSION);
	doc_json_int(&j, "record", DOC_RECORD_VERSION);
	doc_json_open(&j, "stages", '[');
	for (unsigned i = 0; i < b->stage_count; i++)
		doc_json_str(&j, NULL, b->stages[i]);
	doc_json_close(&j, ']');
	doc_json_open(&j, "settings", '[');
	while (at < b->settings.len) {
		const char *line = b->settings.data + at;
		const char *end = memchr(line, '\n', b->settings.len - at);

		doc_json_strn(&j, NULL, line, (size_t)(end - line));
		at += (size_t)(end - line) + 1;
	}
	doc_json_close(&j, ']');
	doc_json_close(&j, '}');
	doc_buf_addc(&text, '\n');
	path_in(b, "run.json", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (j.failed || fd < 0 || doc_write_full(fd, text.data, text.len) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return 0;
}

int
doc_batch_prepare(struct doc_batch *b, struct doc_error *err)
{
	char path[4200];

	if (mkdir(b->dir, 0700) < 0 && errno != EEXIST)
		return doc_error_sys(err, "cannot make '%s'", b->dir);
	if (lock(b, err) < 0)
		return -1;
	path_in(b, "out.ndjson", path);
	if (access(path, F_OK) == 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' holds a run already: choose another folder", b->dir);
	return write_settings(b, err);
}

/* What is to come, for the estimate.  Looks at names only. */
static void
count_inputs(const struct doc_batch *b, struct doc_meter *m)
{
	for (char **p = b->operands; *p; p++) {
		struct doc_walk w;
		struct doc_error err;
		struct stat st;
		const char *path;

		doc_walk_start(&w, *p);
		while (doc_walk_next(&w, &path, &st, &err) > 0) {
			m->total++;
			if (err.code == DOC_E_NONE)
				m->total_bytes += (uint64_t)st.st_size;
		}
		doc_walk_release(&w);
	}
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static int
collect(struct doc_batch *b, struct doc_collect *c, struct doc_error *err)
{
	char path[4200];
	int rc;

	path_in(b, "out.ndjson", path);
	c->sink.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (c->sink.fd < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	c->meter.kind = (enum doc_progress_kind)b->progress;
	if (b->progress == DOC_PROGRESS_TTY ||
	    (b->progress == DOC_PROGRESS_AUTO && isatty(2)))
		count_inputs(b, &c->meter);
	if (doc_meter_open(&c->meter, b->dir, err) < 0 ||
	    doc_pipeline_start(&b->pipeline, err) < 0)
		return -1;
	rc = doc_collect_run(c, b->pipeline.out, &signal_seen, err);
	if (rc == 0 && fdatasync(c->sink.fd) < 0)
		rc = doc_error_sys(err, "cannot write '%s'", path);
	return rc;
}

static int
print_summary(const struct doc_batch *b, int out)
{
	struct doc_error err = { 0 };
	char path[4200];
	FILE *to = fdopen(dup(out), "w");
	int rc;

	path_in(b, "out.ndjson", path);
	rc = to == NULL ? -1 : doc_table_print(path, to, &err);
	if (to != NULL && fclose(to) != 0)
		rc = -1;
	if (rc < 0)
		doc_fatal("cannot print the summary: %s", err.msg);
	return rc;
}

int
doc_batch_run(struct doc_batch *b, int out)
{
	struct doc_collect c = { .sink = { .fd = -1 },
		.pipeline = &b->pipeline };
	doc_autobuf struct doc_buf why = { 0 };
	struct doc_error err = { 0 };
	char jobs[4200];
	int rc, status;

	path_in(b, ".jobs", jobs);
	if (doc_broker_open(&c.broker, jobs, b->jobs, &err) < 0)
		return doc_last_words(&err);
	catch_signals();
	rc = collect(b, &c, &err);
	if (rc < 0 || signal_seen != 0)
		doc_pipeline_stop(&b->pipeline, SIGTERM);
	if (b->pipeline.out > 0)
		close(b->pipeline.out);
	b->pipeline.out = -1;
	status = doc_pipeline_wait(&b->pipeline, &why);
	doc_broker_close(&c.broker);
	if (signal_seen != 0)
		doc_die_of(signal_seen);
	/* Of trouble of our own the stages' end is a consequence. */
	if (rc < 0)
		status = doc_last_words(&err);
	else if (status > 1)
		doc_fatal("%s", doc_buf_str(&why));
	else if (doc_collect_balance(&c, b->stages, b->stage_count, &err) < 0)
		status = doc_last_words(&err);
	if (c.sink.fd >= 0 && close(c.sink.fd) < 0)
		status = DOC_MAX(status, 3);
	doc_buf_release(&c.sink.buf);
	doc_meter_end(&c.meter, status);
	if (b->summary && status <= 1 && print_summary(b, out) < 0)
		status = 3;
	return status;
}
