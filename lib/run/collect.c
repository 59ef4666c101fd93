/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/run/collect.h"

enum { TICK_MS = 200 };

static void
copy_word(const struct doc_record *rec, const char *key, char *out, size_t size)
{
	doc_autobuf struct doc_buf b = { 0 };
	const char *s = NULL;

	if (doc_record_str(rec, key, &b) == 1)
		s = doc_buf_str(&b);
	snprintf(out, size, "%s", s ? s : "");
}

static void
note_end(struct doc_collect *c, const struct doc_record *rec)
{
	struct doc_stage_end *e = &c->ends[c->end_count];
	doc_autovalue struct doc_value *cage = NULL;
	const char *level;

	if (c->end_count == DOC_COLLECT_STAGES)
		return;
	c->end_count++;
	copy_word(rec, "stage", e->stage, sizeof(e->stage));
	e->in = doc_record_int(rec, "in", -1);
	e->out = doc_record_int(rec, "out", -1);
	cage = doc_record_value(rec, "sandbox");
	level = doc_value_get_str(cage, "level");
	snprintf(e->level, sizeof(e->level), "%s", level ? level : "");
}

static int
take(struct doc_collect *c, struct doc_lines *in, struct doc_error *err)
{
	struct doc_error why = { 0 };
	struct doc_record rec;
	const char *line;
	size_t len;
	int rc;

	while ((rc = doc_lines_next(in, &line, &len, err)) > 0) {
		if (doc_record_parse(&rec, line, len, &why) < 0)
			return doc_error_set(err, DOC_E_STREAM,
			    "record %ju of the pipeline: %s",
			    (uintmax_t)in->number, why.msg);
		if (rec.type == DOC_TYPE_END)
			note_end(c, &rec);
		c->documents += rec.type == DOC_TYPE_DOC;
		doc_meter_count(&c->meter, &rec);
		if (doc_record_append(&rec, NULL, NULL, 0, &c->sink.buf) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "no memory for a record");
		if (c->sink.buf.len >= DOC_SINK_FULL &&
		    doc_sink_flush(&c->sink, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : doc_sink_flush(&c->sink, err);
}

int
doc_collect_run(struct doc_collect *c, int fd, const volatile int *signal,
    struct doc_error *err)
{
	struct doc_lines in;
	int rc = 0;

	doc_lines_init(&in, fd, '\n', DOC_LINE_MAX);
	doc_meter_start(&c->meter);
	while (rc == 0 && !in.eof && *signal == 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, TICK_MS) > 0)
			rc = doc_lines_fill(&in, err) < 0 ||
				take(c, &in, err) < 0
			    ? -1
			    : 0;
		if (doc_pipeline_broken(c->pipeline))
			doc_broker_refill(&c->broker);
		doc_broker_tick(&c->broker);
		doc_meter_draw(&c->meter);
	}
	doc_meter_finish(&c->meter);
	doc_lines_release(&in);
	return rc;
}

static const struct doc_stage_end *
find(const struct doc_collect *c, const char *stage)
{
	for (unsigned i = 0; i < c->end_count; i++)
		if (strcmp(c->ends[i].stage, stage) == 0)
			return &c->ends[i];
	return NULL;
}

int
doc_collect_balance(const struct doc_collect *c, const char *const *stages,
    unsigned n, struct doc_error *err)
{
	int64_t before = -1;

	for (unsigned i = 0; i < n; i++) {
		const struct doc_stage_end *e = find(c, stages[i]);

		if (e == NULL)
			return doc_error_set(err, DOC_E_STREAM,
			    "%s did not end its stream: the output is "
			    "incomplete",
			    stages[i]);
		if (e->in != e->out || (i > 0 && e->in != before))
			return doc_error_set(err, DOC_E_STREAM,
			    "%s had %jd documents in and %jd out, %jd came "
			    "from the stage before",
			    stages[i], (intmax_t)e->in, (intmax_t)e->out,
			    (intmax_t)(i ? before : e->in));
		before = e->out;
	}
	if (before != (int64_t)c->documents)
		return doc_error_set(err, DOC_E_STREAM,
		    "%ju records came of %jd documents",
		    (uintmax_t)c->documents, (intmax_t)before);
	return 0;
}
