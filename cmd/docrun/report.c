/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun report - what a run found, for people, for CI, for programs.
 *
 * Reads the records of a run and nothing else.
 */
#include <stdio.h>

#include "cmd/docrun/verbs.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/review/finding.h"
#include "lib/review/junit.h"
#include "lib/review/sarif.h"
#include "lib/review/sums.h"
#include "lib/review/table.h"
#include "lib/stage/last.h"

struct options {
	const char *junit, *sarif, *fail_on;
	bool summary, json, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'j', "junit", "FILE", "write a JUnit report; - is stdout",
	    DOC_OPT_STRING, AT(junit), NULL },
	{ 's', "sarif", "FILE", "write a SARIF 2.1.0 log; - is stdout",
	    DOC_OPT_STRING, AT(sarif), NULL },
	{ 'y', "summary", NULL, "print a table of the documents", DOC_OPT_FLAG,
	    AT(summary), NULL },
	{ 'J', "json", NULL, "print the counts as one JSON object",
	    DOC_OPT_FLAG, AT(json), NULL },
	{ 'F', "fail-on", "LIST", "of infected,error,partial: exit with 1",
	    DOC_OPT_STRING, AT(fail_on), NULL },
	{ 'q', "quiet", NULL, "print no counts", DOC_OPT_FLAG, AT(quiet),
	    NULL },
	{ 0 },
};

/* Unless something else was asked for. */
static int
print_counts(const struct options *o, const struct doc_sums *sums, int out,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };

	if (!o->json && (o->quiet || o->junit || o->sarif || o->summary))
		return 0;
	if ((o->json ? doc_sums_json(sums, &text)
		     : doc_sums_text(sums, &text)) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_write_full(out, text.data, text.len) < 0
	    ? doc_error_sys(err, "cannot write to standard output")
	    : 0;
}

static int
report(const struct options *o, struct doc_records *r, unsigned gates, int out,
    struct doc_error *err)
{
	struct doc_sums sums;
	int status = 3;

	if (doc_sums_make(&sums, r, err) == 0 &&
	    print_counts(o, &sums, out, err) == 0 &&
	    (!o->summary || doc_table_print(r, out, err) == 0) &&
	    (!o->junit || doc_junit_write(r, gates, o->junit, out, err) == 0) &&
	    (!o->sarif || doc_sarif_write(r, o->sarif, out, err) == 0))
		status = (sums.gates & gates) != 0;
	if (err->code == DOC_E_NONE && !sums.complete) {
		doc_fatal("the run is not complete");
		status = 3;
	}
	doc_sums_release(&sums);
	return status;
}

int
docrun_report(int argc, char *argv[])
{
	struct options o = { .fail_on = "error,partial" };
	struct doc_cmd cmd = { .name = "docrun report",
		.usage = "[options] RUN",
		.about = "Says what a run found, for people, CI and programs.",
		.groups = { { table, &o } } };
	struct doc_records r;
	struct doc_error err = { 0 };
	int first = doc_opt_parse(&cmd, argc, argv), status;
	unsigned gates;

	if (first + 1 != argc)
		doc_usage(&cmd, "needs one run directory, or file of records");
	if (doc_gates_parse(o.fail_on, &gates, &err) < 0 ||
	    doc_records_open(&r, argv[first], &err) < 0)
		return doc_last_words(&err);
	status = report(&o, &r, gates, doc_start_stdout(), &err);
	doc_records_close(&r);
	return err.code ? doc_last_words(&err) : status;
}
