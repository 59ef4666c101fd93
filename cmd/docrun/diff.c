/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun diff - what is worse in a second run over the same documents, and
 * what is other.
 *
 * Reads the records of two runs and nothing else.
 */
#include <stdio.h>

#include "cmd/docrun/told.h"
#include "cmd/docrun/verbs.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/utf8.h"
#include "lib/record/path.h"
#include "lib/review/diff.h"
#include "lib/stage/last.h"

struct options {
	unsigned loss;
	bool worse;
	struct docrun_told told;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'l', "loss", "PERCENT", "text that may get lost or come (5)",
	    DOC_OPT_NUMBER, AT(loss), NULL },
	{ 'w', "worse", NULL, "print only what is worse", DOC_OPT_FLAG,
	    AT(worse), NULL },
	{ 0 },
};

struct differ {
	struct doc_diff diff; /* first: it finds us by cast */
	const struct options *o;
	struct doc_sink sink;
	bool headed;
};

static int
put_json(const struct doc_difference *it, const struct doc_record *rec,
    struct doc_buf *out)
{
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "difference");
	doc_json_str(&j, "kind", doc_change_name(it->change));
	doc_json_bool(&j, "worse", it->worse);
	if (it->stage[0] != '\0')
		doc_json_str(&j, "stage", it->stage);
	if (it->a[0] != '\0') {
		doc_json_str(&j, "a", it->a);
		doc_json_str(&j, "b", it->b);
	}
	doc_record_copy_name(rec, &j);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

static int
put_row(struct differ *d, const struct doc_difference *it,
    const struct doc_record *rec)
{
	struct doc_buf *out = &d->sink.buf;
	doc_autobuf struct doc_buf label = { 0 };

	if (!d->headed)
		doc_buf_addf(out, "%-5s %-8s %-8s %-24s %-24s %s\n", "", "WHAT",
		    "STAGE", "BEFORE", "AFTER", "PATH");
	d->headed = true;
	doc_buf_addf(out, "%-5s %-8s %-8s %-24s %-24s ",
	    it->worse ? "worse" : "", doc_change_name(it->change),
	    it->stage[0] ? it->stage : "-", it->a[0] ? it->a : "-",
	    it->b[0] ? it->b : "-");
	if (doc_record_label(rec, &label) < 0 ||
	    doc_utf8_printable(out, label.data ? label.data : "", label.len) <
		0)
		return -1;
	return doc_buf_addc(out, '\n');
}

static int
tell(struct doc_diff *diff, const struct doc_difference *it,
    const struct doc_record *rec, struct doc_error *err)
{
	struct differ *d = (struct differ *)diff;

	if (d->o->told.quiet || (d->o->worse && !it->worse))
		return 0;
	if ((d->o->told.json ? put_json(it, rec, &d->sink.buf)
			     : put_row(d, it, rec)) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return d->sink.buf.len >= DOC_SINK_FULL ? doc_sink_flush(&d->sink, err)
						: 0;
}

static uint64_t
sum(const uint64_t count[static DOC_CHANGE_COUNT])
{
	uint64_t n = 0;

	for (unsigned i = 0; i < DOC_CHANGE_COUNT; i++)
		n += count[i];
	return n;
}

static void
counts_json(const uint64_t *count, const char *key, struct doc_json *j)
{
	doc_json_open(j, key, '{');
	for (unsigned i = 0; i < DOC_CHANGE_COUNT; i++)
		doc_json_int(j, doc_change_name((enum doc_change)i),
		    (int64_t)count[i]);
	doc_json_close(j, '}');
}

static void
side_json(const char *key, uint64_t documents, bool complete, uint64_t cpu_ms,
    struct doc_json *j)
{
	doc_json_open(j, key, '{');
	doc_json_int(j, "documents", (int64_t)documents);
	doc_json_bool(j, "complete", complete);
	doc_json_int(j, "cpu_ms", (int64_t)cpu_ms);
	doc_json_close(j, '}');
}

static int
end_json(const struct doc_diff *d, struct doc_buf *out)
{
	struct doc_json j;

	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "difference-end");
	side_json("a", d->documents_a, d->complete_a, d->cpu_ms_a, &j);
	side_json("b", d->documents_b, d->complete_b, d->cpu_ms_b, &j);
	doc_json_int(&j, "same", (int64_t)d->same);
	counts_json(d->count, "differences", &j);
	counts_json(d->worse, "worse", &j);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

/* "17 documents, 15 before; 12 as before; 3 differences, 2 of them worse". */
static int
end_text(const struct doc_diff *d, struct doc_buf *out)
{
	doc_buf_addf(out,
	    "%ju documents, %ju before; %ju as before; %ju differences, "
	    "%ju of them worse\n",
	    (uintmax_t)d->documents_b, (uintmax_t)d->documents_a,
	    (uintmax_t)d->same, (uintmax_t)sum(d->count),
	    (uintmax_t)sum(d->worse));
	if (d->cpu_ms_a > 0 && d->cpu_ms_b > 0)
		doc_buf_addf(out,
		    "processor time of what both have: %ju ms, %ju ms before\n",
		    (uintmax_t)d->cpu_ms_b, (uintmax_t)d->cpu_ms_a);
	return doc_buf_str(out) ? 0 : -1;
}

static int
run(struct differ *d, struct doc_records *a, struct doc_records *b,
    struct doc_error *err)
{
	const struct doc_diff *diff = &d->diff;

	if (doc_diff_run(&d->diff, a, b, err) < 0)
		return -1;
	if (!d->o->told.quiet &&
	    (d->o->told.json ? end_json(diff, &d->sink.buf)
			     : end_text(diff, &d->sink.buf)) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (doc_sink_flush(&d->sink, err) < 0)
		return -1;
	if (!diff->complete_a || !diff->complete_b) {
		doc_fatal("the %s run is not complete",
		    diff->complete_a ? "second" : "first");
		return 3;
	}
	return sum(diff->worse) > 0;
}

int
docrun_diff(int argc, char *argv[])
{
	struct options o = { .loss = 5 };
	struct doc_cmd cmd = { .name = "docrun diff",
		.usage = "[options] RUN RUN",
		.about = "Says what is worse in the second of two runs over "
			 "the same documents.",
		.groups = { { table, &o }, { docrun_told_opts, &o.told } } };
	struct differ d = { .o = &o };
	struct doc_records a = { .in.fd = -1 }, b = { .in.fd = -1 };
	struct doc_error err = { 0 };
	int first = doc_opt_parse(&cmd, argc, argv), status = -1;

	if (first + 2 != argc)
		doc_usage(&cmd,
		    "needs two run directories, or files of "
		    "records");
	if (o.loss > 100)
		doc_usage(&cmd, "--loss: at most 100");
	d.diff.loss = o.loss;
	d.diff.tell = tell;
	d.sink.fd = doc_start_stdout();
	if (doc_records_open(&a, argv[first], &err) == 0 &&
	    doc_records_open(&b, argv[first + 1], &err) == 0)
		status = run(&d, &a, &b, &err);
	doc_records_close(&a);
	doc_records_close(&b);
	doc_buf_release(&d.sink.buf);
	return status < 0 ? doc_last_words(&err) : status;
}
