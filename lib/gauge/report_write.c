/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/units.h"
#include "lib/gauge/report.h"
#include "lib/record/json.h"

static const char *const names[DOC_G_COUNT] = {
#define X(id, name) name,
	DOC_GAUGES(X)
#undef X
};

/* --- JSON ------------------------------------------------------------------*/

static const char *
stage_state(const struct doc_board_stage *s)
{
	return s->alive ? "running" : s->lost ? "lost" : "ended";
}

static void
write_stage(const struct doc_report *r, const struct doc_board_stage *s,
    struct doc_json *j)
{
	const struct doc_tempo *t = doc_report_tempo(r, s->stage);

	doc_json_open(j, NULL, '{');
	doc_json_str(j, "stage", s->stage);
	doc_json_str(j, "state", stage_state(s));
	doc_json_int(j, "processes", s->processes);
	for (unsigned i = 0; i < DOC_G_ENDED; i++)
		doc_json_int(j, names[i], (int64_t)s->count[i]);
	doc_json_int(j, "per_s", (int64_t)(t->per_s + 0.5));
	doc_json_int(j, "bytes_per_s", (int64_t)(t->bytes_per_s + 0.5));
	doc_json_int(j, "idle_ms",
	    (int64_t)(r->now_ms - DOC_MIN(s->moved_ms, r->now_ms)));
	doc_json_close(j, '}');
}

static void
write_work(const struct doc_report *r, const struct doc_board_work *w,
    struct doc_json *j)
{
	uint64_t ms = r->now_ms - DOC_MIN(w->since_ms, r->now_ms);

	doc_json_open(j, NULL, '{');
	doc_json_str(j, "stage", r->board.stage[w->stage].stage);
	doc_json_str(j, "name", w->name);
	doc_json_int(j, "ms", (int64_t)ms);
	if (r->stuck_ms > 0 && ms >= r->stuck_ms)
		doc_json_bool(j, "stuck", true);
	doc_json_close(j, '}');
}

static void
write_whole(const struct doc_report *r, struct doc_json *j)
{
	const uint64_t *c = r->whole.count;

	doc_json_str(j, "state", doc_report_state_name(r->state));
	if (r->state == DOC_REPORT_DONE)
		doc_json_int(j, "status", (int64_t)c[DOC_G_STATUS]);
	doc_json_int(j, "elapsed_ms", (int64_t)r->elapsed_ms);
	doc_json_int(j, "documents", (int64_t)c[DOC_G_OUT]);
	doc_json_int(j, "bytes", (int64_t)c[DOC_G_OUT_BYTES]);
	doc_json_int(j, "errors", (int64_t)c[DOC_G_ERROR]);
	doc_json_int(j, "partial", (int64_t)c[DOC_G_PARTIAL]);
	doc_json_int(j, "infected", (int64_t)c[DOC_G_FINDINGS]);
	doc_json_int(j, "total", (int64_t)r->total);
	doc_json_int(j, "total_bytes", (int64_t)r->total_bytes);
	doc_json_str(j, "total_state", r->known ? "known" : "counting");
	doc_json_int(j, "per_s", (int64_t)(r->tempo[0].per_s + 0.5));
	doc_json_int(j, "bytes_per_s",
	    (int64_t)(r->tempo[0].bytes_per_s + 0.5));
	if (r->share >= 0)
		doc_json_int(j, "percent", (int64_t)(r->share * 100));
	if (r->eta_s >= 0)
		doc_json_int(j, "eta_s", r->eta_s);
}

int
doc_report_json(const struct doc_report *r, struct doc_buf *out)
{
	char now[DOC_TIME_SIZE] = "";
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "progress");
	if (doc_time_format(time(NULL), now) == 0)
		doc_json_str(&j, "ts", now);
	if (r->run != NULL)
		doc_json_str(&j, "run", r->run);
	write_whole(r, &j);
	doc_json_open(&j, "stages", '[');
	for (unsigned i = 0; i < r->board.stages; i++)
		write_stage(r, &r->board.stage[i], &j);
	doc_json_close(&j, ']');
	doc_json_open(&j, "work", '[');
	for (unsigned i = 0; i < r->board.works; i++)
		write_work(r, &r->board.work[i], &j);
	doc_json_close(&j, ']');
	doc_json_close(&j, '}');
	return j.failed ? -1 : 0;
}

/* --- Prometheus ------------------------------------------------------------*/

/* What may stand in a label's quotes. */
static void
put_label(struct doc_buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"')
			doc_buf_addc(b, '\\');
		if (*s == '\n')
			doc_buf_adds(b, "\\n");
		else
			doc_buf_addc(b, *s);
	}
}

struct metrics {
	const struct doc_report *r;
	struct doc_buf *out;
	bool failed;
};

static void
head(struct metrics *m, const char *name, const char *type, const char *help)
{
	m->failed |= doc_buf_addf(m->out,
			 "# HELP docpipe_%s %s\n# TYPE docpipe_%s %s\n", name,
			 help, name, type) < 0;
}

/* One sample; stage and outcome may be NULL. */
static void
sample(struct metrics *m, const char *name, const char *stage,
    const char *outcome, uint64_t v)
{
	m->failed |= doc_buf_addf(m->out, "docpipe_%s{run=\"", name) < 0;
	put_label(m->out, m->r->run ? m->r->run : "");
	if (stage != NULL) {
		doc_buf_adds(m->out, "\",stage=\"");
		put_label(m->out, stage);
	}
	if (outcome != NULL)
		doc_buf_addf(m->out, "\",outcome=\"%s", outcome);
	m->failed |= doc_buf_addf(m->out, "\"} %ju\n", (uintmax_t)v) < 0;
}

static void
whole_metrics(struct metrics *m)
{
	const struct doc_report *r = m->r;
	const uint64_t *c = r->whole.count;

	head(m, "documents_total", "counter", "Documents that are finished.");
	sample(m, "documents_total", NULL, "error", c[DOC_G_ERROR]);
	sample(m, "documents_total", NULL, "partial", c[DOC_G_PARTIAL]);
	sample(m, "documents_total", NULL, "good",
	    c[DOC_G_OUT] - c[DOC_G_ERROR] - c[DOC_G_PARTIAL]);
	head(m, "infected_total", "counter", "Documents found infected.");
	sample(m, "infected_total", NULL, NULL, c[DOC_G_FINDINGS]);
	head(m, "bytes_total", "counter", "Bytes of finished documents.");
	sample(m, "bytes_total", NULL, NULL, c[DOC_G_OUT_BYTES]);
	head(m, "documents_expected", "gauge", "Documents known so far.");
	sample(m, "documents_expected", NULL, NULL, r->total);
	head(m, "bytes_expected", "gauge", "Bytes known so far.");
	sample(m, "bytes_expected", NULL, NULL, r->total_bytes);
	head(m, "running", "gauge", "1 while the run goes on.");
	sample(m, "running", NULL, NULL, r->state == DOC_REPORT_RUNNING);
	head(m, "lost", "gauge", "1 when the run was killed.");
	sample(m, "lost", NULL, NULL, r->state == DOC_REPORT_LOST);
	head(m, "start_timestamp_seconds", "gauge", "When the run began.");
	sample(m, "start_timestamp_seconds", NULL, NULL,
	    (uint64_t)r->whole.started_s);
	if (r->state != DOC_REPORT_DONE)
		return;
	head(m, "exit_status", "gauge", "Exit status of the run.");
	sample(m, "exit_status", NULL, NULL, c[DOC_G_STATUS]);
	head(m, "end_timestamp_seconds", "gauge", "When the run ended.");
	sample(m, "end_timestamp_seconds", NULL, NULL,
	    (uint64_t)r->whole.started_s + r->elapsed_ms / 1000);
}

static void
stage_metric(struct metrics *m, enum doc_gauge_count which, const char *name,
    const char *type, const char *help)
{
	const struct doc_board *b = &m->r->board;

	head(m, name, type, help);
	for (unsigned i = 0; i < b->stages; i++)
		sample(m, name, b->stage[i].stage, NULL,
		    b->stage[i].count[which]);
}

static void
outcome_metrics(struct metrics *m)
{
	const struct doc_board *b = &m->r->board;

	head(m, "stage_documents_total", "counter",
	    "Documents a stage has finished.");
	for (unsigned i = 0; i < b->stages; i++)
		for (unsigned s = DOC_G_OK; s <= DOC_G_ERROR; s++)
			sample(m, "stage_documents_total", b->stage[i].stage,
			    names[s], b->stage[i].count[s]);
}

/* The longest of each stage; no document has a label of its own. */
static void
work_metrics(struct metrics *m)
{
	const struct doc_report *r = m->r;
	uint64_t most[DOC_BOARD_STAGES] = { 0 };

	for (unsigned i = 0; i < r->board.works; i++) {
		const struct doc_board_work *w = &r->board.work[i];
		uint64_t ms = r->now_ms - DOC_MIN(w->since_ms, r->now_ms);

		most[w->stage] = DOC_MAX(most[w->stage], ms / 1000);
	}
	head(m, "stage_longest_work_seconds", "gauge",
	    "Age of the oldest document being worked on.");
	for (unsigned i = 0; i < r->board.stages; i++)
		sample(m, "stage_longest_work_seconds", r->board.stage[i].stage,
		    NULL, most[i]);
}

int
doc_report_metrics(const struct doc_report *r, struct doc_buf *out)
{
	struct metrics m = { .r = r, .out = out };

	whole_metrics(&m);
	if (r->board.stages == 0)
		return m.failed ? -1 : 0;
	outcome_metrics(&m);
	stage_metric(&m, DOC_G_IN, "stage_documents_in_total", "counter",
	    "Documents a stage was given.");
	stage_metric(&m, DOC_G_OUT_BYTES, "stage_bytes_total", "counter",
	    "Bytes of the documents a stage has finished.");
	stage_metric(&m, DOC_G_BUSY, "stage_workers", "gauge",
	    "Workers that compute now.");
	stage_metric(&m, DOC_G_HELD, "stage_held", "gauge",
	    "Documents in the window of a stage now.");
	stage_metric(&m, DOC_G_BLOCKED, "stage_blocked", "gauge",
	    "1 while the next stage is slower.");
	work_metrics(&m);
	return m.failed ? -1 : 0;
}

/* --- words -----------------------------------------------------------------*/

int
doc_report_words(const struct doc_report *r, struct doc_buf *out)
{
	const uint64_t *c = r->whole.count;
	char size[16], time[32];

	doc_size_format(c[DOC_G_OUT_BYTES], size);
	doc_buf_addf(out, "%ju documents, %s, %ju/s", (uintmax_t)c[DOC_G_OUT],
	    size, (uintmax_t)(r->tempo[0].per_s + 0.5));
	if (c[DOC_G_ERROR] > 0)
		doc_buf_addf(out, ", %ju errors", (uintmax_t)c[DOC_G_ERROR]);
	if (c[DOC_G_PARTIAL] > 0)
		doc_buf_addf(out, ", %ju partial", (uintmax_t)c[DOC_G_PARTIAL]);
	if (c[DOC_G_FINDINGS] > 0)
		doc_buf_addf(out, ", %ju infected",
		    (uintmax_t)c[DOC_G_FINDINGS]);
	if (r->state == DOC_REPORT_RUNNING && r->share >= 0)
		doc_buf_addf(out, ", %u%%", (unsigned)(r->share * 100));
	if (r->eta_s < 0)
		return doc_buf_str(out) == NULL ? -1 : 0;
	doc_duration_format((uint64_t)r->eta_s * 1000, time);
	return doc_buf_addf(out, ", %s left", time);
}
