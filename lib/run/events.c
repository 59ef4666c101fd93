/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/version.h"
#include "lib/record/path.h"
#include "lib/run/events.h"

enum {
	PIECE = 4096, /* PIPE_BUF: a pipe that poll(2) calls ready takes it */
	HELD_REPORTS = 64 << 10,
	HELD_ALL = 1 << 20,
	LAST_MS = 1000
};

int
doc_events_open(struct doc_events *e, const char *where, struct doc_error *err)
{
	char *end;
	long fd;

	*e = (struct doc_events){ .fd = -1 };
	if (strncmp(where, "fd:", 3) == 0) {
		fd = strtol(where + 3, &end, 10);
		if (where[3] == '\0' || *end != '\0' || fd < 0 || fd > 65535)
			return doc_error_set(err, DOC_E_USAGE,
			    "--events: '%s' is no descriptor", where);
		/* A copy: the stages shall not have it. */
		e->fd = fcntl((int)fd, F_DUPFD_CLOEXEC, 3);
		if (e->fd >= 0 && fd > 2)
			close((int)fd);
	} else {
		/* A fifo that nobody reads is an error, and no place to wait.
		 */
		e->fd = open(where,
		    O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC,
		    0600);
	}
	return e->fd < 0
	    ? doc_error_sys(err, "cannot write events to '%s'", where)
	    : 0;
}

static bool
takes(const struct doc_events *e, int ms)
{
	struct pollfd p = { .fd = e->fd, .events = POLLOUT };

	return poll(&p, 1, ms) == 1;
}

static void
drain(struct doc_events *e, int ms)
{
	while (e->held.len > 0 && !e->failed && takes(e, ms)) {
		ssize_t n = write(e->fd, e->held.data,
		    DOC_MIN(e->held.len, (size_t)PIECE));

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		if (n < 0) {
			doc_warn("no more events: %s", strerror(errno));
			e->failed = true;
			return;
		}
		doc_buf_skip(&e->held, (size_t)n);
	}
}

void
doc_events_flush(struct doc_events *e)
{
	if (e->fd >= 0)
		drain(e, 0);
}

static void
begin(struct doc_json *j, struct doc_buf *b, const char *type, const char *run)
{
	char now[DOC_TIME_SIZE] = "";

	doc_json_begin(j, b);
	doc_json_open(j, NULL, '{');
	doc_json_int(j, "v", 1);
	doc_json_str(j, "type", type);
	if (doc_time_format(time(NULL), now) == 0)
		doc_json_str(j, "ts", now);
	if (run != NULL)
		doc_json_str(j, "run", run);
}

static void
add(struct doc_events *e, struct doc_buf *line)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	if (e->dropped > 0 && e->held.len < HELD_REPORTS) {
		begin(&j, &b, "dropped", NULL);
		doc_json_int(&j, "events", (int64_t)e->dropped);
		doc_json_close(&j, '}');
		if (!j.failed && doc_buf_addc(&b, '\n') == 0 &&
		    doc_buf_add(&e->held, b.data, b.len) == 0)
			e->dropped = 0;
	}
	if (doc_buf_addc(line, '\n') < 0 || e->held.len > HELD_ALL ||
	    doc_buf_add(&e->held, line->data, line->len) < 0)
		e->dropped++;
	drain(e, 0);
}

void
doc_events_start(struct doc_events *e, const char *run)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	if (e->fd < 0)
		return;
	begin(&j, &b, "run-start", run);
	doc_json_str(&j, "version", DOC_VERSION);
	doc_json_int(&j, "pid", getpid());
	doc_json_close(&j, '}');
	add(e, &b);
}

void
doc_events_document(struct doc_events *e, const struct doc_record *rec,
    const struct doc_findings *found, const char *run)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	if (e->fd < 0 || found->n == 0)
		return;
	begin(&j, &b, "doc-error", run);
	doc_record_copy_name(rec, &j);
	doc_json_open(&j, "found", '[');
	for (unsigned i = 0; i < found->n; i++) {
		const struct doc_finding *f = &found->at[i];
		struct doc_rule rule;

		doc_rule_get(f->rule, &rule);
		doc_json_open(&j, NULL, '{');
		doc_json_str(&j, "stage", f->stage);
		doc_json_str(&j, "rule", rule.name);
		doc_json_str(&j, "message", f->message);
		doc_json_close(&j, '}');
	}
	doc_json_close(&j, ']');
	doc_json_close(&j, '}');
	add(e, &b);
}

static bool
was_told(const struct doc_events *e, const char *stage)
{
	for (unsigned i = 0; i < e->gone_count; i++)
		if (strcmp(e->gone[i], stage) == 0)
			return true;
	return false;
}

/* Once for each stage, when none of its processes lives any more. */
static void
tell_exits(struct doc_events *e, const struct doc_report *r)
{
	for (unsigned i = 0; i < r->board.stages; i++) {
		const struct doc_board_stage *s = &r->board.stage[i];
		doc_autobuf struct doc_buf b = { 0 };
		struct doc_json j;

		if (s->alive > 0 || was_told(e, s->stage) ||
		    e->gone_count == DOC_BOARD_STAGES)
			continue;
		strcpy(e->gone[e->gone_count++], s->stage);
		begin(&j, &b, "stage-exit", r->run);
		doc_json_str(&j, "stage", s->stage);
		doc_json_str(&j, "state", s->lost ? "lost" : "ended");
		doc_json_int(&j, "processes", s->processes);
		doc_json_int(&j, "out", (int64_t)s->count[DOC_G_OUT]);
		doc_json_int(&j, "error", (int64_t)s->count[DOC_G_ERROR]);
		doc_json_close(&j, '}');
		add(e, &b);
	}
}

static void
put_report(struct doc_events *e, const struct doc_report *r)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_report_json(r, &b) == 0)
		add(e, &b);
}

void
doc_events_report(struct doc_events *e, const struct doc_report *r)
{
	if (e->fd < 0)
		return;
	drain(e, 0);
	tell_exits(e, r);
	/* The next one says all of it again. */
	if (e->held.len <= HELD_REPORTS)
		put_report(e, r);
}

void
doc_events_end(struct doc_events *e, const struct doc_report *r)
{
	const uint64_t *c = r->whole.count;
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	if (e->fd < 0)
		return;
	tell_exits(e, r);
	put_report(e, r);
	begin(&j, &b, "run-end", r->run);
	doc_json_int(&j, "status", (int64_t)c[DOC_G_STATUS]);
	doc_json_int(&j, "elapsed_ms", (int64_t)r->elapsed_ms);
	doc_json_int(&j, "documents", (int64_t)c[DOC_G_OUT]);
	doc_json_int(&j, "errors", (int64_t)c[DOC_G_ERROR]);
	doc_json_int(&j, "partial", (int64_t)c[DOC_G_PARTIAL]);
	doc_json_int(&j, "infected", (int64_t)c[DOC_G_FINDINGS]);
	doc_json_close(&j, '}');
	add(e, &b);
}

void
doc_events_close(struct doc_events *e)
{
	uint64_t end = doc_clock_ms() + LAST_MS;

	if (e->fd < 0)
		return;
	for (uint64_t now = doc_clock_ms();
	     e->held.len > 0 && !e->failed && now < end; now = doc_clock_ms())
		drain(e, (int)(end - now));
	close(doc_steal_fd(&e->fd));
	doc_buf_release(&e->held);
}
