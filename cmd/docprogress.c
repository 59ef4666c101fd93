/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docprogress - passes records through and shows how far the batch is.
 *
 * Opens no document and starts no other process.
 */
#include <poll.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/record/stream.h"
#include "lib/run/progress.h"
#include "lib/stage/last.h"

struct options {
	int kind;
	uint64_t total, total_bytes;
	bool quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'P', "progress", "WHEN", "a bar (tty), plain lines, or none",
	    DOC_OPT_CHOICE, AT(kind), "auto|tty|plain|none" },
	{ 'n', "total", "N", "inputs to come, for the estimate", DOC_OPT_SIZE,
	    AT(total), NULL },
	{ 'B', "total-bytes", "SIZE", "bytes to come, for the estimate",
	    DOC_OPT_SIZE, AT(total_bytes), NULL },
	{ 'q', "quiet", NULL, "no warnings", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

/* Count and copy all whole lines that have come. */
static int
copy_lines(struct doc_lines *in, struct doc_sink *out, struct doc_meter *m,
    struct doc_error *err)
{
	struct doc_error why = { 0 };
	struct doc_record rec;
	const char *line;
	size_t len;
	int rc;

	while ((rc = doc_lines_next(in, &line, &len, err)) > 0) {
		if (doc_record_parse(&rec, line, len, &why) < 0)
			return doc_error_set(err, DOC_E_STREAM, "line %ju: %s",
			    (uintmax_t)in->number, why.msg);
		doc_meter_count(m, &rec);
		m->ended = m->ended || rec.type == DOC_TYPE_END;
		if (doc_record_append(&rec, NULL, NULL, 0, &out->buf) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "no memory for a line");
		if (out->buf.len >= DOC_SINK_FULL &&
		    doc_sink_flush(out, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : doc_sink_flush(out, err);
}

static int
run(int out_fd, struct doc_meter *m, struct doc_error *err)
{
	struct doc_lines in;
	struct doc_sink out = { .fd = out_fd };
	int rc = 0;

	doc_lines_init(&in, 0, '\n', DOC_LINE_MAX);
	doc_pipe_widen(out_fd);
	while (rc == 0 && !in.eof) {
		struct pollfd p = { .fd = 0, .events = POLLIN };

		if (poll(&p, 1, (int)m->interval_ms) > 0) {
			rc = doc_lines_fill(&in, err) < 0 ||
				copy_lines(&in, &out, m, err) < 0
			    ? -1
			    : 0;
		}
		doc_meter_draw(m);
	}
	doc_lines_release(&in);
	doc_buf_release(&out.buf);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct options o = { 0 };
	struct doc_cmd cmd = { .name = "docprogress",
		.usage = "[options] < records",
		.about = "Passes records through and shows how far the batch "
			 "is.",
		.groups = { { table, &o } } };
	struct doc_meter meter = { 0 };
	struct doc_error err = { 0 };
	int out;

	doc_start(cmd.name);
	if (doc_opt_parse(&cmd, argc, argv) != argc)
		doc_usage(&cmd, "takes records on standard input only");
	if (isatty(0))
		doc_usage(&cmd, "standard input is a terminal");
	doc_log_level(o.quiet ? -1 : 0);
	out = doc_start_stdout();
	meter.kind = (enum doc_progress_kind)o.kind;
	meter.total = o.total;
	meter.total_bytes = o.total_bytes;
	doc_meter_start(&meter);
	if (run(out, &meter, &err) < 0)
		return doc_last_words(&err);
	if (!meter.ended)
		doc_warn(DOC_NO_END);
	doc_meter_finish(&meter);
	return 0;
}
